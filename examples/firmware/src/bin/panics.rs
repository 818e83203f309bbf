//! Panics: ends with its code, and does not link where no panic may be left.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware as _;

#[entry]
fn main() -> ! {
    panic!()
}
