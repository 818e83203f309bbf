//! With whom the restarts of declared children are counted, on both backends, step by step under a virtual clock: what was
//! noted must be the same.
#![allow(missing_docs)]

#[macro_use]
mod common;

use actor::prelude::*;
use common::note;

/// Says how its lives begin.
#[actor(mailbox = 4)]
struct Hand {
    name: &'static str,
}

#[handlers]
impl Hand {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        note(format!("{} up {}", self.name, ctx.incarnation()));
    }
    fn fails(&mut self, ctx: &mut Context<Self>) {
        ctx.fail("on purpose");
    }
    fn leaves(&mut self, ctx: &mut Context<Self>) {
        ctx.stop();
    }
    #[stopping]
    fn stopping(&mut self, why: StopReason) {
        note(format!("{} {why}", self.name));
    }
}

/// A foreman of four hands. The last two say with whom they are counted.
macro_rules! foreman {
    ($foreman:ident($($policy:tt)*), $c:tt, $d:tt) => {
        #[actor(mailbox = 8)]
        #[supervise(limit = 3 per 60s, backoff = 10ms..10ms, jitter = none, $($policy)*)]
        struct $foreman {
            #[child(|| Hand { name: "a" })]
            a: Child<Hand>,
            #[child(|| Hand { name: "b" }, restart = permanent)]
            b: Child<Hand>,
            #[child(|| Hand { name: "c" }, scope = $c)]
            c: Child<Hand>,
            #[child(|| Hand { name: "d" }, scope = $d, pool = 2)]
            d: Pool<Hand>,
        }

        impl $foreman {
            fn new() -> Self {
                Self { a: Child::default(), b: Child::default(), c: Child::default(), d: Pool::default() }
            }
        }

        #[handlers]
        impl $foreman {
            #[started]
            fn started(&mut self, ctx: &mut Context<Self>) {
                note(format!("foreman up {}", ctx.incarnation()));
            }
            fn fails(&mut self, hand: u8) {
                let members = self.d.members();
                let call = match hand {
                    0 => self.a.fails(),
                    1 => self.b.leaves(),
                    2 => self.c.fails(),
                    member => members[usize::from(member) - 3].fails(),
                };
                drop(call.tell());
            }
        }
    };
}

foreman!(Together(strategy = one_for_one), group, group);
foreman!(Apart(strategy = one_for_one), child, child);
foreman!(AllApart(strategy = one_for_all), child, child);
foreman!(RestApart(strategy = rest_for_one), child, child);
foreman!(Strict(exhausted = stop_child), group, child);

/// Each of these fails, and has the time to begin anew.
macro_rules! fail {
    ($bed:ident, $me:ident, $hands:expr) => {
        for hand in $hands {
            $me.fails(hand).tell().unwrap();
            $bed.advance(100);
            note("later");
        }
    };
}

parity!(restarts_add_up_and_a_new_life_counts_anew, Together, Together::new(), |bed, me| {
    for _ in 0..2 {
        fail!(bed, me, [0, 1, 2]);
        fail!(bed, me, [4]);
    }
    let foreman = common::count("foreman up");
    assert_eq!(foreman, 3, "each fourth restart is one of the foreman");
});

parity!(those_of_a_child_with_a_scope_of_its_own_do_not, Apart, Apart::new(), |bed, me| {
    fail!(bed, me, [0, 1, 0, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    assert_eq!(common::count("foreman up"), 1);
    fail!(bed, me, [4, 1, 0, 1, 0]);
    assert_eq!(common::count("foreman up"), 3);
});

parity!(one_for_all_counts_for_whoever_failed, AllApart, AllApart::new(), |bed, me| {
    fail!(bed, me, [2, 0, 1, 0, 2, 3, 4, 3, 3]);
    assert_eq!(common::count("foreman up"), 1);
    fail!(bed, me, [3]);
    assert_eq!(common::count("foreman up"), 2);
});

parity!(rest_for_one_counts_for_whoever_failed, RestApart, RestApart::new(), |bed, me| {
    fail!(bed, me, [2, 0, 1, 0, 2, 3, 4, 3, 3]);
    assert_eq!(common::count("foreman up"), 1);
    fail!(bed, me, [1]);
    assert_eq!(common::count("foreman up"), 2);
});

parity!(beyond_the_limit_of_the_group_a_child_may_end_and_the_others_live_on, Strict, Strict::new(), |bed, me| {
    fail!(bed, me, [0, 0, 0, 1, 3, 2]);
    assert_eq!((common::count("b requested"), common::count("c failed"), common::count("foreman up")), (1, 1, 1));
});

parity!(the_pause_is_that_of_whom_it_is_counted_with, Strict, Strict::new(), |bed, me| {
    for hand in [0, 3, 1] {
        me.fails(hand).tell().unwrap();
        bed.run();
        note("run");
    }
    bed.advance(9);
    note("almost");
    bed.advance(1);
    note("over");
});
