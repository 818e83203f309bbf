//! What actors are called whose failures are told: those that a `system!` names, by the first of their bits. A list of the
//! systems that name a telemetry, so that others have no names in flash.

use core::cell::Cell;
use core::fmt;

use critical_section::Mutex;

use super::header::Address;
use super::place::Place;
use super::system::System;

/// The names of one system.
pub struct Names {
    system: &'static System,
    /// In the order of their bits.
    names: &'static [(u32, &'static str)],
    next: Mutex<Cell<Option<&'static Self>>>,
}

/// The last one that was added.
static ALL: Mutex<Cell<Option<&'static Names>>> = Mutex::new(Cell::new(None));

impl Names {
    /// Those of the actors that have these bits and those that follow.
    #[must_use]
    pub const fn new(system: &'static System, names: &'static [(u32, &'static str)]) -> Self {
        Self { system, names, next: Mutex::new(Cell::new(None)) }
    }

    /// Adds it to the list, once.
    pub(super) fn add(&'static self) {
        critical_section::with(|cs| self.next.borrow(cs).set(ALL.borrow(cs).replace(Some(self))));
    }

    fn of(system: &System) -> Option<&'static Self> {
        critical_section::with(|cs| {
            let mut names = ALL.borrow(cs).get();
            while let Some(these) = names
                && !core::ptr::eq(these.system, system)
            {
                names = these.next.borrow(cs).get();
            }
            names
        })
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names).finish()
    }
}

/// Shows where an actor is: `STATION`, `STATION/db`, or `STATION/…/disk` further down, with the label of the actor. Nothing
/// where its system has no names.
pub(super) struct PathOf<'a> {
    pub(super) address: Address,
    pub(super) place: &'a Place,
    pub(super) label: &'static str,
}

impl fmt::Display for PathOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bit = self.address.header().bit();
        let names = Names::of(self.place.system).map_or(&[][..], |names| names.names);
        let Some((first, name)) = names.iter().rev().find(|(first, _)| *first <= bit) else { return Ok(()) };
        match self.place.parent {
            None => f.write_str(name),
            Some(parent) if parent.header().bit() == *first => write!(f, "{name}/{}", self.label),
            Some(_) => write!(f, "{name}/…/{}", self.label),
        }
    }
}
