//! Siblings that are restarted together: who goes down next, and who begins anew. Keeps `one_for_all`, `rest_for_one`
//! and `custom`.
//!
//! ```text
//!         a restart concerns it        it is told         its state is dropped
//!   Living ──────────────────► Called ──────────► Falling ──────────────────► Down
//!     ▲                                              ▲                          │
//!     │ it is up                     its own failure │    the pause is over     │
//!     └────────────────────── Rising ────────────────┴◄─────────────────────────┘
//! ```
//!
//! Whoever fails goes down at once. Then the others are told, the youngest first, each when the one before is down. When
//! all are, the pause passes, and they begin in the order of their start, each when the one before is up.
//!
//! Whoever is on its way down, told or by itself, may have something in hand that waits for one that is down. So it is told
//! again whenever one comes to wait for it.
//!
//! A failure on the way down belongs to the restart that is under way. One of a life that restart does not end is a
//! restart of its own, counted as such; the two go on as one.

use core::time::Duration;

use crate::failure::FailureKind;
use crate::time::Instant;

use super::{Decision, Directive, History, Supervision, decide};

/// Where a member of a group stands. See the module's drawing.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum Standing {
    /// Not started yet, or ended for good.
    #[default]
    Gone,
    /// In a life that no restart is about to end.
    Living,
    /// To go down, when those are down that go before it.
    Called,
    /// On its way down.
    Falling,
    /// Waits to begin anew.
    Down,
    /// Begins anew.
    Rising,
}

impl Standing {
    /// Whether a restart has still to begin its next life.
    const fn is_concerned(self) -> bool {
        match self {
            Self::Called | Self::Falling | Self::Down => true,
            Self::Gone | Self::Living | Self::Rising => false,
        }
    }
}

/// Who is to be told that it has its turn.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// This member goes down; to its end, if it is [`Temporary`](super::RestartType::Temporary) and was up.
    Fall(usize),
    /// This member begins anew, when the pause is over.
    Rise(usize),
}

impl Step {
    /// Whom it concerns.
    #[must_use]
    pub const fn member(self) -> usize {
        match self {
            Self::Fall(member) | Self::Rise(member) => member,
        }
    }
}

/// What a member does whose state is dropped.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Rest {
    /// Begins anew.
    Begin,
    /// Asks again at this moment.
    Until(Instant),
    /// Asks again when it is told; the one to be told now is another.
    Wait(Option<Step>),
    /// Ends: so does the parent.
    End,
}

/// The declared children of one life of their parent. `M` holds a [`Standing`] for each, in the order of their start;
/// `N` restarts are remembered.
#[derive(Clone, Debug)]
pub struct Group<M, const N: usize> {
    policy: &'static Supervision,
    members: M,
    history: History<N>,
    pause: Duration,
    /// When the pause is over, once all are down.
    due: Option<Instant>,
    is_over: bool,
}

impl<M: AsRef<[Standing]> + AsMut<[Standing]>, const N: usize> Group<M, N> {
    /// A group of `members`, none of which has started.
    #[must_use]
    pub const fn new(policy: &'static Supervision, members: M) -> Self {
        Self { policy, members, history: History::new(), pause: Duration::ZERO, due: None, is_over: false }
    }

    /// Counts a restart that was allowed at `at`, in an earlier run.
    pub fn recall(&mut self, at: Instant) {
        self.history.recall(self.policy, at);
    }

    /// `member` starts for the first time.
    pub fn started(&mut self, member: usize) {
        self.set(member, Standing::Living);
    }

    /// The number of restarts in the window when the last one was decided.
    #[must_use]
    pub const fn restarts(&self) -> u32 {
        self.history.restarts()
    }

    /// How long the pause is, of the restart that began last.
    #[must_use]
    pub const fn pause(&self) -> Duration {
        self.pause
    }

    /// When the pause is over, where `member` is the one to begin then.
    #[must_use]
    pub fn due(&self, member: usize) -> Option<Instant> {
        let members = self.members.as_ref();
        let is_first = members.iter().position(|standing| *standing == Standing::Down) == Some(member);
        let is_under_way =
            |standing: &Standing| matches!(standing, Standing::Called | Standing::Falling | Standing::Rising);
        self.due.filter(|_| is_first && !self.is_over && !members.iter().any(is_under_way))
    }

