use actor::prelude::*;

#[actor(ask_timeout = 5)]
struct NoUnit;

#[handlers]
impl NoUnit {}

#[actor(ask_timeout = "5s")]
struct Quoted;

#[handlers]
impl Quoted {}

#[actor(ask_timeout = 1.5s)]
struct Fraction;

#[handlers]
impl Fraction {}

#[actor(ask_timeout = 5sec)]
struct UnknownUnit;

#[handlers]
impl UnknownUnit {}

#[actor(ask_timeout = 0s)]
struct Zero;

#[handlers]
impl Zero {}

#[actor(ask_timeout = 99999999999999h)]
struct TooLong;

#[handlers]
impl TooLong {}

#[actor(ask_timeout = soon)]
struct Word;

#[handlers]
impl Word {}

#[actor(ask_timeout = true)]
struct NoNumber;

#[handlers]
impl NoNumber {}

fn main() {}
