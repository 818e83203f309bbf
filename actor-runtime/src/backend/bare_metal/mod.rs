//! Actors in statics, on one worker, without an allocator.
//!
//! An actor is a `slot` of a `system!`, zero until the system starts. Sending is one short critical section, legal
//! in interrupts: it writes the message into the ring behind the slot's `header` and raises the actor's bit in the
//! ready word of the `system`. The worker runs the actor of the first bit by static dispatch; all but a plain
//! message goes through the cold side of its `turn`. `unsafe` is allowed in the modules that say so here, and nowhere
//! else.

#[allow(unsafe_code)]
mod agenda;
mod alert;
#[allow(unsafe_code)]
mod annex;
mod atomic;
#[allow(unsafe_code)]
mod berth;
#[allow(unsafe_code)]
mod beside;
#[allow(unsafe_code)]
mod body;
#[allow(unsafe_code)]
mod brood;
#[allow(unsafe_code)]
mod call;
mod capacity;
mod census;
pub mod crash;
#[allow(unsafe_code)]
mod crew;
#[cfg(not(feature = "tokio"))]
#[allow(unsafe_code)]
mod debt;
mod detour;
mod done;
#[cfg(not(feature = "tokio"))]
mod dropped;
mod earliest;
mod events;
mod fit;
#[allow(unsafe_code)]
mod header;
#[allow(unsafe_code)]
mod host;
#[allow(unsafe_code)]
mod idle;
mod in_hand;
#[cfg(not(feature = "tokio"))]
mod last_failures;
mod letters;
mod level;
mod linked;
#[allow(unsafe_code)]
mod mailbox;
#[allow(unsafe_code)]
mod make;
#[allow(unsafe_code)]
mod meters;
mod names;
mod observer;
#[allow(unsafe_code)]
mod place;
mod quiet;
#[allow(unsafe_code)]
mod reply;
mod sealed;
#[allow(unsafe_code)]
mod siblings;
mod sleeper;
#[allow(unsafe_code)]
mod slot;
#[allow(unsafe_code)]
mod stash;
mod surviving;
mod suspensions;
mod system;
mod telemetry;
#[allow(unsafe_code)]
mod then;
#[allow(unsafe_code)]
mod timers;
mod topic;
mod trace_ring;
#[allow(unsafe_code)]
mod turn;
mod upbringing;
#[allow(unsafe_code)]
mod urgent;
#[allow(unsafe_code)]
mod waiting;
mod watch;
mod watchdog;
mod whereabouts;

pub(crate) use call::{Asking, Sending, Stopped};
#[cfg(not(feature = "tokio"))]
pub(crate) use debt::{enter_debt, owes, replace_debt};
#[cfg(not(feature = "tokio"))]
pub(crate) use dropped::{because, why_dropped};
pub(crate) use header::Address;
pub(crate) use host::Host;
#[cfg(not(feature = "tokio"))]
pub(crate) use last_failures::LastFailures;
pub(crate) use meters::Tally;
pub(crate) use suspensions::Suspension;

pub use alert::Alert;
pub use annex::{Annex, annex_size};
pub use brood::{Brood, ChildSlot, Found, NoSlot, Seat, bits};
pub use capacity::{Capacity, Room};
pub use census::{ActorMetrics, CoarseHistogram, Surveyed};
pub use crew::{Crew, PoolSlots};
pub use earliest::Earliest;
pub use events::{Listeners, Listening, Seat as ListenerSeat, Told, tell_of_events};
pub use fit::{check, check_figures, fits};
pub use level::Level;
pub use make::Make;
pub use meters::count;
pub use names::Names;
pub use observer::{Observer, Survey};
pub use place::Place;
pub use sleeper::Sleeper;
pub use slot::{Family, Placed, Slot, reference};
pub use surviving::SurvivingFailureTelemetry;
pub use system::{Ready, System};
pub use telemetry::report_to;
pub(crate) use topic::Board;
pub use topic::Subscribers;
pub use trace_ring::{NamesOf, TraceReader, TraceRing, trace_in};
pub use watch::Watch;
pub use watchdog::Watchdog;