    /// Whether no restart is under way.
    #[must_use]
    pub fn is_calm(&self) -> bool {
        self.members.as_ref().iter().all(|standing| matches!(standing, Standing::Living | Standing::Gone))
    }

    /// Whether a restart is under way that ends the life of `member`, or has done so.
    #[must_use]
    pub fn is_concerned(&self, member: usize) -> bool {
        self.standing(member).is_concerned()
    }

    /// Whether `member` is to be on its way down.
    #[must_use]
    pub fn falls(&self, member: usize) -> bool {
        !self.is_over && self.standing(member) == Standing::Falling
    }

    /// Whether `member` is on its way down and one that is down waits for it.
    #[must_use]
    pub fn is_awaited(&self, member: usize) -> bool {
        self.falls(member) && self.members.as_ref().contains(&Standing::Down)
    }

    /// The parent ends this life: nobody begins anew. Returns whether anybody may be waiting for that, who is to be told.
    #[must_use = "whoever is down waits for others that may wait for it"]
    pub fn dissolve(&mut self) -> bool {
        !core::mem::replace(&mut self.is_over, true) && !self.is_calm()
    }

    /// Decides about a failure of `member`, or the end of its life, as [`decide`] does, and counts the restart if it is a
    /// new one: in `own`, where the member is counted by itself.
    #[must_use = "a decision has no effect until it is carried out"]
    pub fn failed(
        &mut self,
        member: usize,
        own: Option<&mut History<N>>,
        directive: Directive,
        kind: FailureKind,
        now: Instant,
        random: u64,
    ) -> Decision {
        let is_restart = directive.possible_after(kind) == Directive::Restart;
        if let Some(folded) = is_restart.then(|| self.fold(member)).flatten() {
            return folded;
        }
        let decision = decide(self.policy, own.unwrap_or(&mut self.history), directive, kind, now, random);
        self.begin(member, decision);
        decision
    }

    /// What is decided for a member that would be restarted, if that was decided before.
    fn fold(&mut self, member: usize) -> Option<Decision> {
        if self.is_over {
            return Some(Decision::Stop);
        }
        self.is_concerned(member).then(|| {
            self.set(member, Standing::Falling);
            Decision::Restart { after: self.pause }
        })
    }

    /// Begins a restart, if that was decided.
    fn begin(&mut self, member: usize, decision: Decision) {
        let Decision::Restart { after } = decision else { return };
        let members = self.members.as_mut();
        let count = members.len();
        let concerned = members.iter_mut().enumerate().filter(|(other, _)| self.policy.concerns(member, *other, count));
        for (_, standing) in concerned {
            *standing = match *standing {
                Standing::Living | Standing::Rising => Standing::Called,
                other @ (Standing::Gone | Standing::Called | Standing::Falling | Standing::Down) => other,
            };
        }
        self.set(member, Standing::Falling);
        self.pause = after;
        self.due = None;
    }

    /// The state of `member` is dropped, and another is to be made: what does it do?
    #[must_use = "somebody else may be to be told"]
    pub fn rests(&mut self, member: usize, now: Instant) -> Rest {
        if self.is_over {
            return Rest::End;
        }
        match self.standing(member) {
            Standing::Called | Standing::Falling | Standing::Down => self.set(member, Standing::Down),
            // What it does anew is its own affair, such as a start that it did not finish.
            Standing::Living | Standing::Rising | Standing::Gone => return Rest::Begin,
        }
        match self.next(now) {
            Some(Step::Rise(next)) if next == member => match self.due {
                Some(due) if due > now => Rest::Until(due),
                _ => {
                    self.set(member, Standing::Rising);
                    Rest::Begin
                }
            },
            other => Rest::Wait(other),
        }
    }

    /// `member` is up. Returns who is to be told now.
    #[must_use = "the restart goes on when somebody is told"]
    pub fn rose(&mut self, member: usize, now: Instant) -> Option<Step> {
        if self.standing(member) == Standing::Rising {
            self.set(member, Standing::Living);
        }
        self.next(now)
    }

