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

pub struct Failed<T>(T);

impl<T> std::fmt::Display for Failed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

impl<T: Default> From<std::num::ParseIntError> for Failed<T> {
    fn from(_: std::num::ParseIntError) -> Self {
        Self(T::default())
    }
}

#[actor(error = Failed<T>)]
struct Parser<T: Default> {
    last: T,
}

#[handlers]
impl<T: Default> Parser<T> {
    fn parse(&mut self, number: &'static str) -> Result<(), std::num::ParseIntError> {
        number.parse::<u8>().map(drop)
    }
    async fn take(&mut self, last: T) -> Result<(), Failed<T>> {
        Err(Failed(std::mem::replace(&mut self.last, last)))
    }
    /// The answer is its own.
    fn ask(&self) -> Result<u8, String> {
        Err(String::new())
    }
}

fn main() {}
