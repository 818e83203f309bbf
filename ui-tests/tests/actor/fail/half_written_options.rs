use actor::prelude::*;

#[actor(mailbox =, stash 4, throughput = , name = "", crate)]
struct Counter;

#[handlers(crate =)]
impl Counter {}

#[actor(mailbox(8) overflow, ask_timeout, fairness(user = 4294967296), throughput = 8u8, 64)]
struct Store;

#[handlers]
impl Store {}

fn main() {}
