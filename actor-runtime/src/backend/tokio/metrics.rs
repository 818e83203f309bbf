//! The figures of a system for exporters: read when asked for, from the cells that its workers write.

use core::fmt;
use std::any::TypeId;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use crate::failure::{FailureKind, StopReason};
use crate::message::Lane;
use crate::metrics::{
    AskOutcome, DeadLetterReason, DispatcherFigures, Family, Figure, Histogram, Label, LifeEvent, Metered,
    write_open_metrics,
};
use crate::policy::YieldReason;
use crate::time::nanos;

use super::counts::TypeCounts;
use super::owner::Owner;
use super::suspensions::Past;
use super::system::Core;

/// The label of lanes.
const LANE: &str = "queue_kind";
/// What is said of how long messages waited lately.
const PERCENTILES: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

/// Takes one figure after the other, with their labels.
type Taking<'a> = &'a mut dyn FnMut(&[Label<'_>], Figure<'_>);
/// The same for one kind of actors, with the labels that tell a figure from the others.
type Shown<'a> = &'a mut dyn FnMut(&[Label<'_>], Figure<'_>);

/// The figures of a system, for [exporters](Metered); from [`ActorSystem::metrics`](super::ActorSystem::metrics).
///
/// It keeps no system running. It can be read when the system is down: nothing that was counted is lost to the last look.
#[derive(Clone)]
pub struct Metrics {
    core: Arc<Core>,
}

impl Metrics {
    pub(super) fn of(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core) }
    }

    /// All figures as OpenMetrics text; see [`write_open_metrics`].
    #[must_use]
    pub fn to_open_metrics(&self) -> String {
        let mut text = String::new();
        write_open_metrics(self, &mut text).expect("a `String` takes everything");
        text
    }

    /// Calls `take` for what is read of each dispatcher.
    fn dispatchers(&self, take: Taking<'_>, read: impl for<'a> Fn(&'a DispatcherFigures) -> Figure<'a>) {
        for figures in self.core.homes().figures() {
            take(&[("system", self.core.name()), ("dispatcher", figures.dispatcher)], read(&figures));
        }
    }

    /// Calls `take` for what `read` shows of each kind of actors.
    fn kinds(&self, take: Taking<'_>, read: impl Fn(&Kind<'_>, Shown<'_>)) {
        let mut kinds: Vec<Kind<'_>> = Vec::new();
        for of_type in self.core.all_counts().into_iter().filter(|(_, counts)| counts.options.metrics.is_on()) {
            let actor = of_type.1.options.name;
            match kinds.iter_mut().find(|kind| kind.actor == actor) {
                Some(kind) => kind.types.push(of_type),
                None => kinds.push(Kind { actor, types: Vec::from([of_type]) }),
            }
        }
        for kind in kinds {
            let of = [("system", self.core.name()), ("actor", kind.actor)];
            read(&kind, &mut |labels, figure| take(&[&of, labels].concat(), figure));
        }
    }

    fn suspended(&self, kind: &Kind<'_>) -> Past {
        self.core.suspensions().past_of(|actor| kind.has(actor), self.core.now())
    }

    /// One number of each kind of actors.
    fn number(&self, take: Taking<'_>, read: impl Fn(&Kind<'_>) -> u64) {
        self.kinds(take, |kind, show| show(&[], Figure::Number(read(kind))));
    }

    /// Numbers of each kind of actors, told apart by `label`.
    fn numbers(&self, take: Taking<'_>, label: &'static str, read: impl Fn(&Kind<'_>) -> Vec<(&'static str, u64)>) {
        self.kinds(take, |kind, show| {
            for (name, number) in read(kind) {
                show(&[(label, name)], Figure::Number(number));
            }
        });
    }

    /// Histograms of each kind of actors, likewise. Nothing is said of what was never recorded: most handlers are not timed.
    fn spreads(
        &self,
        take: Taking<'_>,
        label: &'static str,
        read: impl Fn(&TypeCounts) -> Vec<(&'static str, Histogram)>,
    ) {
        self.kinds(take, |kind, show| {
            for (name, histogram) in kind.by_name(&read, |sum, histogram| sum.merge(&histogram)) {
                if histogram.count() > 0 {
                    show(&[(label, name)], Figure::Spread(&histogram));
                }
            }
        });
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("system", &self.core.name()).finish_non_exhaustive()
    }
}

/// Actors with the same label, which no exporter could tell apart.
struct Kind<'a> {
    actor: &'static str,
    types: Vec<(TypeId, &'a TypeCounts)>,
}

impl Kind<'_> {
    fn counts(&self) -> impl Iterator<Item = &TypeCounts> {
        self.types.iter().map(|(_, counts)| *counts)
    }

    fn lives(&self, event: LifeEvent) -> u64 {
        self.counts().map(|counts| counts.lives(event)).sum()
    }

    /// How often each event of a sort happened, by what it is called.
    fn lives_by<T: Copy>(
        &self,
        sort: &[T],
        name: impl Fn(T) -> &'static str,
        event: impl Fn(T) -> LifeEvent,
    ) -> Vec<(&'static str, u64)> {
        sort.iter().map(|one| (name(*one), self.lives(event(*one)))).collect()
    }

    fn live(&self) -> u64 {
        let ended: u64 = StopReason::ALL.iter().map(|reason| self.lives(LifeEvent::Stopped(*reason))).sum();
        self.lives(LifeEvent::Spawned).saturating_sub(ended)
    }

    fn asks_in_flight(&self) -> u64 {
        // In this order, as what has ended was begun before.
        let ended: u64 = AskOutcome::ALL.iter().map(|outcome| self.lives(LifeEvent::Asked(*outcome))).sum();
        self.lives(LifeEvent::AskBegun).saturating_sub(ended)
    }

    fn stashed(&self) -> u64 {
        // In this order, as what has left was there before.
        let left = self.lives(LifeEvent::Unstashed);
        self.lives(LifeEvent::Stashed).saturating_sub(left)
    }

    fn has(&self, actor: TypeId) -> bool {
        self.types.iter().any(|(known, _)| *known == actor)
    }

    /// Those of them that are among the `living`.
    fn of<'a>(&self, living: &'a [Owner]) -> impl Iterator<Item = &'a Owner> {
        living.iter().filter(|owner| self.has((owner.header().table.actor)()))
    }

    /// How many messages wait in each lane of those of them that are `living`.
    fn depths(&self, living: &[Owner]) -> [u64; 2] {
        self.of(living)
            .map(Owner::lanes)
            .fold([0; 2], |[user, urgent], lanes| [user + lanes.user.depth as u64, urgent + lanes.urgent.depth as u64])
    }

    /// How long messages waited lately in each lane of those of them that are `living`.
    fn recent(&self, living: &[Owner]) -> [Histogram; 2] {
        let mut all = [const { Histogram::new() }; 2];
        self.of(living).for_each(|owner| owner.add_recent(&mut all));
        all
    }

    /// The most that was seen of a lane of one actor.
    fn high_water(&self, lane: Lane) -> u64 {
        self.counts().map(|counts| counts.high_water(lane)).max().unwrap_or(0)
    }

    /// What `read` reads of each type, those of one name as one.
    fn by_name<T>(
        &self,
        read: impl Fn(&TypeCounts) -> Vec<(&'static str, T)>,
        add: impl Fn(&mut T, T),
    ) -> Vec<(&'static str, T)> {
        let mut all: Vec<(&'static str, T)> = Vec::new();
        for (name, figure) in self.counts().flat_map(read) {
            match all.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sum)) => add(sum, figure),
                None => all.push((name, figure)),
            }
        }
        all
    }

    fn sums(&self, read: impl Fn(&TypeCounts) -> Vec<(&'static str, u64)>) -> Vec<(&'static str, u64)> {
        // Counters of an actor's own are raised by whatever it says.
        self.by_name(read, |sum, number| *sum = sum.wrapping_add(number))
    }
}

