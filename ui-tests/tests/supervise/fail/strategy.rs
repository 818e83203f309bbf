use actor::prelude::*;

#[actor]
#[supervise(strategy = all_for_one)]
struct Turned;

#[handlers]
impl Turned {}

#[actor]
#[supervise(strategy = restarting, limit = 5 per 1m, exhausted = stop_self, on(panic => stop))]
struct Contrary;

#[handlers]
impl Contrary {}

#[actor]
#[supervise(strategy = custom(1 + 1))]
struct Planned;

#[handlers]
impl Planned {}

#[actor]
#[supervise(strategy = one_for_on)]
struct Misspelt;

#[handlers]
impl Misspelt {}

#[actor]
#[supervise(strategy)]
struct Unsaid;

#[handlers]
impl Unsaid {}

#[actor]
#[supervise(strategy = one_for_all)]
struct Childless;

#[handlers]
impl Childless {}

fn main() {}
