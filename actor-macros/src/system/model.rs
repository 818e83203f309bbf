//! What the user declared about a system.

use proc_macro2::Span;
use syn::{Attribute, Expr, Ident, LitInt, Type, Visibility};

use crate::names::Names;

/// The tokens of one `system!`.
pub(crate) struct System {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) module: Ident,
    /// In order of priority, the highest first.
    pub(crate) actors: Vec<Actor>,
    /// Those that preempt them.
    pub(crate) levels: Vec<Level>,
    pub(crate) clauses: Clauses,
    pub(crate) names: Names,
}

/// What stands behind the module.
#[derive(Default)]
pub(crate) struct Clauses {
    /// The most bytes the statics may take.
    pub(crate) ram: Option<LitInt>,
    /// Who takes the failures.
    pub(crate) telemetry: Option<Expr>,
    /// Where a panic is recorded.
    pub(crate) crash: Option<Expr>,
    /// Where it is traced what the actors do.
    pub(crate) trace: Option<Expr>,
    pub(crate) watchdog: Option<Watchdog>,
    /// Who is told of events, first.
    pub(crate) event_handler: Option<Expr>,
    /// How many others may listen.
    pub(crate) listeners: Option<LitInt>,
    /// Whether it is counted what the actors do, where that is said.
    pub(crate) metrics: Option<bool>,
}

/// `watchdog = feed within 4 ticks`
pub(crate) struct Watchdog {
    pub(crate) feed: Expr,
    /// Ticks that an actor may wait for.
    pub(crate) patience: u8,
}

impl System {
    /// Those of all levels.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Actor> {
        self.actors.iter().chain(self.levels.iter().flat_map(|level| &level.actors))
    }
}

/// `level SSI0 { pend = pend_ssi0, ALARM: Alarm = Alarm::new }`
pub(crate) struct Level {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    /// What has the interrupt come that runs it.
    pub(crate) pend: Expr,
    /// In order of priority, the highest first.
    pub(crate) actors: Vec<Actor>,
}

/// `PUMP: Pump { mailbox = 4 } = Pump::new`
#[derive(Clone)]
pub(crate) struct Actor {
    pub(crate) attrs: Vec<Attribute>,
    /// Name of the static ref.
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    /// As `#[actor]` says where nothing is said here.
    pub(crate) mailbox: Option<u32>,
    /// Likewise, those of `#[every]` and `#[idle]` included.
    pub(crate) timers: Option<u32>,
    /// How many messages may have `#[indirect]` arguments, likewise.
    pub(crate) indirect: Option<u32>,
    pub(crate) factory: Expr,
    /// Where the options stand.
    pub(crate) at: Span,
}