impl Metered for Metrics {
    fn figures(&self, family: Family, take: &mut dyn FnMut(&[Label<'_>], Figure<'_>)) {
        let system = ("system", self.core.name());
        match family {
            Family::Live => self.number(take, |kind| kind.live()),
            Family::Spawned => self.number(take, |kind| kind.lives(LifeEvent::Spawned)),
            Family::Restarts => self.number(take, |kind| kind.lives(LifeEvent::Restarted)),
            Family::Escalations => self.number(take, |kind| kind.lives(LifeEvent::Escalated)),
            Family::Stopped => self.numbers(take, "reason", |kind| {
                kind.lives_by(&StopReason::ALL, StopReason::as_str, LifeEvent::Stopped)
            }),
            Family::Failures => self
                .numbers(take, "kind", |kind| kind.lives_by(&FailureKind::ALL, FailureKind::as_str, LifeEvent::Failed)),
            Family::DeadLetters => self.numbers(take, "reason", |kind| {
                kind.lives_by(&DeadLetterReason::ALL, DeadLetterReason::as_str, LifeEvent::DeadLetter)
            }),
            Family::Yields => self.numbers(take, "reason", |kind| {
                kind.lives_by(&YieldReason::ALL, YieldReason::as_str, LifeEvent::Yielded)
            }),
            Family::Decisions => {
                for (strategy, directive, number) in self.core.decisions() {
                    let labels = [system, ("strategy", strategy.as_str()), ("directive", directive.as_str())];
                    take(&labels, Figure::Number(number));
                }
            }
            Family::Messages => self.numbers(take, "message", |kind| kind.sums(TypeCounts::messages)),
            Family::HandlerPending => self.numbers(take, "message", |kind| {
                // Most handlers never wait: they are not async.
                kind.sums(TypeCounts::pending).into_iter().filter(|(_, times)| *times > 0).collect()
            }),
            Family::AsksInFlight => self.number(take, |kind| kind.asks_in_flight()),
            Family::Asks => self.numbers(take, "outcome", |kind| {
                let mut asks = kind.lives_by(&AskOutcome::ALL, AskOutcome::as_str, LifeEvent::Asked);
                asks[AskOutcome::Answered as usize].1 += kind.counts().map(TypeCounts::inline_asks).sum::<u64>();
                asks
            }),
            Family::AskDuration => self.kinds(take, |kind, show| {
                let mut all = Histogram::new();
                kind.counts().for_each(|counts| all.merge(&counts.asks()));
                if all.count() > 0 {
                    show(&[], Figure::Spread(&all));
                }
            }),
            Family::StashDepth => self.number(take, |kind| kind.stashed()),
            Family::MessageDuration => self.spreads(take, "message", TypeCounts::durations),
            Family::OwnCounter => self.numbers(take, "counter", |kind| kind.sums(TypeCounts::counters)),
            Family::OwnHistogram => self.spreads(take, "histogram", TypeCounts::histograms),
            Family::MailboxDepth => {
                let living = self.core.registry().living();
                self.numbers(take, LANE, |kind| by_lane(kind.depths(&living)));
            }
            Family::MailboxHighWater => {
                self.numbers(take, LANE, |kind| by_lane([Lane::User, Lane::Urgent].map(|lane| kind.high_water(lane))));
            }
            Family::MailboxDwell => {
                self.spreads(take, LANE, |counts| by_lane([Lane::User, Lane::Urgent].map(|lane| counts.dwell(lane))));
            }
            Family::MailboxDwellPercentile => {
                let living = self.core.registry().living();
                self.kinds(take, |kind, show| {
                    for (lane, recent) in by_lane(kind.recent(&living)) {
                        for (percentile, of_all) in PERCENTILES {
                            if let Some(nanos) = recent.quantile(of_all) {
                                show(&[(LANE, lane), ("percentile", percentile)], Figure::Number(nanos));
                            }
                        }
                    }
                });
            }
            Family::Suspensions => self.number(take, |kind| self.suspended(kind).times),
            Family::SuspendedTime => self.number(take, |kind| nanos(self.suspended(kind).total)),
            Family::DispatcherReady => self.dispatchers(take, |it| Figure::Number(it.ready as u64)),
            Family::DispatcherRunDelay => self.dispatchers(take, |it| Figure::Spread(&it.run_delay)),
            Family::DispatcherActivations => self.dispatchers(take, |it| Figure::Number(it.activations)),
            Family::DispatcherSteals => self.dispatchers(take, |it| Figure::Number(it.steals)),
            Family::DispatcherParks => self.dispatchers(take, |it| Figure::Number(it.parks)),
            Family::DispatcherRefused => self.dispatchers(take, |it| Figure::Number(it.refused)),
            Family::TelemetryCalls => take(&[system], Figure::Number(self.core.telemetry_counts().calls)),
            Family::TelemetryDuration => {
                take(&[system], Figure::Number(nanos(self.core.telemetry_counts().elapsed)));
            }
        }
    }
}

/// What is said of each lane, the usual one first.
fn by_lane<T>([user, urgent]: [T; 2]) -> Vec<(&'static str, T)> {
    Vec::from([("user", user), ("urgent", urgent)])
}
