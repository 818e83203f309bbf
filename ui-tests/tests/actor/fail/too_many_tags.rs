use actor::prelude::*;

#[actor(tags(a = "1", b = "2", c = "3", d = "4", e = "5", f = "6", g = "7", h = "8", i = "9", j = "10"))]
struct Many;

#[handlers]
impl Many {}

#[actor(tags(component = "a component that is described in more words than anybody will ever read in a line of a log, which is why there is no room for so many of them all", disk = "sda"))]
struct Long;

#[handlers]
impl Long {}

fn main() {}
