use actor::prelude::*;

#[actor]
#[supervise(shutdown = 0s)]
struct Zero;

#[handlers]
impl Zero {}

#[actor]
#[supervise(shutdown = 5)]
struct NoUnit;

#[handlers]
impl NoUnit {}

#[actor]
#[supervise(shutdown = 5s, shutdown = 6s)]
struct Twice;

#[handlers]
impl Twice {}

#[actor]
#[supervise(shutdown = infinity)]
struct Word;

#[handlers]
impl Word {}

#[actor]
#[supervise(shutdown)]
struct Unsaid;

#[handlers]
impl Unsaid {}

#[actor]
#[supervise(shut_down = 5s)]
struct Misspelt;

#[handlers]
impl Misspelt {}

fn main() {}
