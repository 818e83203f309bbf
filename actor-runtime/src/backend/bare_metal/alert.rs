//! Who is called when an actor of a system has something to do: the interrupt that runs a level, the task that awaits.
//!
//! A list for the whole program, of statics. Where nobody is ever called it is empty, which the linker sees, and all of this
//! stays out of the flash.

use core::cell::Cell;

use critical_section::{CriticalSection, Mutex};

use super::system::System;

/// What is called.
type Call = fn();

/// See the module.
pub struct Alert {
    system: &'static System,
    call: Call,
    next: Mutex<Cell<Option<&'static Self>>>,
}

static FIRST: Mutex<Cell<Option<&'static Alert>>> = Mutex::new(Cell::new(None));

impl Alert {
    /// Has `call` called when actors of `system` have something to do, once it is [set](Self::set).
    #[must_use]
    pub const fn new(system: &'static System, call: fn()) -> Self {
        Self { system, call, next: Mutex::new(Cell::new(None)) }
    }

    /// From here on it calls: with interrupts off, and maybe more often than need be.
    pub fn set(&'static self) {
        critical_section::with(|cs| {
            if !self.system.has_alert(cs) {
                self.next.borrow(cs).set(FIRST.borrow(cs).get());
                FIRST.borrow(cs).set(Some(self));
                self.system.put_alert(cs);
            }
        });
    }
}

impl core::fmt::Debug for Alert {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Alert").field(&self.system).finish()
    }
}

/// Actors of `system` have something to do.
#[inline]
pub(super) fn raised(cs: CriticalSection<'_>, system: &System) {
    let first = FIRST.borrow(cs).get();
    if first.is_some() && system.has_alert(cs) {
        call(cs, first, system);
    }
}

#[inline(never)]
fn call(cs: CriticalSection<'_>, mut next: Option<&'static Alert>, system: &System) {
    while let Some(alert) = next {
        if core::ptr::eq(alert.system, system) {
            return (alert.call)();
        }
        next = alert.next.borrow(cs).get();
    }
}
