use actor::prelude::*;

pub enum DbError {
    Timeout,
    Corrupt(u32),
    Full,
}

#[actor]
#[supervise(on(DbError { Timeout => restart, Corrupt(_) => escalate }))]
struct Forgotten;

#[handlers]
impl Forgotten {}

#[actor]
#[supervise(on(DbError { Timeout => restart, Corrupted(_) => escalate, _ => stop }))]
struct Misnamed;

#[handlers]
impl Misnamed {}

#[actor]
#[supervise(on(panic => resume, start => resume, panic => stop, DbError => stop, DbError => restart))]
struct Impossible;

#[handlers]
impl Impossible {}

#[actor]
#[supervise(on(panic => ignore))]
struct Unknown;

#[handlers]
impl Unknown {}

#[actor]
#[supervise(on(DbError restart))]
struct NoArrow;

#[handlers]
impl NoArrow {}

#[actor]
#[supervise(on(42 => restart))]
struct NoType;

#[handlers]
impl NoType {}

#[actor]
#[supervise(on = restart)]
struct NoList;

#[handlers]
impl NoList {}

#[actor]
#[supervise(on(panic => stop), decide = strict)]
struct Both;

#[handlers]
impl Both {}

#[actor]
#[supervise(decide = loose)]
struct Wrong;

#[handlers]
impl Wrong {}

fn strict(_: &actor::LiveFailure<'_>) -> actor::Directive {
    actor::Directive::Stop
}

fn loose(_: &DbError) -> bool {
    true
}

fn main() {}
