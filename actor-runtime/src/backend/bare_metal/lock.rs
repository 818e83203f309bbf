//! What more than one may write, behind the critical section that there is.

use core::cell::RefCell;

use critical_section::Mutex;

/// A value that is looked at with interrupts off.
pub(crate) struct Lock<T>(Mutex<RefCell<T>>);

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Mutex::new(RefCell::new(value)))
    }

    /// Looks at the value. Nothing in `look` runs user code.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> R {
        critical_section::with(|cs| look(&mut self.0.borrow(cs).borrow_mut()))
    }
}
