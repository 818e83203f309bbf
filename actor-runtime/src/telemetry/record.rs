//! Failures that were kept or sent, and are read back: by another run, another machine, or another version of the program.

use core::fmt;

use super::encoding::{self, DESCRIPTION, DecodeError, NAME, PATH};
use super::facts::{Facts, Fields};
use super::snapshot::{EscalationStage, FailureSnapshot, Severity};
use super::tags::{TagSet, TelemetryTag};
use super::text::Excerpt;
use crate::failure::FailureKind;
use crate::id::{ActorId, Incarnation};
use crate::supervision::{Decision, Scope, Strategy};
use crate::time::Instant;

pub(super) type RecordedTags = TagSet<144, 8>;

/// A failure that was read back: what a [`FailureSnapshot`] says, without the program that it is of.
///
/// It is made of a snapshot, or of what [`encode`](Self::encode) wrote. Names of more than 48 bytes are cut, and end with a
/// `…`. With the feature `serde` it goes through any format of that; a snapshot is written alike.
///
/// ```
/// use std::sync::mpsc::{Sender, channel};
///
/// use actor::prelude::*;
/// use actor::{FailureSnapshot, FailureTelemetry, RecordedFailure};
/// # #[actor]
/// # struct Db;
/// # #[handlers]
/// # impl Db {
/// #     fn write(&mut self) -> Result<(), String> {
/// #         Err("disk full".into())
/// #     }
/// # }
///
/// /// Sends failures elsewhere.
/// struct Wire(Sender<Vec<u8>>);
///
/// impl FailureTelemetry for Wire {
///     fn on_failure(&self, failure: &FailureSnapshot) {
///         let mut bytes = [0; RecordedFailure::MAX_ENCODED];
///         let len = failure.encode(&mut bytes);
///         let _ = self.0.send(bytes[..len].to_vec());
///     }
/// }
///
/// let (wire, other_side) = channel();
/// let (system, mut stepper) = ActorSystem::builder("demo").with_failure_telemetry(Wire(wire)).stepper();
/// stepper.block_on(async {
///     let db = system.spawn(|| Db).await.unwrap();
///     db.write().await.unwrap();
/// });
/// stepper.run();
///
/// let failure = RecordedFailure::decode(&other_side.recv().unwrap()).unwrap();
/// assert_eq!(failure.to_string(), "db: error in `write`: disk full; restart; 1 restart");
/// assert_eq!(failure.message(), Some("write"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RecordedFailure {
    pub(super) facts: Facts,
    pub(super) actor: Excerpt<NAME>,
    pub(super) type_name: Excerpt<NAME>,
    pub(super) origin: Excerpt<NAME>,
    pub(super) message: Option<Excerpt<NAME>>,
    pub(super) path: Excerpt<PATH>,
    pub(super) description: Excerpt<DESCRIPTION>,
    pub(super) tags: RecordedTags,
}

/// Where a failure that was read back happened first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedOrigin<'a> {
    /// Identity of the actor.
    pub id: ActorId,
    /// Its label.
    pub actor: &'a str,
    /// How it failed.
    pub kind: FailureKind,
}

impl From<&FailureSnapshot> for RecordedFailure {
    fn from(snapshot: &FailureSnapshot) -> Self {
        Self::of(&snapshot.fields())
    }
}

impl RecordedFailure {
    /// The most bytes that a failure is encoded in.
    pub const MAX_ENCODED: usize = encoding::MAX;

    /// Writes the failure to the beginning of `bytes`, and returns how many of them it took: at most
    /// [`MAX_ENCODED`](Self::MAX_ENCODED). Zero where they are too few, and then what was written is of no use.
    ///
    /// The bytes are those of the same failure on every machine and in every build.
    pub fn encode(&self, bytes: &mut [u8]) -> usize {
        self.fields().encode(bytes)
    }

