//! What this project means to reach, row by row, and the floors below which a change is refused.
//!
//! Everything is a ratio within one run, or an exact count: a time says as much about the machine as about the code.

/// What is expected of one row. A ratio is the other's cost divided by ours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// The key of the row.
    pub(crate) key: &'static str,
    /// Against the best peer, and against raw tokio.
    pub(crate) goal: Ratios,
    /// The same, for the small mode, which runs beside other things and must not cry wolf: near half of what a quiet
    /// machine shows.
    pub(crate) floor: Ratios,
    /// The most our exact figure may be, in both modes.
    pub(crate) at_most: Option<f64>,
}

/// The ratio to a peer and to raw tokio.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ratios {
    pub(crate) peer: Option<f64>,
    pub(crate) raw: Option<f64>,
}

/// All targets: key, goal against (peer, raw tokio), floor against the same.
const TARGETS: &[Target] = &[
    ratios("tell-mt", (10.0, 6.0), (1.8, 0.6)),
    ratios("tell-ct", (4.0, 4.5), (1.5, 1.4)),
    ratios("tell4-mt", (7.0, 7.0), (2.0, 1.2)),
    ratios("tell4-ct", (4.0, 4.5), (1.5, 1.4)),
    ratios("ask-mt", (16.0, 12.0), (3.5, 2.0)),
    ratios("ask-ct", (10.0, 8.0), (2.2, 2.0)),
    ratios("ask64-mt", (5.0, 3.5), (1.1, 0.6)),
    ratios("ask64-ct", (8.0, 6.0), (2.0, 1.4)),
    ratios("ping-mt", (9.0, 7.0), (3.0, 1.7)),
    ratios("ping-ct", (4.0, 4.0), (2.2, 2.0)),
    ratios("ring-mt", (6.0, 9.0), (2.5, 0.8)),
    ratios("ring-ct", (4.0, 4.0), (1.5, 1.3)),
    ratios("fan-mt", (4.0, 2.0), (1.5, 0.5)),
    ratios("fan-ct", (3.0, 2.5), (1.6, 1.0)),
    ratios("spawn-mt", (7.0, 9.0), (0.8, 1.4)),
    ratios("spawn-ct", (9.0, 12.0), (1.1, 0.8)),
    Target { key: "restart-mt", goal: peer(1.8), floor: peer(1.0), at_most: None },
    Target { key: "restart-ct", goal: peer(1.8), floor: peer(1.0), at_most: None },
    Target { key: "memory", goal: both(3.0, 8.0), floor: both(2.5, 6.0), at_most: Some(250.0) },
    exactly_none("allocations-tell"),
    exactly_none("allocations-ask"),
    ratios("instructions-tell", (5.0, 2.0), (3.0, 1.4)),
    ratios("instructions-ask", (12.0, 10.0), (4.0, 4.0)),
];

impl Target {
    /// The target of a row, if it has one.
    pub(crate) fn of(key: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.key == key)
    }
}

const fn ratios(key: &'static str, goal: (f64, f64), floor: (f64, f64)) -> Target {
    Target { key, goal: both(goal.0, goal.1), floor: both(floor.0, floor.1), at_most: None }
}

const fn exactly_none(key: &'static str) -> Target {
    let none = Ratios { peer: None, raw: None };
    Target { key, goal: none, floor: none, at_most: Some(0.0) }
}

const fn both(peer: f64, raw: f64) -> Ratios {
    Ratios { peer: Some(peer), raw: Some(raw) }
}

const fn peer(peer: f64) -> Ratios {
    Ratios { peer: Some(peer), raw: None }
}
