//! The parser: where lines are parsed, and where a bad one does its damage. It keeps nothing, so a restart costs
//! nothing: what a panic takes with it is the one message in hand.

use actor::prelude::*;

use crate::chunk::Chunk;
use crate::tally::{Sources, Tally};

/// Parses. A lane has one of its own, and starts it again when a line was too much for it.
#[actor(mailbox = 1, ask_timeout = 60s)]
pub(crate) struct Parser;

impl Parser {
    pub(crate) fn new() -> Self {
        Self
    }
}

#[handlers]
impl Parser {
    /// What the lines of `chunk` come to.
    pub(crate) fn parse(&self, chunk: Chunk) -> (Tally, Sources) {
        Tally::of(&chunk)
    }
}
