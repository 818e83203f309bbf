use actor::prelude::*;

#[actor]
#[supervise(limit = often, backoff = 50ms..1s / 2, decide)]
struct First;

#[handlers]
impl First {}

#[actor]
#[supervise(limit = "10" per 1m, backoff = 50ms..1s * two)]
struct Second;

#[handlers]
impl Second {}

#[actor]
#[supervise(limit = 99999999999 per 1m, backoff = 50ms..1s * 2 * 2)]
struct Third;

#[handlers]
impl Third {}

#[actor]
#[supervise(limit = 10 per 1m each, backoff = 50ms..1s * 99999999999)]
struct Fourth;

#[handlers]
impl Fourth {}

#[actor]
#[supervise(limit = 10 per 150h, backoff = 50ms..1s * 0)]
struct Fifth;

#[handlers]
impl Fifth {}

#[actor]
#[supervise(on(panic restart))]
struct Sixth;

#[handlers]
impl Sixth {}

#[actor]
#[supervise(on(panic => restart start => stop))]
struct Seventh;

#[handlers]
impl Seventh {}

#[actor]
#[supervise(on(panic =>))]
struct Eighth;

#[handlers]
impl Eighth {}

pub enum DbError {
    Timeout,
    Full,
}

#[actor]
#[supervise(on(DbError { Timeout restart, Full => stop }))]
struct Ninth;

#[handlers]
impl Ninth {}

#[actor]
#[supervise(backoff = 50ms..1s *, decide = 5)]
struct Tenth;

#[handlers]
impl Tenth {}

fn main() {}
