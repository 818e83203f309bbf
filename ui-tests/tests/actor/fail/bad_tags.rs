use actor::prelude::*;

#[actor(tags = "storage")]
struct Named;

#[handlers]
impl Named {}

#[actor(tags())]
struct Empty;

#[handlers]
impl Empty {}

#[actor(tags(component, shard = 7, peer = self.peer, "disk" = "sda"))]
struct Wordy;

#[handlers]
impl Wordy {}

#[actor(tags(disk = "sda", disk = "sdb"))]
struct Twice;

#[handlers]
impl Twice {}

fn main() {}
