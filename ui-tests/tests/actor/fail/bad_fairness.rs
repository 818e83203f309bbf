use actor::prelude::*;

#[actor(dispatcher, fairness = 8)]
struct Counter;

#[handlers]
impl Counter {}

#[actor(fairness(users = 8, user = 70000), throughput = 0)]
struct Other;

#[handlers]
impl Other {}

fn main() {}
