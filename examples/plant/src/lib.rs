//! The actors of a pumping station: a valve, a pump, and the gauge that the pump reads.
//!
//! The crate does not know what runs them: `plant-on-tokio` does, `plant-hosted` step by step, and `firmware` on a
//! microcontroller.
#![no_std]

mod gauge;
mod pump;
mod valve;

pub use gauge::{Gauge, GaugeRef};
pub use pump::{Pump, PumpRef};
pub use valve::{Jammed, Valve, ValveRef};

/// Something the station did, for whoever watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The valve has been set up; again after each failure.
    ValveStarted,
    /// The valve stands at so many percent.
    ValveTurned(u8),
    /// The pump has been set up.
    PumpStarted,
    /// The pump looked at the valve, by its timer.
    Sampled {
        /// How far open it stood.
        opening: u8,
    },
    /// The pump has asked its gauge.
    Balanced {
        /// What the gauge said.
        level: u16,
    },
    /// The pump was stopped; its gauge had been before.
    PumpStopping {
        /// Whether the gauge still ran.
        gauge: bool,
    },
}

/// Where events go.
pub type Report = fn(Event);

/// Keeps nothing.
pub fn ignore(_: Event) {}
