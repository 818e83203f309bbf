//! Two software tasks, each spawned for a ball. There is no queue: while one waits, the next is refused.
//!
//! A kind of message is a task, so there is no [`player::Message`]; other kinds would be further tasks.
#![no_std]
#![no_main]

use firmware as _;

#[cfg_attr(target_arch = "arm", rtic::app(device = lm3s6965, dispatchers = [UART0], peripherals = false))]
#[cfg_attr(target_arch = "riscv32", rtic::app(device = riscv, peripherals = false))]
mod app {
    // Where the macro looks for its device.
    #[cfg(target_arch = "riscv32")]
    use riscv;

    use firmware::game::{self, Score};

    /// Bytes of state and of the one message that may wait, of both.
    const STORAGE: usize = 2 * (size_of::<Score>() + size_of::<u32>());

    #[shared]
    struct Shared {}

    #[local]
    struct Local {}

    #[init]
    fn init(_: init::Context) -> (Shared, Local) {
        game::begin();
        let _ = ping::spawn(1);
        (Shared {}, Local {})
    }

    /// Plays the odd numbers.
    #[task(priority = 1, local = [score: Score = Score::new()])]
    async fn ping(cx: ping::Context, number: u32) {
        cx.local.score.hit(number, STORAGE);
        if pong::spawn(number + 1).is_err() {
            cx.local.score.miss();
        }
    }

    /// Plays the even numbers.
    #[task(priority = 1, local = [score: Score = Score::new()])]
    async fn pong(cx: pong::Context, number: u32) {
        cx.local.score.hit(number, STORAGE);
        if ping::spawn(number + 1).is_err() {
            cx.local.score.miss();
        }
    }
}
