//! Faults: what goes wrong on purpose.

use std::panic;
use std::sync::Once;

/// How each injected panic begins.
const PREFIX: &str = "fault injected ";

/// Decides when an account fails: once in so many chances, never for zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults(pub(crate) u64);

impl Faults {
    /// Whether something goes wrong now.
    pub(crate) fn strike(self, random: u64) -> bool {
        self.0 > 0 && random.is_multiple_of(self.0)
    }

    /// Panics, if something goes wrong now.
    pub(crate) fn stumble(self, random: u64, place: &str) {
        assert!(!self.strike(random), "{PREFIX}{place}");
    }
}

/// Keeps injected panics from being printed. All others are.
pub(crate) fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let show = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !panic.payload_as_str().is_some_and(|text| text.starts_with(PREFIX)) {
                show(panic);
            }
        }));
    });
}
