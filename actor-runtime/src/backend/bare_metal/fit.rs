//! What fits, said while it is compiled: an actor into its slot, and a system into its budget.

use crate::actor::Actor;
use crate::size::{refuse_placed, refuse_system};
use crate::supervision::RestartLimit;

use super::beside::{self, Packed};
use super::brood::Brood;
use super::capacity::Capacity;
use super::slot::{Placed, Slot};
use super::{agenda, annex, timers};

/// Says what is wrong with an actor that fits no slot, at the line of whoever calls this in a constant.
#[track_caller]
pub const fn check<A: Actor + Placed, K: Capacity>() {
    let (capacity, timers) = (K::MESSAGES, K::TIMERS);
    /// The most bytes of a message on a 32-bit machine; pointers of others are longer.
    const MESSAGE: usize = 4 * size_of::<usize>();
    assert!(capacity >= 1, "a mailbox without room takes no message");
    assert!(
        capacity != crate::actor::UNBOUNDED as usize,
        "on bare metal a mailbox has a capacity; write `mailbox = 8` in `system!`, in place of `unbounded`"
    );
    assert!(
        A::OPTIONS.stash <= 128,
        "on bare metal a stash holds at most 128 messages; write `#[actor(stash = 8)]` on the actor"
    );
    assert!(
        capacity <= 128,
        "on bare metal a mailbox holds at most 128 messages; write `mailbox = 8` in `system!`, or `#[actor(mailbox = 8)]` on a child"
    );
    assert!(
        !A::PROTOCOL.indirect || K::INDIRECT > 0,
        "on bare metal there is no heap for `#[indirect]`, and no place beside the mailbox\nhelp: write `indirect = 2` in `system!`, or `#[actor(indirect = 2)]` on a child: so many such messages may wait"
    );
    assert!(
        A::PROTOCOL.indirect || K::INDIRECT == 0,
        "no handler has an `#[indirect]` argument, so nothing lies beside the mailbox; leave `indirect` out"
    );
    assert!(
        K::INDIRECT <= beside::PLACES,
        "on bare metal at most 32 messages have `#[indirect]` arguments at a time; write `indirect = 2`"
    );
    assert!(
        !A::PROTOCOL.indirect || !agenda::has_agenda::<A>(),
        "on bare metal each timer of a context has room for a message with its arguments; an actor whose handlers take any `#[indirect]` has none: leave `timers` out"
    );
    if size_of::<Packed<A>>() > MESSAGE {
        refuse_placed(&A::PROTOCOL);
    }
    assert!(
        align_of::<Packed<A>>() <= 8,
        "on bare metal a message is aligned to 8 bytes at most; send a reference to a static"
    );
    assert!(
        align_of::<A>() <= 8,
        "on bare metal the state of an actor is aligned to 8 bytes at most; keep a reference to a static in it"
    );
    assert!(!A::LOCAL, "`local` is there on tokio; on bare metal one worker runs all actors, whose states are `Send`");
    assert!(
        !A::HEARS_OF_ENDS,
        "`#[terminated]` is there on tokio; on bare metal have an actor tell of its end, in its `#[stopping]`"
    );
    assert!(!A::TAKES_LETTERS, "`#[dead_letter]` is there on tokio; keep the actor out of `system!`");
    assert!(
        !matches!(A::SUPERVISION.limit, RestartLimit::AtMost { restarts, .. } if restarts > annex::RESTARTS_KEPT as u32),
        "on bare metal at most 10 restarts are counted; write a lower `limit` in `#[supervise]`, or `unlimited`"
    );
    check_timers::<A>(timers);
    assert!(
        A::CHILDREN == <A::Children as Brood>::CHILDREN as usize,
        "on bare metal an actor has at most 8 declared children and pools, each of a type that is known; give some of them to another"
    );
}

/// Says at the line of whoever calls this in a constant, where it is not said whether anything is counted, that an actor or
/// one of its children has figures of its own.
#[track_caller]
pub const fn check_figures<A: Actor + Placed, K: Capacity>() {
    assert!(
        !Slot::<A, K>::HAS_FIGURES,
        "this actor, or a child of it, has `counters(..)` or `histograms(..)`; write `metrics = on` behind the module, or \
         `metrics = off` to record nothing"
    );
}

/// As [`check`], of the timers: `said` are those of `system!`.
#[track_caller]
const fn check_timers<A: Actor>(said: usize) {
    let (declared, options) = (timers::declared::<A>(), A::OPTIONS.timers as usize);
    assert!(
        options == 0 || options >= declared,
        "this actor has more `#[every]` and `#[idle]` than its `#[actor(timers = ..)]` says; write as many, or more"
    );
    assert!(
        said == 0 || said == declared || agenda::has_agenda::<A>(),
        "`timers` in `system!` is for the timers of `ctx.after(..)` and `ctx.every(..)`, and this actor has none; write \
         `#[actor(timers = 4)]` on it, with more than its `#[every]` and `#[idle]`"
    );
    assert!(
        said == 0 || said > declared || !agenda::has_agenda::<A>(),
        "`timers` in `system!` counts those of `#[every]` and `#[idle]` as well, and leaves `ctx.after(..)` none; write more"
    );
    assert!(
        declared + agenda::count::<A>(said) <= 8,
        "on bare metal an actor has at most 8 timers, those of `#[every]` and `#[idle]` included; let one of them count ticks \
         for the others"
    );
}

/// Refuses a system of `bytes` that takes more than `limit` where pointers have 32 bits, as on the target. Where they are
/// twice as long nothing is more than twice as large, so what is found there is found early; unless what is on for other
/// backends makes it larger.
///
/// # Panics
/// If it takes more.
#[track_caller]
pub const fn fits(bytes: usize, limit: usize) {
    let least = bytes.div_ceil(size_of::<usize>() / size_of::<u32>());
    if least > limit && !cfg!(feature = "tokio") {
        refuse_system(least, limit);
    }
}
