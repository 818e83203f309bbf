use actor::prelude::*;

#[actor(component = "storage", endpoint = "disk")]
struct Store;

#[handlers]
impl Store {}

fn main() {}
