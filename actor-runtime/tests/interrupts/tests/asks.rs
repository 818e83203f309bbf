//! Asks: each is answered once, and the places for answers come free.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use actor::system;
use common::{Shared, Task, now, run, settle};
use interrupts::{interrupted, sweep};

/// As many as may be under way at a time.
const PLACES: u32 = 8;

type Asked = Task<Result<u32, AskError>>;

#[actor(mailbox = 16)]
struct Echo;

#[handlers]
impl Echo {
    fn say(&mut self, word: u32) -> u32 {
        word
    }
}

system! {
    mod echo { ECHO: Echo { mailbox = 16 } = || Echo }
}

static UNDER_WAY: Shared<Vec<Asked>> = Shared::new();

fn ask(word: u32) -> Asked {
    Task::new(async move { echo::ECHO.say(word).await })
}

/// Asks for all places there are, and lets none of the answers in.
fn take_all_places() {
    let mut asked: Vec<_> = (0..PLACES).map(ask).collect();
    asked.iter_mut().for_each(|asked| assert!(!asked.go_on()));
    UNDER_WAY.set(asked);
}

/// The worker and those who have asked get on.
fn answer_all() {
    run(echo::step);
    for (word, mut asked) in UNDER_WAY.take().into_iter().flatten().enumerate() {
        if asked.go_on() {
            assert_eq!(asked.output(), Ok(word as u32));
        }
    }
}

fn assert_all_places_are_free() {
    take_all_places();
    answer_all();
}

#[test]
fn an_ask_is_answered() {
    sweep(
        || run(echo::step),
        || {
            echo::start(now);
            run(echo::step);
            let mut asked = ask(7);
            interrupted(|| asked.go_on());
            assert!(settle(echo::step, &mut asked), "it hangs");
            assert_eq!(asked.output(), Ok(7));
            assert_all_places_are_free();
        },
    );
}

#[test]
fn an_ask_that_waits_for_a_place_gets_one() {
    sweep(answer_all, || {
        echo::start(now);
        run(echo::step);
        take_all_places();
        let mut asked = ask(9);
        interrupted(|| asked.go_on());
        answer_all();
        assert!(settle(echo::step, &mut asked), "it hangs");
        assert_eq!(asked.output(), Ok(9));
        assert_all_places_are_free();
    });
}

#[test]
fn each_place_that_comes_free_is_for_one_who_waits() {
    sweep(answer_all, || {
        echo::start(now);
        run(echo::step);
        take_all_places();
        let mut waits = [ask(8), ask(9)];
        waits.iter_mut().for_each(|asked| assert!(!asked.go_on()));
        interrupted(|| {
            // One of them gives up, its place is for the first who waits; the interrupt frees the others.
            run(echo::step);
            drop(UNDER_WAY.with(Vec::pop));
        });
        answer_all();
        for asked in &mut waits {
            assert!(settle(echo::step, asked), "one hangs");
        }
        drop(waits);
        assert_all_places_are_free();
    });
}

#[test]
fn an_ask_that_is_dropped_leaves_its_place() {
    sweep(
        || run(echo::step),
        || {
            echo::start(now);
            run(echo::step);
            let mut asked = ask(7);
            interrupted(move || {
                asked.go_on();
                drop(asked);
            });
            run(echo::step);
            assert_all_places_are_free();
        },
    );
}
