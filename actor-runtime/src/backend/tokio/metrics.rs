//! The figures of a system for exporters: read when asked for, from the cells that its workers write.

use core::fmt;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use crate::failure::{FailureKind, StopReason};
use crate::metrics::{
    DeadLetterReason, DispatcherFigures, Family, Figure, Histogram, Label, LaneFigures, LifeEvent, MailboxFigures,
    Metered, write_open_metrics,
};
use crate::policy::YieldReason;
use crate::time::nanos;

use super::counts::TypeCounts;
use super::system::Core;

/// Lanes, as they are labelled.
const USER: &str = "user";
const URGENT: &str = "urgent";

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

    fn dispatchers(&self, read: fn(&DispatcherFigures) -> u64, take: &mut dyn FnMut(&[Label<'_>], Figure<'_>)) {
        let numbers = self.core.dispatchers().into_iter().map(|it| (it.dispatcher, read(&it)));
        for (dispatcher, number) in by_name(numbers, |sum, number| *sum += number) {
            take(&[("system", self.core.name()), ("dispatcher", dispatcher)], Figure::Number(number));
        }
    }

    /// The kinds of actors whose figures are exported.
    fn kinds(&self) -> Vec<Kind<'_>> {
        let mut kinds: Vec<Kind<'_>> = Vec::new();
        for counts in self.core.all_counts().into_iter().filter(|counts| counts.options.metrics.is_on()) {
            let actor = counts.options.name;
            match kinds.iter_mut().find(|kind| kind.actor == actor) {
                Some(kind) => kind.types.push(counts),
                None => kinds.push(Kind { actor, types: Vec::from([counts]) }),
            }
        }
        kinds
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
    types: Vec<&'a TypeCounts>,
}

