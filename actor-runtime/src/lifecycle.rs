//! The life of an actor as a pure machine: which task is next, whatever runs it. Keeps `stop`, `stop_order`,
//! `start_failure` and the order of events in a restart.
//!
//! ```text
//!              ┌────────────── Pause ◄──────────────┐ restart, after its delay
//!              ▼                                    │
//!   spawn ► Build ► StartChild.. ► CallStarted ► Receive
//!              │          │             │           │ stop, failure
//!              └──────────┴──────┬──────┴───────────┘
//!                                ▼
//!                          StopChildren ► last hook ► DropState ► Pause or End
//! ```
//!
//! An actor that is up may be suspended: it handles nothing, and goes every other way as if it did.
//!
//! The last hook is `#[stopping]`, or `#[restarting]` where a failure, its own or a sibling's, leads to another life. A
//! life that was never up has none, and neither has one that ended in a panic.
//!
//! A backend asks for the [`Task`], performs it, and reports with [`Lifecycle::done`] or
//! [`Lifecycle::failed`]. It keeps no phase of its own.

use crate::failure::StopReason;
use crate::supervision::Decision;

/// What a backend has to do next for one actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Make the state with the factory.
    Build,
    /// Start the declared child of this index, and wait until it has started.
    StartChild(usize),
    /// Call `#[started]`.
    CallStarted,
    /// Handle messages.
    Receive,
    /// Handle nothing until [`Lifecycle::suspend`] says otherwise; messages wait.
    Suspended,
    /// End all children in reverse order of start, as [`Lifecycle::end_of_children`] says, and wait for the end of each.
    StopChildren,
    /// Call `#[stopping]`.
    CallStopping(StopReason),
    /// Call `#[restarting]`.
    CallRestarting,
    /// Drop the state.
    DropState,
    /// Wait for as long as the decision said before the next life; nothing is handled meanwhile.
    Pause,
    /// The actor has ended: give up what waits, and tell whoever watches.
    End(StopReason),
}

impl Task {
    /// Whether it is to run handlers or hooks, where it does not end at once.
    #[inline]
    pub const fn runs_handlers(self) -> bool {
        match self {
            Self::CallStarted | Self::Receive | Self::CallStopping(_) | Self::CallRestarting => true,
            Self::Build
            | Self::StartChild(_)
            | Self::Suspended
            | Self::StopChildren
            | Self::DropState
            | Self::Pause
            | Self::End(_) => false,
        }
    }
}

/// Where the actor stands on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Building,
    /// Declared children below this number are up; when all are, `#[started]` is called.
    Starting(u8),
    Receiving,
    Suspended,
    /// Whether the last hook is called: the life was up, and no panic went through its state.
    StoppingChildren(bool),
    Stopping,
    DroppingState,
    Pausing,
    Ended,
}

/// What the actor is on its way to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Run,
    /// The next life, after a failure.
    Restart,
    /// The next life, after one that ended by itself.
    Renew(StopReason),
    Stop(StopReason),
}

/// How the children of an actor end before it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndOfChildren {
    /// They stop: what waits for them is given up.
    Stop,
    /// They handle what waits for them first.
    Drain,
}

/// What a decision means for the actor in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Go on with the next task.
    Continue,
    /// Go on, and hand the failure to the parent: it is the parent's own failure now.
    Escalate,
    /// Go on, and stop the parent.
    StopParent,
}

/// The life of one actor. See the module's drawing.
#[derive(Clone, Copy, Debug)]
pub struct Lifecycle {
    phase: Phase,
    goal: Goal,
}

impl Lifecycle {
    /// An actor that is not built yet.
    pub const fn new() -> Self {
        Self { phase: Phase::Building, goal: Goal::Run }
    }

    /// What is to be done now, for an actor with `children` declared children.
    #[inline]
    pub const fn task(&self, children: usize) -> Task {
        match self.phase {
            Phase::Building => Task::Build,
            Phase::Starting(up) if (up as usize) < children => Task::StartChild(up as usize),
            Phase::Starting(_) => Task::CallStarted,
            Phase::Receiving => Task::Receive,
            Phase::Suspended => Task::Suspended,
            Phase::StoppingChildren(_) => Task::StopChildren,
            Phase::Stopping => match self.goal {
                Goal::Stop(reason) | Goal::Renew(reason) => Task::CallStopping(reason),
                Goal::Restart => Task::CallRestarting,
                Goal::Run => Task::DropState,
            },
            Phase::DroppingState => Task::DropState,
            Phase::Pausing => Task::Pause,
            Phase::Ended => match self.goal {
                Goal::Stop(reason) => Task::End(reason),
                Goal::Run | Goal::Restart | Goal::Renew(_) => Task::End(StopReason::Failed),
            },
        }
    }

