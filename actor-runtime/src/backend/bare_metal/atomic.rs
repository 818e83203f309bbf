//! What is looked at with interrupts on: flags, marks and counters. As an interrupt may come at any of these accesses, where
//! `tests/interrupts` builds this one does.

#[cfg(not(actor_interrupts))]
pub(super) use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32};

#[cfg(actor_interrupts)]
pub(super) use interrupted::{AtomicBool, AtomicU8, AtomicU32};

#[cfg(actor_interrupts)]
mod interrupted {
    use core::sync::atomic::{self, Ordering};

    macro_rules! interrupted {
        ($($name:ident: $value:ty),*) => { $(
            #[derive(Debug)]
            #[repr(transparent)]
            pub(in super::super) struct $name(atomic::$name);

            impl $name {
                pub(in super::super) const fn new(value: $value) -> Self {
                    Self(atomic::$name::new(value))
                }

                pub(in super::super) fn load(&self, ordering: Ordering) -> $value {
                    let value = self.0.load(ordering);
                    point();
                    value
                }

                pub(in super::super) fn store(&self, value: $value, ordering: Ordering) {
                    self.0.store(value, ordering);
                    point();
                }
            }
        )* };
    }

    interrupted!(AtomicBool: bool, AtomicU8: u8, AtomicU32: u32);

    /// Interrupts come after critical sections, and so after this one, unless it lies in another.
    fn point() {
        critical_section::with(|_| ());
    }
}