impl Kind<'_> {
    fn lives(&self, event: LifeEvent) -> u64 {
        self.types.iter().map(|counts| counts.lives(event)).sum()
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

    /// What `read` reads of each type, those of one name as one.
    fn by_name<T>(
        &self,
        read: fn(&TypeCounts) -> Vec<(&'static str, T)>,
        add: impl Fn(&mut T, T),
    ) -> Vec<(&'static str, T)> {
        by_name(self.types.iter().flat_map(|counts| read(counts)), add)
    }

    fn numbers(&self, read: fn(&TypeCounts) -> Vec<(&'static str, u64)>) -> Vec<(&'static str, u64)> {
        self.by_name(read, |sum, number| *sum += number)
    }

    fn spreads(&self, read: fn(&TypeCounts) -> Vec<(&'static str, Histogram)>) -> Vec<(&'static str, Histogram)> {
        self.by_name(read, |sum, histogram| sum.merge(&histogram))
    }
}

impl Metered for Metrics {
    fn figures(&self, family: Family, take: &mut dyn FnMut(&[Label<'_>], Figure<'_>)) {
        let system = ("system", self.core.name());
        match family {
            Family::Decisions => {
                for (strategy, directive, number) in self.core.decisions() {
                    let labels = [system, ("strategy", strategy.as_str()), ("directive", directive.as_str())];
                    take(&labels, Figure::Number(number));
                }
            }
            Family::DispatcherReady => self.dispatchers(|it| it.ready as u64, take),
            Family::DispatcherActivations => self.dispatchers(|it| it.activations, take),
            Family::DispatcherSteals => self.dispatchers(|it| it.steals, take),
            Family::DispatcherParks => self.dispatchers(|it| it.parks, take),
            Family::DispatcherRefused => self.dispatchers(|it| it.refused, take),
            Family::DispatcherRunDelay => {
                let delays = self.core.dispatchers().into_iter().map(|it| (it.dispatcher, it.run_delay));
                for (dispatcher, delay) in by_name(delays, |sum, delay| sum.merge(&delay)) {
                    take(&[system, ("dispatcher", dispatcher)], Figure::Spread(&delay));
                }
            }
            Family::MailboxDepth => {
                let kinds = self.kinds();
                let mailboxes = self.core.mailboxes().into_iter();
                let exported = mailboxes.filter(|it| kinds.iter().any(|kind| kind.actor == it.actor));
                let depths = exported.map(|it| (it.actor, [it.user.depth, it.urgent.depth]));
                let depths = by_name(depths, |sum, [user, urgent]| *sum = [sum[0] + user, sum[1] + urgent]);
                for (actor, [user, urgent]) in depths {
                    for (lane, depth) in [(USER, user), (URGENT, urgent)] {
                        take(&[system, ("actor", actor), ("queue_kind", lane)], Figure::Number(depth as u64));
                    }
                }
            }
            Family::TelemetryCalls => take(&[system], Figure::Number(self.core.telemetry_counts().calls)),
            Family::TelemetryDuration => {
                take(&[system], Figure::Number(nanos(self.core.telemetry_counts().elapsed)));
            }
            _ => {
                for kind in self.kinds() {
                    let actor = [system, ("actor", kind.actor)];
                    kind.figures(family, &mut |label, figure| match label {
                        Some(label) => take(&[actor[0], actor[1], label], figure),
                        None => take(&actor, figure),
                    });
                }
            }
        }
    }
}

impl Kind<'_> {
    /// Calls `take` for each figure of a family of actors, with the label that tells it from the others.
    fn figures(&self, family: Family, take: &mut dyn FnMut(Option<Label<'_>>, Figure<'_>)) {
        let (label, numbers) = match family {
            Family::Live => return take(None, Figure::Number(self.live())),
            Family::Spawned => return take(None, Figure::Number(self.lives(LifeEvent::Spawned))),
            Family::Restarts => return take(None, Figure::Number(self.lives(LifeEvent::Restarted))),
            Family::Escalations => return take(None, Figure::Number(self.lives(LifeEvent::Escalated))),
            Family::Stopped => ("reason", self.lives_by(&StopReason::ALL, StopReason::as_str, LifeEvent::Stopped)),
            Family::Failures => ("kind", self.lives_by(&FailureKind::ALL, FailureKind::as_str, LifeEvent::Failed)),
            Family::DeadLetters => {
                ("reason", self.lives_by(&DeadLetterReason::ALL, DeadLetterReason::as_str, LifeEvent::DeadLetter))
            }
            Family::MailboxHighWater => {
                let most = |lane: fn(&MailboxFigures) -> &LaneFigures| {
                    self.types.iter().map(|counts| lane(&counts.mailboxes()).high_water as u64).max().unwrap_or(0)
                };
                ("queue_kind", Vec::from([(USER, most(|it| &it.user)), (URGENT, most(|it| &it.urgent))]))
            }
            Family::MailboxDwell => {
                let by_lane = |counts: &TypeCounts| {
                    let mailboxes = counts.mailboxes();
                    Vec::from([(USER, mailboxes.user.dwell), (URGENT, mailboxes.urgent.dwell)])
                };
                return take_spreads("queue_kind", &self.spreads(by_lane), take);
            }
            Family::Yields => ("reason", self.lives_by(&YieldReason::ALL, YieldReason::as_str, LifeEvent::Yielded)),
            Family::Messages => ("message", self.numbers(TypeCounts::messages)),
            Family::OwnCounter => ("counter", self.numbers(TypeCounts::counters)),
            Family::MessageDuration => return take_spreads("message", &self.spreads(TypeCounts::durations), take),
            Family::OwnHistogram => return take_spreads("histogram", &self.spreads(TypeCounts::histograms), take),
            Family::Decisions
            | Family::MailboxDepth
            | Family::DispatcherReady
            | Family::DispatcherRunDelay
            | Family::DispatcherActivations
            | Family::DispatcherSteals
            | Family::DispatcherParks
            | Family::DispatcherRefused
            | Family::TelemetryCalls
            | Family::TelemetryDuration => return,
        };
        for (name, number) in numbers {
            take(Some((label, name)), Figure::Number(number));
        }
    }
}

/// The figures of one name as one.
fn by_name<T>(figures: impl Iterator<Item = (&'static str, T)>, add: impl Fn(&mut T, T)) -> Vec<(&'static str, T)> {
    let mut all: Vec<(&'static str, T)> = Vec::new();
    for (name, figure) in figures {
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => add(sum, figure),
            None => all.push((name, figure)),
        }
    }
    all
}

/// Nothing is said of what was never recorded: most handlers are not timed.
fn take_spreads(
    label: &'static str,
    spreads: &[(&'static str, Histogram)],
    take: &mut dyn FnMut(Option<Label<'_>>, Figure<'_>),
) {
    for (name, histogram) in spreads.iter().filter(|(_, histogram)| histogram.count() > 0) {
        take(Some((label, name)), Figure::Spread(histogram));
    }
}
