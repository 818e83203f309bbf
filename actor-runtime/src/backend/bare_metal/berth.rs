//! Values too large to be copied with interrupts off: a place is claimed in a short critical section, written or read with
//! interrupts on, and given up in another. Whoever comes in between finds it claimed, and takes another place or goes without.

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;

use critical_section::{CriticalSection, Mutex, with};

/// A place for one value, and whose it is.
pub(super) struct Berth<K, T> {
    /// Of whom there is a value: of nobody while one is written.
    whose: Mutex<Cell<Option<K>>>,
    /// How many read it, or that it is written.
    claims: Mutex<Cell<u8>>,
    value: UnsafeCell<MaybeUninit<T>>,
}

/// Somebody writes it, and nobody reads it.
const WRITTEN: u8 = u8::MAX;

// SAFETY: the value is written by a `Claim`, of which there is one and no `Share` beside it, and read by a `Share`, of which
// there may be several; both are made and given up in critical sections, which order them.
unsafe impl<K: Send, T: Send + Sync> Sync for Berth<K, T> {}

/// The right to write it.
#[must_use]
pub(super) struct Claim<'b, K, T>(&'b Berth<K, T>);

/// The right to read it.
#[must_use]
pub(super) struct Share<'b, K, T>(&'b Berth<K, T>);

impl<K: Copy + PartialEq, T: Clone> Berth<K, T> {
    pub(super) const fn new() -> Self {
        Self {
            whose: Mutex::new(Cell::new(None)),
            claims: Mutex::new(Cell::new(0)),
            value: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }

    pub(super) fn whose(&self, cs: CriticalSection<'_>) -> Option<K> {
        self.whose.borrow(cs).get()
    }

    /// The right to write, if nobody writes or reads: what was there is gone.
    pub(super) fn claim(&self, cs: CriticalSection<'_>) -> Option<Claim<'_, K, T>> {
        let claims = self.claims.borrow(cs);
        if claims.get() > 0 {
            return None;
        }
        claims.set(WRITTEN);
        self.whose.borrow(cs).set(None);
        Some(Claim(self))
    }

    /// The right to read, if what is there is of `whose`.
    pub(super) fn share(&self, cs: CriticalSection<'_>, whose: K) -> Option<Share<'_, K, T>> {
        let claims = self.claims.borrow(cs);
        if self.whose(cs) != Some(whose) || claims.get() + 1 == WRITTEN {
            return None;
        }
        claims.set(claims.get() + 1);
        Some(Share(self))
    }
}

impl<K, T: Clone> Claim<'_, K, T> {
    /// From here on there is this value, of `whose`.
    pub(super) fn write(self, whose: K, value: &T) {
        // SAFETY: nobody else writes or reads it while this is there.
        let place = unsafe { &mut *self.0.value.get() };
        place.write(value.clone());
        with(|cs| {
            self.0.whose.borrow(cs).set(Some(whose));
            self.0.claims.borrow(cs).set(0);
        });
    }
}

impl<K, T: Clone> Share<'_, K, T> {
    /// The value, which stays.
    #[cfg(not(feature = "tokio"))]
    pub(super) fn read(self) -> T {
        let value = self.look();
        with(|cs| self.end(cs));
        value
    }

    /// The value, which is nobody's any more.
    pub(super) fn take(self) -> T {
        let value = self.look();
        with(|cs| {
            self.0.whose.borrow(cs).set(None);
            self.end(cs);
        });
        value
    }

    fn look(&self) -> T {
        // SAFETY: nobody writes it while this is there.
        let value = unsafe { &*self.0.value.get() };
        // SAFETY: it was somebody's as this was made, so it had been written.
        unsafe { value.assume_init_ref() }.clone()
    }

    fn end(&self, cs: CriticalSection<'_>) {
        let claims = self.0.claims.borrow(cs);
        claims.set(claims.get().saturating_sub(1));
    }
}

/// The right to write the first of these places that are of `whose`.
pub(super) fn claim_of<'b, K: Copy + PartialEq, T: Clone>(
    berths: &'b [Berth<K, T>],
    cs: CriticalSection<'_>,
    whose: Option<K>,
) -> Option<Claim<'b, K, T>> {
    berths.iter().filter(|berth| berth.whose(cs) == whose).find_map(|berth| berth.claim(cs))
}
