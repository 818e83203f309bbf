//! Panics: ends with its code, and does not link where no panic may be left.
#![no_std]
#![no_main]

use firmware::entry;

#[entry]
fn main() -> ! {
    panic!()
}
