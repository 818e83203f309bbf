use actor::prelude::*;

#[actor]
#[supervise(strategy = all_for_one)]
struct Erlang;

#[handlers]
impl Erlang {}

#[actor]
#[supervise(strategy = rest_for_one)]
struct Planned;

#[handlers]
impl Planned {}

#[actor]
#[supervise(strategy = one_for_on)]
struct Misspelt;

#[handlers]
impl Misspelt {}

fn main() {}
