//! The pump: looks at the valve every ten milliseconds, and waits for its gauge.

use actor::prelude::*;

use crate::{Event, Gauge, Report, ValveRef, ignore};

/// Keeps valve and basin in balance.
#[actor(mailbox = 4)]
#[supervise(limit = 2 per 1s, backoff = 5ms..20ms * 2, jitter = none)]
pub struct Pump {
    #[child(Gauge::new)]
    gauge: Child<Gauge>,
    valve: ValveRef,
    report: Report,
}

impl Pump {
    /// A pump behind `valve`.
    pub fn new(valve: ValveRef) -> Self {
        Self::reporting(valve, ignore)
    }

    /// A pump behind `valve` that says what it does.
    pub fn reporting(valve: ValveRef, report: Report) -> Self {
        Self { gauge: Child::default(), valve, report }
    }
}

#[handlers]
impl Pump {
    #[started]
    fn started(&mut self) {
        (self.report)(Event::PumpStarted);
    }

    /// Looks at the valve without waiting for it.
    #[every(10ms)]
    pub fn sample(&mut self, ctx: &mut Context<Self>) {
        // Where the valve has no room, the next look comes soon enough.
        let _ = self.valve.opening().then(ctx, PumpRef::sampled);
    }

    /// What came of a look.
    fn sampled(&mut self, answer: Result<u8, AskError>) {
        if let Ok(opening) = answer {
            (self.report)(Event::Sampled { opening });
        }
    }

    /// Asks the gauge, and opens the valve as far as that says.
    pub async fn balance(&mut self) -> Result<(), AskError> {
        let level = self.gauge.read().await?;
        (self.report)(Event::Balanced { level });
        // A valve that has ended is nothing to fail for.
        let _ = self.valve.turn(u8::try_from(level.min(100)).unwrap_or(100)).await;
        Ok(())
    }

    /// Lets the gauge fail.
    pub fn drift(&mut self) {
        let _ = self.gauge.drift().tell();
    }

    #[stopping]
    fn stopping(&mut self) {
        (self.report)(Event::PumpStopping { gauge: self.gauge.control().is_alive() });
    }
}
