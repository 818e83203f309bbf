//! Every option of `#[actor]`.
#![deny(warnings)]

use actor::prelude::*;

#[actor]
struct Defaults;

#[handlers]
impl Defaults {}

#[actor()]
struct Empty {}

#[handlers]
impl Empty {}

#[actor(mailbox = 16, ask_timeout = 500ms, throughput = 1, inline_ask = off, name = "all")]
struct All(u64);

#[handlers]
impl All {
    fn get(&self) -> u64 {
        self.0
    }
}

#[actor(
    mailbox(capacity = 16, overflow = reject),
    ask_timeout = off,
    inline_ask = on,
    tags(shard = "a", component = "log", r#type = "lines"),
)]
pub struct Lines {
    pub(crate) lines: Vec<String>,
}

#[handlers]
impl Lines {
    pub(crate) fn push(&mut self, line: String) {
        self.lines.push(line);
    }
}

fn main() {}
