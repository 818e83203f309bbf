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

fn main() {}
