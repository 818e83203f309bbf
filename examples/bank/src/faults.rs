//! Faults: what goes wrong on purpose.

use std::panic;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Once};

/// How each injected panic begins.
const PREFIX: &str = "fault injected ";

/// The most faults of one account. Each pause before a restart is twice as long as the last; and the eleventh restart
/// within a minute is not tried, after which nobody could say any more whether a deposit had arrived.
const MOST: u32 = 5;

/// Decides when an account fails. Clones share how often it did.
#[derive(Clone)]
pub(crate) struct Faults {
    /// One fault in so many chances; none for zero.
    odds: u64,
    left: Arc<AtomicU32>,
}

impl Faults {
    pub(crate) fn new(odds: u64) -> Self {
        Self { odds, left: Arc::new(AtomicU32::new(MOST)) }
    }

    /// Whether something goes wrong now.
    pub(crate) fn strike(&self, random: u64) -> bool {
        self.odds > 0
            && random.is_multiple_of(self.odds)
            && self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    /// Panics, if something goes wrong now.
    pub(crate) fn stumble(&self, random: u64, place: &str) {
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
