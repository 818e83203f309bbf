//! What the user declared about an actor.

use proc_macro2::TokenStream;
use syn::{Field, Generics, Ident, ItemStruct, LitStr, Member, Path, Type, TypePath, Visibility};

use crate::names::{self, Names};
use crate::options::Time;
use crate::supervise::Supervision;

/// A struct with `#[actor]`.
pub(crate) struct Actor {
    /// The struct as the user wrote it, without our attributes.
    pub(crate) item: ItemStruct,
    pub(crate) options: Options,
    /// The fields with `#[child(..)]`, in order.
    pub(crate) children: Vec<Child>,
    pub(crate) supervision: Supervision,
    pub(crate) names: Names,
}

/// The options of `#[actor(..)]`, each absent where the user said nothing.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) capacity: Option<u32>,
    pub(crate) stash: Option<u32>,
    /// Those of `#[every]` and `#[idle]` included.
    pub(crate) timers: Option<u32>,
    /// Messages with `#[indirect]` arguments that may wait, where storage is static.
    pub(crate) indirect: Option<u32>,
    pub(crate) overflow: Option<Overflow>,
    pub(crate) ask_timeout: Option<Time>,
    pub(crate) inline_ask: Option<bool>,
    pub(crate) throughput: Option<u32>,
    /// Messages of users for one of the system.
    pub(crate) fairness: Option<u32>,
    pub(crate) dispatcher: Option<Dispatcher>,
    pub(crate) metrics: Option<MetricsLevel>,
    /// The word `off` of `metrics = off`, where it stands.
    pub(crate) off: Option<Ident>,
    pub(crate) dwell: Option<Dwell>,
    pub(crate) figures: Figures,
    /// What it fails with.
    pub(crate) error: Option<TypePath>,
    /// The word `local`, where it stands.
    pub(crate) local: Option<Ident>,
    /// Keys and values for telemetry.
    pub(crate) tags: Vec<(String, LitStr)>,
    /// The facade, where it was renamed.
    pub(crate) facade: Option<Path>,
}

/// What is written behind the `=` of `dwell = ..`.
pub(crate) struct Dwell {
    pub(crate) rate: Rate,
    /// As it is written.
    pub(crate) written: TokenStream,
}

#[derive(Clone, Copy)]
pub(crate) enum Rate {
    Off,
    Sampled(u32),
    All,
}

/// The capacity of `mailbox = unbounded`, as the runtime knows it.
pub(crate) const UNBOUNDED: u32 = u32::MAX;

#[derive(Clone, Copy)]
pub(crate) enum Overflow {
    Wait,
    Reject,
    DropNewest,
    DropOldest,
}

#[derive(Clone, Copy)]
pub(crate) enum Dispatcher {
    Shared,
    Pinned,
    CurrentThread,
    SingleWorker,
}

/// What is recorded of the messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MetricsLevel {
    Off,
    Counts,
    Timing,
}

/// The names of an actor's own figures.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) counters: Vec<Ident>,
    pub(crate) histograms: Vec<Ident>,
}

/// A field with `#[child(..)]`.
pub(crate) struct Child {
    /// The field as the user wrote it.
    pub(crate) field: Field,
    pub(crate) member: Member,
    pub(crate) factory: Factory,
    pub(crate) restart: Option<Restart>,
    /// The children that are started before it.
    pub(crate) after: Vec<Ident>,
    /// The number of members, for a pool.
    pub(crate) pool: Option<u32>,
    pub(crate) route: Option<Route>,
    /// With whom its restarts are counted, and where that is said.
    pub(crate) scope: Option<(Scope, Ident)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restart {
    Permanent,
    Transient,
    Temporary,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Group,
    Child,
}

#[derive(Clone, Copy)]
pub(crate) enum Route {
    RoundRobin,
    LeastLoaded,
}

/// How a child's state is made.
pub(crate) enum Factory {
    /// A path or a closure.
    Given(TokenStream),
    /// A closure that is lent the parent: `state` names it, `taken` is what is taken from it when the child is first
    /// started, and `closure` makes the child from clones of that.
    FromParent { state: Ident, taken: Vec<(Ident, TokenStream)>, closure: TokenStream },
    /// Missing or unusable; reported.
    Broken,
}

impl Child {
    /// `Db` in `Child<Db>`, or in the `Pool<Db>` of a pool.
    pub(crate) fn actor(&self) -> Option<&Type> {
        names::argument_of(&self.field.ty, if self.pool.is_some() { "Pool" } else { "Child" })
    }

    /// How many actors it stands for.
    pub(crate) fn members(&self) -> usize {
        self.pool.map_or(1, |members| members as usize)
    }

    pub(crate) fn is_called(&self, name: &Ident) -> bool {
        matches!(&self.member, Member::Named(member) if member == name)
    }
}

/// What the items around an actor need to know of its struct.
pub(crate) struct Shape<'a> {
    pub(crate) vis: &'a Visibility,
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
}

impl Actor {
    pub(crate) fn shape(&self) -> Shape<'_> {
        Shape { vis: &self.item.vis, ident: &self.item.ident, generics: &self.item.generics }
    }
}
