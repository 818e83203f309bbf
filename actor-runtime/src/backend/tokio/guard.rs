//! Where user code is called: no lock is held, and a panic in it goes no further, nor does one in the drop of what it
//! panicked with.

use std::any::Any;
use std::boxed::Box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::string::String;
use std::task::Waker;

use super::lock::none_is_held;

/// Runs user code. A panic comes back as what it said.
#[inline]
#[cfg_attr(debug_assertions, track_caller)]
pub(super) fn guard<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    none_is_held();
    catch_unwind(AssertUnwindSafe(run)).map_err(text)
}

/// Runs user code whose panic is nobody's failure: the actor is on its way out, or never saw the message.
#[cfg_attr(debug_assertions, track_caller)]
pub(super) fn contain(run: impl FnOnce()) {
    let mut run = Some(run);
    // None of this is on the way of a message: compiled once, and not for everything that is dropped somewhere.
    contain_any(&mut || {
        if let Some(run) = run.take() {
            run();
        }
    });
}

#[cfg_attr(debug_assertions, track_caller)]
fn contain_any(run: &mut dyn FnMut()) {
    drop(guard(run));
}

/// Wakes a task. Its waker is foreign code.
#[cfg_attr(debug_assertions, track_caller)]
pub(super) fn wake(waker: Waker) {
    contain(|| waker.wake());
}

/// What a panic says. Its payload is dropped here, guarded once more.
#[cold]
fn text(panic: Box<dyn Any + Send>) -> String {
    let text = if let Some(text) = panic.downcast_ref::<&'static str>() {
        (*text).into()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a text".into()
    };
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        // A payload that panics when it is dropped, and again: leaked, because there is no end to it.
        core::mem::forget(second);
    }
    text
}
