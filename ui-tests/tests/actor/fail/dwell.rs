use actor::prelude::*;

#[actor(dwell)]
struct Valueless;

#[handlers]
impl Valueless {}

#[actor(dwell = often)]
struct Unknown;

#[handlers]
impl Unknown {}

#[actor(dwell = sampled)]
struct Unsaid;

#[handlers]
impl Unsaid {}

#[actor(dwell = sampled(1 / 64))]
struct Fraction;

#[handlers]
impl Fraction {}

#[actor(dwell = sampled(0))]
struct Never;

#[handlers]
impl Never {}

#[actor(dwell = sampled(1))]
struct Every;

#[handlers]
impl Every {}

#[actor(dwell = sampled(1_000_000))]
struct Rare;

#[handlers]
impl Rare {}

#[actor(metrics = off, dwell = all)]
struct Unrecorded;

#[handlers]
impl Unrecorded {}

#[actor(metrics = off, dwell = off)]
struct Fine;

#[handlers]
impl Fine {}

fn main() {}
