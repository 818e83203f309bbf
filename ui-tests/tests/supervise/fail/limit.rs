use actor::prelude::*;

#[actor]
#[supervise(limit = 10)]
struct NoWindow;

#[handlers]
impl NoWindow {}

#[actor]
#[supervise(limit = 10 per 0s)]
struct ZeroWindow;

#[handlers]
impl ZeroWindow {}

#[actor]
#[supervise(limit = unlimited)]
struct NoBackoff;

#[handlers]
impl NoBackoff {}

#[actor]
#[supervise(limit = 10 per 60s, backoff = 20s..30s)]
struct Unreachable;

#[handlers]
impl Unreachable {}

#[actor]
#[supervise(limit = 100 per 60s)]
struct TooMany;

#[handlers]
impl TooMany {}

fn main() {}
