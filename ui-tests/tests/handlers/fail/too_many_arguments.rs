use actor::prelude::*;

#[actor]
struct Adder;

#[handlers]
impl Adder {
    /// 128 bytes, its reply included.
    fn most(&self, a: u128, b: u128, c: u128, d: u128, e: u128, f: u128, g: u128) -> u128 {
        a + b + c + d + e + f + g
    }

    fn one_more(&self, a: u128, b: u128, c: u128, d: u128, e: u128, f: u128, g: u128, h: bool) -> u128 {
        a + b + c + d + e + f + g + u128::from(h)
    }
}

fn main() {}