    /// `member` has ended. Returns who is to be told now.
    #[must_use = "the restart goes on when somebody is told"]
    pub fn ended(&mut self, member: usize, now: Instant) -> Option<Step> {
        self.set(member, Standing::Gone);
        self.next(now)
    }

    /// Who has its turn, when nobody is on the way; or who is on its way down while others wait.
    fn next(&mut self, now: Instant) -> Option<Step> {
        let members = self.members.as_mut();
        let has = |members: &[Standing], standing| members.contains(&standing);
        if self.is_over {
            return None;
        }
        if let Some(falling) = members.iter().rposition(|standing| *standing == Standing::Falling) {
            return has(members, Standing::Down).then_some(Step::Fall(falling));
        }
        if let Some(youngest) = members.iter().rposition(|standing| *standing == Standing::Called) {
            members[youngest] = Standing::Falling;
            return Some(Step::Fall(youngest));
        }
        if has(members, Standing::Rising) {
            return None;
        }
        let oldest = members.iter().position(|standing| *standing == Standing::Down)?;
        self.due.get_or_insert(now.saturating_add(self.pause));
        Some(Step::Rise(oldest))
    }

    fn standing(&self, member: usize) -> Standing {
        self.members.as_ref().get(member).copied().unwrap_or_default()
    }

