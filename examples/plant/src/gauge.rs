//! The gauge: the child that the pump asks.

use actor::prelude::*;

/// How full the basin is.
#[actor(mailbox = 2)]
pub struct Gauge {
    level: u16,
}

impl Gauge {
    /// A gauge at an empty basin.
    pub fn new() -> Self {
        Self { level: 0 }
    }
}

impl Default for Gauge {
    fn default() -> Self {
        Self::new()
    }
}

#[handlers]
impl Gauge {
    /// The level, higher by ten each time.
    pub fn read(&mut self) -> u16 {
        self.level += 10;
        self.level
    }

    /// Fails, as gauges do.
    pub fn drift(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("the gauge has drifted");
    }
}
