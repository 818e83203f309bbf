//! Every documented form of `#[supervise]` and `#[child]`, above and below `#[actor]`.
#![deny(warnings)]

use actor::prelude::*;

#[actor]
struct Db {
    path: &'static str,
}

#[handlers]
impl Db {
    fn path(&self) -> &'static str {
        self.path
    }
}

#[derive(Debug)]
struct Missing;

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("missing")
    }
}

impl Db {
    fn open() -> Self {
        Self { path: "default" }
    }

    fn find() -> Result<Self, Missing> {
        Err(Missing)
    }
}

#[actor]
#[supervise(
    strategy = rest_for_one,
    limit = 5 per 2m,
    backoff = 50ms..30s * 2,
    jitter = full,
    reset = 60s,
    exhausted = stop_child,
    shutdown = 1500ms,
    on(
        Missing => stop,
        mistakes::Wrong { Twice(2..) | Never => escalate, Twice(times) if *times == 1 => resume, Twice { .. } => restart },
        panic => stop, start => restart, unasked => resume, escalated => escalate, other => restart,
    ),
)]
struct Below {
    #[child(Db::open)]
    first: Child<Db>,
    plain: u64,
    #[child(|| Db { path: "second" })]
    second: Child<Db>,
    #[child(Db::find)]
    third: actor::Child<Db>,
}

#[handlers]
impl Below {
    async fn path(&mut self) -> Option<&'static str> {
        let _ = (self.plain, &self.second, &self.third);
        self.first.path().await.ok()
    }
}

#[supervise(strategy = one_for_all, limit = unlimited, backoff = 1s, jitter = none, shutdown = off)]
#[actor(mailbox = 4)]
struct Above(#[child(Db::open)] Child<Db>, u64);

#[handlers]
impl Above {
    fn numbers(&self) -> u64 {
        let _ = &self.0;
        self.1
    }
}

mod mistakes {
    pub enum Wrong {
        Twice(u32),
        Never,
    }
}

fn by_hand(failure: &actor::LiveFailure<'_>) -> actor::Directive {
    if failure.error::<Missing>().is_some() { actor::Directive::Stop } else { actor::Directive::Restart }
}

#[supervise(strategy = one_for_one, decide = by_hand)]
#[actor]
struct Defaults {
    #[child(Db::open)]
    db: Child<Db>,
}

#[handlers]
impl Defaults {}

#[supervise(strategy = restarting, backoff = 10ms..1s * 2)]
#[actor]
struct Restless {
    #[child(Db::open)]
    db: Child<Db>,
}

#[handlers]
impl Restless {}

/// No `#[supervise]` at all.
#[actor]
struct Generic<T> {
    value: T,
    #[child(Db::open)]
    db: Child<Db>,
}

#[handlers]
impl<T: Send + Clone + 'static> Generic<T> {
    fn value(&self) -> T {
        self.value.clone()
    }
}

fn main() {
    use actor::__private::{Exhausted, RestartLimit, SupervisorStrategy, Supervision};
    use std::time::Duration;

    let declared = Below::SUPERVISION;
    assert_eq!(Below::CHILDREN, 3);
    assert_eq!(declared.limit, RestartLimit::new(5, Duration::from_secs(120)));
    assert_eq!(declared.exhausted, Exhausted::StopChild);
    assert_eq!(declared.shutdown, Duration::from_millis(1500));
    assert_eq!(Above::SUPERVISION.shutdown, Supervision::NO_SHUTDOWN);
    assert_eq!((declared.backoff.min, declared.backoff.factor), (Duration::from_millis(50), 2));
    assert_eq!(Above::SUPERVISION.limit, RestartLimit::Unlimited);
    assert_eq!(Defaults::SUPERVISION, Supervision::DEFAULT);
    assert_eq!(<Generic<u8> as SupervisorStrategy>::CHILDREN, 1);

    let wrong = actor::LiveFailure::new(actor::FailureKind::Error);
    assert_eq!(Below::decide(&wrong.with(&mistakes::Wrong::Twice(1))), actor::Directive::Resume);
    assert_eq!(Below::decide(&wrong.with(&mistakes::Wrong::Never)), actor::Directive::Escalate);
    assert_eq!(Defaults::decide(&wrong.with(&Missing)), actor::Directive::Stop);

    assert_eq!(Restless::SUPERVISION.limit, RestartLimit::Unlimited);
    assert_eq!(Restless::decide(&wrong.with(&Missing)), actor::Directive::Restart);
    let _ = Restless { db: Child::default() }.db;

    let below = Below { first: Child::default(), plain: 0, second: Child::default(), third: Child::default() };
    let _ = (below, Above(Child::default(), 1), Defaults { db: Child::default() }.db);
    let generic = Generic { value: 0_u8, db: Child::default() };
    let _ = (generic.value, generic.db);
}

/// What children take from their parent, how many there are, and in which order.
#[actor]
struct Crew {
    #[child(|crew: &Crew| Db { path: crew.path }, pool = 4, route = least_loaded, after(first, second))]
    pool: Pool<Db>,
    #[child(|crew: &Self| { let path = crew.path; Db { path } }, restart = permanent, after = second)]
    first: Child<Db>,
    #[child(Db::find, restart = temporary)]
    second: Child<Db>,
    path: &'static str,
}

#[handlers]
impl Crew {
    fn paths(&self) -> Pool<Db> {
        let _ = (self.pool.path(), self.pool.by(&self.path).path(), self.first.path(), self.second.path());
        self.pool.clone()
    }
    #[idle(30s)]
    fn quiet(&mut self) {}
    #[terminated]
    fn gone(&mut self, _who: ActorId, _why: StopReason) {}
    #[restarting]
    fn restarting(&mut self, _failure: &actor::Failure) {}
    #[handler(passive)]
    fn ping(&self) {}
}