    fn set(&mut self, member: usize, standing: Standing) {
        if let Some(place) = self.members.as_mut().get_mut(member) {
            *place = standing;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supervision::{Backoff, Exhausted, Jitter, RestartLimit, RestartType, Strategy};
    use proptest::prelude::*;
    use std::vec;
    use std::vec::Vec;

    const COUNT: usize = 4;
    const START: Instant = Instant::from_nanos(1);

    const fn policy(strategy: Strategy) -> Supervision {
        Supervision { strategy, limit: RestartLimit::Unlimited, ..Supervision::DEFAULT }
    }

    static ALL: Supervision = policy(Strategy::OneForAll);
    static REST: Supervision = policy(Strategy::RestForOne);
    static LIMITED: Supervision = Supervision {
        limit: RestartLimit::new(2, Duration::from_secs(60)),
        backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(1), 1).jitter(Jitter::None),
        exhausted: Exhausted::Escalate,
        ..ALL
    };

    type Members = Group<Vec<Standing>, 16>;

    fn group(policy: &'static Supervision) -> Members {
        let mut group = Group::new(policy, vec![Standing::default(); COUNT]);
        (0..COUNT).for_each(|member| group.started(member));
        group
    }

    fn fails(group: &mut Members, member: usize) -> Decision {
        group.failed(member, None, Directive::Restart, FailureKind::Panic, START, 0)
    }

    #[test]
    fn who_fails_goes_first_and_then_the_youngest_and_the_oldest_begins() {
        let mut group = group(&ALL);
        assert_eq!(fails(&mut group, 1), Decision::Restart { after: Duration::ZERO });
        assert_eq!(group.rests(1, START), Rest::Wait(Some(Step::Fall(3))));
        assert_eq!(group.rests(3, START), Rest::Wait(Some(Step::Fall(2))));
        assert_eq!(group.rests(3, START), Rest::Wait(Some(Step::Fall(2))), "who looks twice moves nobody else");
        assert_eq!(group.ended(2, START), Some(Step::Fall(0)));
        assert_eq!(group.rests(0, START), Rest::Begin);
        assert_eq!(group.rose(0, START), Some(Step::Rise(1)));
        assert_eq!(group.rests(1, START), Rest::Begin);
        assert_eq!(group.rose(1, START), Some(Step::Rise(3)), "who has ended stays so");
        assert_eq!(group.rests(3, START), Rest::Begin);
        assert!(!group.is_calm());
        assert_eq!(group.rose(3, START), None);
        assert!(group.is_calm());
    }

    #[test]
    fn the_pause_begins_when_all_are_down_and_is_told_to_whoever_is_first() {
        let second = Duration::from_secs(1);
        let at = |seconds| START.saturating_add(second * seconds);
        let mut group = Group::<_, 16>::new(&LIMITED, vec![Standing::Living; 2]);
        assert_eq!(fails(&mut group, 0), Decision::Restart { after: Duration::ZERO });
        assert_eq!(group.rests(0, START), Rest::Wait(Some(Step::Fall(1))));
        assert_eq!(group.rests(1, START), Rest::Wait(Some(Step::Rise(0))));
        assert_eq!(group.rests(0, START), Rest::Begin);
        assert_eq!(fails(&mut group, 0), Decision::Restart { after: second }, "a start that fails again is counted");
        assert_eq!(group.rests(0, at(5)), Rest::Until(at(6)));
        assert_eq!(group.rests(1, at(5)), Rest::Wait(Some(Step::Rise(0))));
        assert_eq!((group.due(0), group.due(1)), (Some(at(6)), None));
        assert_eq!(group.ended(0, at(5)), Some(Step::Rise(1)));
        assert_eq!(group.rests(1, at(5)), Rest::Until(at(6)), "the pause is that of the group");
        assert_eq!(group.due(1), Some(at(6)));
        assert_eq!(group.rests(1, at(6)), Rest::Begin);
        assert_eq!(group.due(1), None);
        assert_eq!(fails(&mut group, 1), Decision::Escalate, "and so is the limit");
    }

    #[test]
    fn a_failure_on_the_way_down_is_folded_and_one_of_a_life_that_goes_on_is_counted() {
        let mut group = group(&REST);
        let counted = |group: &Members| group.history.consecutive();
        let _ = fails(&mut group, 2);
        let _ = fails(&mut group, 3);
        assert_eq!(counted(&group), 1);
        let _ = fails(&mut group, 0);
        assert_eq!(counted(&group), 2);
        assert_eq!(group.members, [Standing::Falling, Standing::Called, Standing::Falling, Standing::Falling]);
    }

    #[test]
    fn one_that_is_counted_by_itself_takes_the_others_along_at_its_own_cost() {
        let mut group = group(&LIMITED);
        let (mut own, kind) = (History::new(), FailureKind::Error);
        let mut fails_alone = |group: &mut Members| group.failed(2, Some(&mut own), Directive::Restart, kind, START, 0);
        let calm = |group: &mut Members| group.members.fill(Standing::Living);
        let _ = fails(&mut group, 0);
        calm(&mut group);
        assert_eq!(fails_alone(&mut group), Decision::Restart { after: Duration::ZERO });
        assert_eq!(group.members, [Standing::Called, Standing::Called, Standing::Falling, Standing::Called]);
        assert_eq!(fails(&mut group, 2), Decision::Restart { after: Duration::ZERO }, "folded, and counted nowhere");
        calm(&mut group);
        assert_eq!(fails_alone(&mut group), Decision::Restart { after: LIMITED.backoff.min });
        calm(&mut group);
        assert_eq!(fails_alone(&mut group), Decision::Escalate);
        assert_eq!((own.restarts(), group.restarts()), (2, 1));
    }

    #[test]
    fn who_goes_down_by_itself_is_told_when_another_comes_to_wait_for_it() {
        let mut group = group(&ALL);
        let _ = fails(&mut group, 1);
        assert!(!group.is_awaited(1));
        let _ = fails(&mut group, 0);
        assert_eq!(group.rests(0, START), Rest::Wait(Some(Step::Fall(1))));
        assert!(group.is_awaited(1) && !group.is_awaited(0) && !group.is_awaited(3));
    }

    #[test]
    fn nobody_begins_anew_where_the_parent_ends() {
        let mut group = group(&ALL);
        let _ = fails(&mut group, 3);
        assert!(group.dissolve());
        assert!(!group.dissolve(), "who waits is told once");
        assert_eq!(group.rests(3, START), Rest::End);
        assert!(!group.falls(2));
        assert_eq!(fails(&mut group, 2), Decision::Stop);
        assert_eq!(group.ended(2, START), None);
    }

    /// What one does, in order.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Did {
        Stop(usize),
        Start(usize),
    }

    /// OTP's `supervisor`, as its manual tells it: one process that does one thing after the other.
    struct Otp {
        strategy: Strategy,
        types: [RestartType; COUNT],
        alive: [bool; COUNT],
        /// Whose specification is there still: a temporary child's goes with it. Other than in OTP, a child that
        /// ended by itself is not started along either.
        kept: [bool; COUNT],
        did: Vec<Did>,
    }

