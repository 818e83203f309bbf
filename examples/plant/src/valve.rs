//! The valve: handles every message at once, and jams where it is turned too far.

use core::fmt;

use actor::prelude::*;

use crate::{Event, Report, ignore};

/// How far open the station is.
#[actor(mailbox = 8)]
pub struct Valve {
    percent: u8,
    report: Report,
}

/// The valve was turned further than it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jammed;

impl fmt::Display for Jammed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the valve jammed")
    }
}

impl Valve {
    /// A closed valve.
    pub fn new() -> Self {
        Self::reporting(ignore)
    }

    /// A closed valve that says what it does.
    pub fn reporting(report: Report) -> Self {
        Self { percent: 0, report }
    }
}

impl Default for Valve {
    fn default() -> Self {
        Self::new()
    }
}

#[handlers]
impl Valve {
    #[started]
    fn started(&mut self) {
        (self.report)(Event::ValveStarted);
    }

    /// Turns the valve. More than a hundred percent jams it, and it is set up anew.
    pub fn turn(&mut self, percent: u8) -> Result<(), Jammed> {
        if percent > 100 {
            return Err(Jammed);
        }
        self.percent = percent;
        (self.report)(Event::ValveTurned(percent));
        Ok(())
    }

    /// How far open it stands, in percent.
    pub fn opening(&self) -> u8 {
        self.percent
    }
}