    /// Whether the actor handles messages now. The one question on the message path.
    #[inline]
    pub const fn receives(&self) -> bool {
        matches!(self.phase, Phase::Receiving)
    }

    /// Whether the actor is up: it handles messages, or would if it were not suspended.
    const fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Receiving | Phase::Suspended)
    }

    /// Suspends an actor that is up, or ends that. Returns whether it goes on now.
    pub const fn suspend(&mut self, suspended: bool) -> bool {
        match (self.phase, suspended) {
            (Phase::Receiving, true) => self.phase = Phase::Suspended,
            (Phase::Suspended, false) => {
                self.phase = Phase::Receiving;
                return true;
            }
            _ => {}
        }
        false
    }

    /// Whether its state is to be made.
    #[inline]
    pub const fn is_building(&self) -> bool {
        matches!(self.phase, Phase::Building)
    }

    /// Whether the actor has ended.
    pub const fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended)
    }

    /// Whether the actor is on its way to its end.
    pub const fn is_stopping(&self) -> bool {
        matches!(self.goal, Goal::Stop(_))
    }

    /// Whether the life in hand is to go on.
    pub const fn is_going_on(&self) -> bool {
        matches!(self.goal, Goal::Run)
    }

    /// Whether the actor is on its way to its next life.
    pub const fn is_restarting(&self) -> bool {
        matches!(self.goal, Goal::Restart | Goal::Renew(_))
    }

    /// How the children end on the way down: who drains loses nothing that its children have accepted either.
    pub const fn end_of_children(&self) -> EndOfChildren {
        match self.goal {
            Goal::Stop(StopReason::Drained) => EndOfChildren::Drain,
            Goal::Stop(
                StopReason::Requested
                | StopReason::Killed
                | StopReason::Failed
                | StopReason::ParentStopped
                | StopReason::Shutdown,
            )
            | Goal::Run
            | Goal::Restart
            | Goal::Renew(_) => EndOfChildren::Stop,
        }
    }

    /// The task in hand is done, for an actor with `children` declared children.
    pub const fn done(&mut self, children: usize) {
        self.phase = match self.phase {
            Phase::Building | Phase::Starting(_) | Phase::Receiving | Phase::Suspended => return self.rise(children),
            Phase::StoppingChildren(true) => Phase::Stopping,
            Phase::StoppingChildren(false) | Phase::Stopping => Phase::DroppingState,
            Phase::DroppingState => match self.goal {
                Goal::Run | Goal::Restart | Goal::Renew(_) => Phase::Pausing,
                Goal::Stop(_) => Phase::Ended,
            },
            Phase::Pausing => {
                self.goal = Goal::Run;
                Phase::Building
            }
            Phase::Ended => Phase::Ended,
        };
    }

    /// What [`done`](Self::done) does on the way up; alone, for who knows that it is there.
    #[inline]
    pub const fn rise(&mut self, children: usize) {
        self.phase = match self.phase {
            Phase::Building => Phase::Starting(0),
            Phase::Starting(up) if (up as usize) < children => Phase::Starting(up + 1),
            Phase::Starting(_) | Phase::Receiving => Phase::Receiving,
            Phase::Suspended
            | Phase::StoppingChildren(_)
            | Phase::Stopping
            | Phase::DroppingState
            | Phase::Pausing
            | Phase::Ended => {
                return;
            }
        };
    }

    /// Somebody asked for the end. The first reason stays, but that of a drain which has not come to its end.
    pub const fn stop(&mut self, reason: StopReason) {
        if self.is_stopping() && !self.drains_children() {
            return;
        }
        self.goal = Goal::Stop(reason);
        match self.phase {
            // No state yet, or no longer.
            Phase::Building | Phase::Pausing => self.phase = Phase::Ended,
            Phase::Starting(_) | Phase::Receiving | Phase::Suspended => self.go_down(false),
            // On the way down for a restart: from here it goes on to the end.
            Phase::StoppingChildren(_) | Phase::Stopping | Phase::DroppingState | Phase::Ended => {}
        }
    }

    /// The life in hand ended by itself, and another one follows.
    pub const fn renew(&mut self, reason: StopReason) {
        if matches!((self.phase, self.goal), (Phase::Starting(_) | Phase::Receiving | Phase::Suspended, Goal::Run)) {
            self.goal = Goal::Renew(reason);
            self.go_down(false);
        }
    }

    /// The life in hand ends with that of a sibling, and another one follows.
    pub const fn fall(&mut self) {
        if self.is_going_on() {
            self.restart(false);
        }
    }

    /// The task in hand failed, and this was decided. `poisoned` says that a panic went through the state.
    pub const fn failed(&mut self, decision: Decision, poisoned: bool) -> Course {
        if !matches!(self.goal, Goal::Run) {
            // Failing on the way down changes nothing but what may still be called.
            self.phase = match self.phase {
                Phase::Stopping => Phase::DroppingState,
                Phase::StoppingChildren(_) if poisoned => Phase::StoppingChildren(false),
                phase => phase,
            };
            return Course::Continue;
        }
        match decision {
            Decision::Resume => {
                if !self.is_up() {
                    // Nothing to go on with before the actor is up.
                    self.restart(poisoned);
                }
                Course::Continue
            }
            Decision::Restart { after: _ } => {
                self.restart(poisoned);
                Course::Continue
            }
            Decision::Stop => {
                self.end(poisoned);
                Course::Continue
            }
            Decision::Escalate => {
                self.end(poisoned);
                Course::Escalate
            }
            Decision::StopSelf => {
                self.end(poisoned);
                Course::StopParent
            }
        }
    }

    /// Whether children of an actor that drains are on their way to their end.
    const fn drains_children(&self) -> bool {
        matches!((self.phase, self.end_of_children()), (Phase::StoppingChildren(_), EndOfChildren::Drain))
    }

    const fn restart(&mut self, poisoned: bool) {
        self.goal = Goal::Restart;
        if self.is_building() {
            self.phase = Phase::Pausing;
        } else {
            self.go_down(poisoned);
        }
    }

    const fn end(&mut self, poisoned: bool) {
        self.goal = Goal::Stop(StopReason::Failed);
        if self.is_building() {
            self.phase = Phase::Ended;
        } else {
            self.go_down(poisoned);
        }
    }

    /// Begins the way down. `poisoned` says that a panic went through the state: no hook may see it.
    const fn go_down(&mut self, poisoned: bool) {
        self.phase = Phase::StoppingChildren(self.is_up() && !poisoned);
    }
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    const CHILDREN: usize = 2;

    /// Performs tasks that succeed until `stop` says so or the actor has ended.
    fn run(life: &mut Lifecycle, stop: impl Fn(Task) -> bool) -> Vec<Task> {
        let mut tasks = Vec::new();
        loop {
            let task = life.task(CHILDREN);
            tasks.push(task);
            if stop(task) || matches!(task, Task::End(_)) {
                return tasks;
            }
            life.done(CHILDREN);
        }
    }

    fn up() -> Lifecycle {
        let mut life = Lifecycle::new();
        run(&mut life, |task| task == Task::Receive);
        life
    }

    #[test]
    fn an_actor_is_built_gets_its_children_and_hears_of_its_start_before_it_receives() {
        let tasks = run(&mut Lifecycle::new(), |task| task == Task::Receive);
        assert_eq!(tasks, [Task::Build, Task::StartChild(0), Task::StartChild(1), Task::CallStarted, Task::Receive]);
    }

    #[test]
    fn a_stop_goes_children_hook_state_end() {
        let mut life = up();
        life.stop(StopReason::Requested);
        life.stop(StopReason::Killed);
        let tasks = run(&mut life, |_| false);
        let why = StopReason::Requested;
        assert_eq!(tasks, [Task::StopChildren, Task::CallStopping(why), Task::DropState, Task::End(why)]);
    }

    #[test]
    fn children_drain_with_their_parent_until_it_is_stopped() {
        let mut life = up();
        life.stop(StopReason::Drained);
        assert_eq!((life.task(CHILDREN), life.end_of_children()), (Task::StopChildren, EndOfChildren::Drain));
        life.stop(StopReason::Drained);
        assert_eq!(life.end_of_children(), EndOfChildren::Drain);
        life.stop(StopReason::Shutdown);
        assert_eq!((life.task(CHILDREN), life.end_of_children()), (Task::StopChildren, EndOfChildren::Stop));
        life.stop(StopReason::Drained);
        assert_eq!(life.end_of_children(), EndOfChildren::Stop);
        let tasks = run(&mut life, |_| false);
        assert_eq!(tasks.last(), Some(&Task::End(StopReason::Shutdown)));
    }

    #[test]
    fn a_drain_whose_children_are_gone_keeps_its_reason() {
        let mut life = up();
        life.stop(StopReason::Drained);
        life.done(CHILDREN);
        life.stop(StopReason::Requested);
        assert_eq!(life.task(CHILDREN), Task::CallStopping(StopReason::Drained));
    }

    #[test]
    fn children_stop_before_a_restart() {
        let mut life = up();
        life.failed(Decision::Restart { after: core::time::Duration::ZERO }, false);
        assert_eq!(life.end_of_children(), EndOfChildren::Stop);
    }

    #[test]
    fn a_panic_restarts_without_a_hook_and_begins_anew() {
        let mut life = up();
        assert_eq!(life.failed(Decision::Restart { after: core::time::Duration::ZERO }, true), Course::Continue);
        let tasks = run(&mut life, |task| task == Task::Build);
        assert_eq!(tasks, [Task::StopChildren, Task::DropState, Task::Pause, Task::Build]);
    }

    #[test]
    fn an_error_has_its_last_word_before_the_next_life() {
        let mut life = up();
        life.failed(Decision::Restart { after: core::time::Duration::ZERO }, false);
        let tasks = run(&mut life, |task| task == Task::Build);
        assert_eq!(tasks, [Task::StopChildren, Task::CallRestarting, Task::DropState, Task::Pause, Task::Build]);
    }

    #[test]
    fn a_life_that_ended_by_itself_is_followed_by_another() {
        let mut life = up();
        life.renew(StopReason::Requested);
        let tasks = run(&mut life, |task| task == Task::Build);
        let hook = Task::CallStopping(StopReason::Requested);
        assert_eq!(tasks, [Task::StopChildren, hook, Task::DropState, Task::Pause, Task::Build]);
    }

    #[test]
    fn a_life_that_ends_with_a_siblings_has_its_last_word_before_the_next() {
        let mut life = up();
        life.fall();
        let tasks = run(&mut life, |task| task == Task::Build);
        assert_eq!(tasks, [Task::StopChildren, Task::CallRestarting, Task::DropState, Task::Pause, Task::Build]);
        let mut building = Lifecycle::new();
        building.fall();
        assert_eq!(building.task(CHILDREN), Task::Pause, "there was nothing to drop");
    }

    #[test]
    fn a_life_that_was_never_up_has_no_last_hook() {
        for steps in 1..4 {
            for decision in [Decision::Stop, Decision::Restart { after: core::time::Duration::ZERO }] {
                let mut life = Lifecycle::new();
                (0..steps).for_each(|_| life.done(CHILDREN));
                life.failed(decision, false);
                let tasks = run(&mut life, |task| task == Task::Build);
                assert_eq!(tasks[..2], [Task::StopChildren, Task::DropState], "after {steps} steps: {tasks:?}");
            }
        }
    }

    #[test]
    fn a_stop_on_the_way_to_a_restart_ends_the_actor() {
        for steps in 0..4 {
            let mut life = up();
            life.failed(Decision::Restart { after: core::time::Duration::ZERO }, true);
            for _ in 0..steps {
                life.done(CHILDREN);
            }
            life.stop(StopReason::Requested);
            let tasks = run(&mut life, |_| false);
            assert_eq!(tasks.last(), Some(&Task::End(StopReason::Requested)), "after {steps} steps: {tasks:?}");
            assert!(!tasks.contains(&Task::Build) || steps > 3, "after {steps} steps: {tasks:?}");
            assert!(!tasks.contains(&Task::CallStopping(StopReason::Requested)), "a hook saw a poisoned state");
        }
    }

    #[test]
    fn a_failed_build_has_no_state_to_drop() {
        let mut life = Lifecycle::new();
        assert_eq!(life.failed(Decision::Escalate, false), Course::Escalate);
        assert_eq!(life.task(CHILDREN), Task::End(StopReason::Failed));
        let mut life = Lifecycle::new();
        life.failed(Decision::Restart { after: core::time::Duration::ZERO }, false);
        assert_eq!(life.task(CHILDREN), Task::Pause);
    }

    #[test]
    fn a_resumed_failure_changes_nothing_of_an_actor_that_is_up() {
        let mut life = up();
        assert_eq!(life.failed(Decision::Resume, false), Course::Continue);
        assert!(life.receives());
    }

    #[derive(Clone, Copy, Debug)]
    enum Event {
        Done,
        Stop,
        Renew,
        Fall,
        Suspend(bool),
        Failed(Decision, bool),
    }

    fn event() -> impl Strategy<Value = Event> {
        let decision = prop_oneof![
            Just(Decision::Resume),
            Just(Decision::Restart { after: core::time::Duration::ZERO }),
            Just(Decision::Stop),
            Just(Decision::StopSelf),
            Just(Decision::Escalate),
        ];
        prop_oneof![
            6 => Just(Event::Done),
            1 => Just(Event::Stop),
            1 => Just(Event::Renew),
            1 => Just(Event::Fall),
            2 => any::<bool>().prop_map(Event::Suspend),
            2 => (decision, any::<bool>()).prop_map(|(decision, poisoned)| Event::Failed(decision, poisoned)),
        ]
    }

    proptest! {
        /// Whatever happens: state and children are there when they are used and gone at the end, no hook sees a
        /// poisoned state, and a stop is never forgotten.
        #[test]
        fn no_history_leaves_anything_behind(events in prop::collection::vec(event(), 0..80)) {
            let mut life = Lifecycle::new();
            let (mut state, mut poisoned, mut children, mut stopped) = (false, false, 0usize, false);
            let (mut up, mut last_words) = (false, 0);
            let stop = events.iter().copied().chain([Event::Stop]);
            for event in stop.chain(core::iter::repeat_n(Event::Done, 8)) {
                let task = life.task(CHILDREN);
                match task {
                    Task::Build => prop_assert!(!state && children == 0),
                    Task::StartChild(index) => prop_assert!(state && index == children),
                    Task::CallStarted => prop_assert!(state && children == CHILDREN),
                    Task::Receive | Task::Suspended => {
                        prop_assert!(state && !poisoned && children == CHILDREN && !stopped);
                    }
                    Task::StopChildren | Task::DropState => prop_assert!(state),
                    Task::CallStopping(_) | Task::CallRestarting => {
                        prop_assert!(state && !poisoned && children == 0 && up && last_words == 0);
                    }
                    Task::Pause | Task::End(_) => prop_assert!(!state && children == 0),
                }
                if let Task::End(_) = task {
                    prop_assert!(life.has_ended());
                    continue;
                }
                match event {
                    Event::Done => {
                        match task {
                            Task::Build => (state, poisoned, up, last_words) = (true, false, false, 0),
                            Task::StartChild(_) => children += 1,
                            Task::StopChildren => children = 0,
                            Task::DropState => state = false,
                            Task::CallStarted => up = true,
                            Task::CallStopping(_) | Task::CallRestarting => last_words += 1,
                            Task::Receive | Task::Suspended | Task::Pause | Task::End(_) => {}
                        }
                        life.done(CHILDREN);
                    }
                    Event::Stop => {
                        stopped = true;
                        life.stop(StopReason::Requested);
                    }
                    Event::Renew => life.renew(StopReason::Requested),
                    Event::Fall => life.fall(),
                    Event::Suspend(suspended) => {
                        let goes_on = life.suspend(suspended);
                        prop_assert_eq!(goes_on, task == Task::Suspended && !suspended);
                        prop_assert!(!(life.receives() && suspended));
                    }
                    // Children stop and states drop without failing; a pause does nothing that could.
                    Event::Failed(..)
                        if matches!(task, Task::StopChildren | Task::DropState | Task::Pause) => {}
                    Event::Failed(Decision::Resume, true) => {}
                    Event::Failed(decision, panicked) => {
                        poisoned |= panicked && state;
                        last_words += usize::from(matches!(task, Task::CallStopping(_) | Task::CallRestarting));
                        life.failed(decision, panicked);
                    }
                }
            }
            prop_assert!(life.has_ended(), "stopped, and given the time: {life:?}");
        }
    }
}
