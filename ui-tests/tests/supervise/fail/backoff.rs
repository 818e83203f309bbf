use actor::prelude::*;

#[actor]
#[supervise(backoff = 30s..50ms * 2)]
struct Backwards;

#[handlers]
impl Backwards {}

#[actor]
#[supervise(backoff = 0ms..1s, reset = 0s)]
struct Zero;

#[handlers]
impl Zero {}

#[actor]
#[supervise(backoff = 50ms to 1s, jitter = half, exhausted = panic)]
struct Words;

#[handlers]
impl Words {}

fn main() {}