    /// The failure at the beginning of `bytes`; what comes behind it is left alone.
    ///
    /// # Errors
    /// Why they are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Fields::decode(bytes).map(|fields| Self::of(&fields))
    }

    /// How many bytes the record takes at the beginning of `bytes`: the next one of several comes behind them.
    ///
    /// # Errors
    /// Why there is none.
    pub fn encoded_len(bytes: &[u8]) -> Result<usize, DecodeError> {
        encoding::len(bytes)
    }

    pub(super) fn of(fields: &Fields<'_>) -> Self {
        Self {
            facts: fields.facts,
            actor: Excerpt::of(&fields.actor),
            type_name: Excerpt::of(&fields.type_name),
            origin: Excerpt::of(&fields.origin),
            message: fields.message.map(|message| Excerpt::of(&message)),
            path: Excerpt::of(&fields.path),
            description: Excerpt::of(&fields.description),
            tags: RecordedTags::of(fields.tags),
        }
    }

    pub(super) fn fields(&self) -> Fields<'_> {
        Fields {
            facts: self.facts,
            actor: self.actor.as_str(),
            type_name: self.type_name.as_str(),
            origin: self.origin.as_str(),
            message: self.message(),
            path: self.path.as_str(),
            description: self.description.as_str(),
            tags: self.tags.listed(),
        }
    }

    /// See [`FailureSnapshot::id`].
    #[must_use]
    pub const fn id(&self) -> ActorId {
        self.facts.id
    }

    /// See [`FailureSnapshot::actor`].
    #[must_use]
    pub fn actor(&self) -> &str {
        self.actor.as_str()
    }

    /// See [`FailureSnapshot::type_name`].
    #[must_use]
    pub fn type_name(&self) -> &str {
        self.type_name.as_str()
    }

    /// See [`FailureSnapshot::path`].
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.as_str()
    }

    /// See [`FailureSnapshot::incarnation`].
    #[must_use]
    pub const fn incarnation(&self) -> Incarnation {
        self.facts.incarnation
    }

    /// See [`FailureSnapshot::message`].
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_ref().map(Excerpt::as_str)
    }

    /// See [`FailureSnapshot::kind`].
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        self.facts.kind
    }

    /// See [`FailureSnapshot::description`].
    #[must_use]
    pub fn description(&self) -> &str {
        self.description.as_str()
    }

    /// See [`FailureSnapshot::stage`].
    #[must_use]
    pub const fn stage(&self) -> EscalationStage {
        self.facts.stage()
    }

    /// See [`FailureSnapshot::origin`].
    #[must_use]
    pub fn origin(&self) -> RecordedOrigin<'_> {
        RecordedOrigin { id: self.facts.origin_id, actor: self.origin.as_str(), kind: self.facts.origin_kind }
    }

    /// See [`FailureSnapshot::decision`].
    #[must_use]
    pub const fn decision(&self) -> Decision {
        self.facts.decision()
    }

    /// See [`FailureSnapshot::strategy`].
    #[must_use]
    pub const fn strategy(&self) -> Strategy {
        self.facts.strategy
    }

    /// See [`FailureSnapshot::restarts`].
    #[must_use]
    pub const fn restarts(&self) -> u32 {
        self.facts.restarts as u32
    }

    /// See [`FailureSnapshot::restart_scope`].
    #[must_use]
    pub const fn restart_scope(&self) -> Scope {
        self.facts.scope
    }

    /// See [`FailureSnapshot::severity`].
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.facts.severity
    }

    /// See [`FailureSnapshot::at`].
    #[must_use]
    pub const fn at(&self) -> Instant {
        self.facts.at
    }

    /// See [`FailureSnapshot::tags`].
    pub fn tags(&self) -> impl Iterator<Item = TelemetryTag<'_>> {
        self.tags.iter()
    }

    /// See [`FailureSnapshot::tag`].
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags().find(|tag| tag.key == key).map(|tag| tag.value)
    }

    /// See [`FailureSnapshot::dropped_tags`].
    #[must_use]
    pub const fn dropped_tags(&self) -> u8 {
        self.tags.dropped()
    }

    /// See [`FailureSnapshot::left_out`].
    #[must_use]
    pub const fn left_out(&self) -> u32 {
        self.facts.left_out
    }
}

/// Shows what [`FailureSnapshot`] does.
impl fmt::Display for RecordedFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields().fmt(f)
    }
}

impl fmt::Debug for RecordedFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordedFailure({self})")
    }
}
