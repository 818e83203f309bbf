//! Nothing of the expansion needs a prelude.
#![no_implicit_prelude]
#![deny(warnings)]
#![allow(dead_code)]

#[::actor::actor(mailbox(capacity = 8, overflow = reject))]
pub struct Counter<const N: usize> {
    total: u64,
}

#[::actor::handlers]
impl<const N: usize> Counter<N> {
    pub fn add(&mut self, by: u64, #[into] more: u64) {
        self.total += by + more;
    }

    pub async fn total(&self, ctx: &mut ::actor::Context<Self>) -> u64 {
        ctx.stop();
        self.total
    }

    pub fn checked(&self) -> ::core::result::Result<u64, ::core::fmt::Error> {
        ::core::result::Result::Ok(self.total)
    }

    #[every(5s)]
    fn tick(&mut self) {}

    #[started]
    fn begin(&mut self) {}
}

#[::actor::actor]
#[::actor::supervise(limit = 3 per 10s)]
pub struct Parent {
    #[child(|| Counter { total: 0 })]
    counter: ::actor::Child<Counter<2>>,
}

#[::actor::handlers]
impl Parent {}

fn main() {}
