//! Figures of an actor's own, beside names that a user may have.
#![deny(warnings, missing_docs, unreachable_pub)]
#![forbid(unsafe_code)]

use actor::prelude::*;

/// Not what the macro makes.
pub struct ParserMetrics;

/// A parser.
#[actor(metrics = timing, counters(parsed, r#type), histograms(line_length))]
pub struct Parser<T: Send + 'static> {
    last: Option<T>,
}

#[handlers]
impl<T: Send + 'static> Parser<T> {
    /// One more.
    pub fn line(&mut self, line: T, ctx: &mut Context<Self>) {
        self.last = Some(line);
        ctx.metrics(|m| {
            m.parsed().add(1);
            m.r#type().add(1);
        });
    }
    /// Waits between figures.
    pub async fn lines(&mut self, ctx: &mut Context<Self>) {
        ctx.metrics(|m| m.line_length().record(1));
        std::future::ready(()).await;
        ctx.metrics(|m| m.line_length().record(2));
    }
}

/// Records nothing.
#[actor(metrics = off)]
struct Silent;

#[handlers]
impl Silent {}

fn main() {
    let _ = ParserMetrics;
}