    impl Otp {
        fn crash(&mut self, child: usize, unlucky: &mut Vec<usize>) {
            self.alive[child] = false;
            if self.types[child] == RestartType::Temporary {
                self.kept[child] = false;
                return;
            }
            let mut failed = Some(child);
            while let Some(child) = failed {
                failed = self.restart(child, unlucky);
            }
        }

        /// Returns whose start has failed.
        fn restart(&mut self, child: usize, unlucky: &mut Vec<usize>) -> Option<usize> {
            let first = if self.strategy == Strategy::OneForAll { 0 } else { child };
            for other in (first..COUNT).rev().filter(|other| *other != child) {
                if self.alive[other] {
                    self.did.push(Did::Stop(other));
                    self.alive[other] = false;
                    self.kept[other] = self.types[other] != RestartType::Temporary;
                }
            }
            for other in first..COUNT {
                if self.kept[other] {
                    self.did.push(Did::Start(other));
                    if let Some(place) = unlucky.iter().position(|known| *known == other) {
                        unlucky.remove(place);
                        return Some(other);
                    }
                    self.alive[other] = true;
                }
            }
            None
        }
    }

    /// Members that do at once what the group says.
    struct Obedient {
        group: Members,
        types: [RestartType; COUNT],
        did: Vec<Did>,
    }

    impl Obedient {
        fn crash(&mut self, member: usize, unlucky: &mut Vec<usize>) {
            let kind = FailureKind::Start;
            let directive = self.types[member].after_failure(Directive::Restart, kind);
            let decision = self.group.failed(member, None, directive, kind, START, 0);
            if decision == Decision::Stop {
                let step = self.group.ended(member, START);
                return self.take(step, unlucky);
            }
            self.rest(member, unlucky);
        }

        fn rest(&mut self, member: usize, unlucky: &mut Vec<usize>) {
            // Long after any pause.
            let step = match self.group.rests(member, START.saturating_add(Duration::from_secs(1_000_000))) {
                Rest::Wait(step) => step,
                Rest::End => None,
                Rest::Until(_) => Some(Step::Rise(member)),
                Rest::Begin => {
                    self.did.push(Did::Start(member));
                    if let Some(place) = unlucky.iter().position(|known| *known == member) {
                        unlucky.remove(place);
                        return self.crash(member, unlucky);
                    }
                    self.group.rose(member, START)
                }
            };
            self.take(step, unlucky);
        }

        fn take(&mut self, step: Option<Step>, unlucky: &mut Vec<usize>) {
            match step {
                None => {}
                Some(Step::Rise(member)) => {
                    // The pause is over.
                    self.group.due = Some(START);
                    self.rest(member, unlucky);
                }
                Some(Step::Fall(member)) => {
                    self.did.push(Did::Stop(member));
                    if self.types[member].restarts_along() {
                        self.rest(member, unlucky);
                    } else {
                        let step = self.group.ended(member, START);
                        self.take(step, unlucky);
                    }
                }
            }
        }
    }

    /// Each takes its neighbours along.
    static NEIGHBOURS: Supervision = Supervision {
        along: &[true, true, false, false, true, true, true, false, false, true, true, true, false, false, true, true],
        ..policy(Strategy::Custom)
    };

    #[test]
    fn who_is_named_goes_along_and_nobody_else() {
        let mut group = group(&NEIGHBOURS);
        let _ = fails(&mut group, 1);
        assert_eq!(group.members, [Standing::Called, Standing::Falling, Standing::Called, Standing::Living]);
        assert_eq!(group.rests(1, START), Rest::Wait(Some(Step::Fall(2))));
        let _ = fails(&mut group, 2);
        assert_eq!(group.members[3], Standing::Living, "one that goes down along takes nobody along");
        assert_eq!(group.rests(2, START), Rest::Wait(Some(Step::Fall(0))));
        assert_eq!(group.rests(0, START), Rest::Begin);
        assert_eq!(group.rose(0, START), Some(Step::Rise(1)));
    }

