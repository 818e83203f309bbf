//! A firmware that does nothing: what the others are compared with.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use firmware::game;

#[entry]
fn main() -> ! {
    game::begin();
    game::end(0, 0)
}
