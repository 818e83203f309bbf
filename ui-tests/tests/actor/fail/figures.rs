use actor::prelude::*;

#[actor(counters, histograms("size"))]
struct Nameless;

#[handlers]
impl Nameless {}

#[actor(counters(parsed, size), histograms(size))]
struct Twice;

#[handlers]
impl Twice {}

#[actor(metrics = off, counters(parsed))]
struct Off;

#[handlers]
impl Off {}

#[actor(metrics = all)]
struct Unknown;

#[handlers]
impl Unknown {}

fn main() {}