    fn strategy() -> impl proptest::strategy::Strategy<Value = &'static Supervision> {
        prop_oneof![Just(&ALL), Just(&REST)]
    }

    fn restart_type() -> impl proptest::strategy::Strategy<Value = RestartType> {
        prop_oneof![Just(RestartType::Permanent), Just(RestartType::Transient), Just(RestartType::Temporary)]
    }

    proptest! {
        /// Failures one after the other: the same stops and starts as OTP's, in the same order.
        #[test]
        fn one_failure_at_a_time_does_what_otp_does(
            policy in strategy(),
            types in prop::array::uniform4(restart_type()),
            crashes in prop::collection::vec((0..COUNT, prop::collection::vec(0..COUNT, 0..6)), 0..12),
        ) {
            let (alive, kept, did) = ([true; COUNT], [true; COUNT], Vec::new());
            let mut otp = Otp { strategy: policy.strategy, types, alive, kept, did };
            let mut ours = Obedient { group: group(policy), types, did: Vec::new() };
            for (member, unlucky) in crashes {
                if otp.alive[member] {
                    otp.crash(member, &mut unlucky.clone());
                    ours.crash(member, &mut unlucky.clone());
                    prop_assert_eq!(&otp.did, &ours.did);
                    prop_assert!(ours.group.is_calm());
                    let living = ours.group.members.iter().map(|standing| *standing == Standing::Living);
                    prop_assert!(living.eq(otp.alive));
                }
            }
        }

        /// Whatever comes at whatever moment: nobody begins while another has still to go down, or before an older one
        /// is up; who fell is up in the end or has ended; and each life that failed while it went on was counted.
        #[test]
        fn no_order_of_events_leaves_anybody_waiting(
            policy in prop_oneof![strategy(), Just(&NEIGHBOURS)],
            events in prop::collection::vec((0..COUNT, 0..8_u8), 0..200),
        ) {
            let mut group = group(policy);
            let mut counted = 0;
            let mut told = [false; COUNT];
            // In the end everybody does its part: looks, goes down, and comes up.
            let calm = core::iter::repeat_n([1, 2, 3], COUNT * COUNT * 4).flatten();
            let calm = calm.flat_map(|event| (0..COUNT).map(move |member| (member, event)));
            for (member, event) in events.into_iter().chain(calm) {
                let standing = group.members[member];
                let step = match (event, standing) {
                    (0, Standing::Living | Standing::Rising | Standing::Called) => {
                        counted += u32::from(standing != Standing::Called);
                        let decision = fails(&mut group, member);
                        let is_restart = matches!(decision, Decision::Restart { .. });
                        prop_assert!(is_restart);
                        prop_assert_eq!(group.members[member], Standing::Falling);
                        told[member] = true;
                        None
                    }
                    // Falls, as it was told or by itself.
                    (1, Standing::Falling) if told[member] => match group.rests(member, START) {
                        Rest::Wait(step) => step,
                        Rest::Until(_) | Rest::Begin => Some(Step::Rise(member)),
                        Rest::End => None,
                    },
                    // Looks whether it may begin; any time after the pause.
                    (2, Standing::Down | Standing::Rising) => {
                        let later = START.saturating_add(Duration::from_secs(3600));
                        match group.rests(member, later) {
                            Rest::Wait(step) => step,
                            Rest::Until(_) | Rest::End => None,
                            // It had begun before, which a restart that does not concern it leaves alone.
                            Rest::Begin if standing == Standing::Rising => None,
                            Rest::Begin => {
                                prop_assert!(!group.members.contains(&Standing::Falling));
                                let is_up = |other: &Standing| matches!(other, Standing::Living | Standing::Gone);
                                prop_assert!(group.members[..member].iter().all(is_up), "{:?}", group.members);
                                None
                            }
                        }
                    }
                    (3, Standing::Rising) => group.rose(member, START),
                    (4, Standing::Falling | Standing::Rising | Standing::Living | Standing::Down) if counted % 5 == 4 => {
                        group.ended(member, START)
                    }
                    _ => None,
                };
                if let Some(Step::Fall(next)) = step {
                    told[next] = true;
                }
                for (place, told) in told.iter_mut().enumerate() {
                    *told &= group.members[place] == Standing::Falling;
                    prop_assert!(*told || group.members[place] != Standing::Falling, "nobody told {place}");
                }
            }
            prop_assert!(group.is_calm(), "{:?}", group.members);
            prop_assert_eq!(group.history.consecutive(), counted);
        }
    }
}
