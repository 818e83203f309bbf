//! One interrupt at every point, and two.

use std::cell::Cell;

use super::{alone, elsewhere};

thread_local! {
    /// Points to pass before the next interrupt; zero where none is to come.
    static LEFT: Cell<u32> = const { Cell::new(0) };
    static SWEEP: Cell<Sweep> = const { Cell::new(Sweep { interrupt: || {}, first: 0, second: 0 }) };
}

/// Which interrupt comes when: at the point `first`, and at the point `second` after that, unless that is zero.
#[derive(Clone, Copy)]
struct Sweep {
    interrupt: fn(),
    first: u32,
    second: u32,
}

pub(super) fn point() {
    if LEFT.get() == 0 {
        return;
    }
    LEFT.set(LEFT.get() - 1);
    if LEFT.get() == 0 {
        let Sweep { interrupt, second, .. } = SWEEP.get();
        SWEEP.set(Sweep { second: 0, ..SWEEP.get() });
        if cfg!(miri) {
            elsewhere::run(interrupt)
        } else {
            interrupt()
        }
        LEFT.set(second);
    }
}

/// Runs `round`, and in it what is [`interrupted`](super::interrupted), with the interrupt at its first point, at its second,
/// and so on, until it is over before. Then each of these again with a second interrupt, at each distance behind the first. A
/// round leaves everything as it found it.
///
/// # Panics
/// If `round` does, which is then told by its points; or if there is no point in it.
pub fn sweep(interrupt: fn(), round: impl Fn()) {
    // The tables of the backend are for the whole program.
    let _alone = alone();
    let came = |first, second| {
        SWEEP.set(Sweep { interrupt, first, second });
        let _told = Told(first, second);
        round();
        elsewhere::end();
        SWEEP.get().first == 0
    };
    let mut first = 1;
    while came(first, 0) {
        // Miri is for the memory that an interrupt touches, and slow.
        let mut second = 1;
        while !cfg!(miri) && came(first, second) {
            second += 1;
        }
        first += 1;
    }
    assert!(first > 2, "nothing was interrupted");
}

/// Does `act`, the first point before it.
pub(super) fn interrupted<R>(act: impl FnOnce() -> R) -> R {
    LEFT.set(SWEEP.get().first);
    point();
    let done = act();
    if LEFT.replace(0) == 0 {
        SWEEP.set(Sweep { first: 0, ..SWEEP.get() });
    }
    done
}

/// Tells at which points a round failed.
struct Told(u32, u32);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("interrupted at point {}, and {} after that", self.0, self.1);
        }
    }
}
