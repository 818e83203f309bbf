use critical_section as _;

use actor::prelude::*;

#[actor(mailbox = 8, counters(parsed))]
struct Parser;

#[handlers]
impl Parser {}

actor::system! {
    mod plant {
        PARSER: Parser = || Parser,
    }
}

fn main() {}
