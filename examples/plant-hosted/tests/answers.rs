//! Answers that are awaited: whose they are, how large, how many at a time, and what ends without one.
#![allow(missing_docs)]

mod common;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context as Cx, Poll, Wake, Waker};
use std::time::Duration;

use actor::prelude::*;
use actor::system;
use common::{Owing, leap, now, run};

#[actor(ask_timeout = off)]
struct Keeper {
    word: Option<Reply<u64>>,
    text: Option<Reply<Safe>>,
}

/// Stands for a type with invalid values, such as a reference: it is made by [`Safe::new`] alone.
#[derive(Debug, PartialEq)]
struct Safe(Inner);

/// Under miri it is a reference, so that the read itself is caught.
#[cfg(miri)]
type Inner = &'static u64;
#[cfg(not(miri))]
type Inner = u64;

impl Safe {
    const fn new() -> Self {
        #[cfg(miri)]
        return Self(&1);
        #[cfg(not(miri))]
        return Self(1);
    }
}

#[handlers]
impl Keeper {
    fn word(&mut self, reply: Reply<u64>) {
        self.word = Some(reply);
    }
    fn safe(&mut self, reply: Reply<Safe>) {
        self.text = Some(reply);
    }
    fn nothing(&self) -> u64 {
        0
    }
    fn send_word(&mut self) {
        if let Some(reply) = self.word.take() {
            reply.send(0xdead_beef);
        }
    }
    fn send_safe(&mut self) {
        if let Some(reply) = self.text.take() {
            reply.send(Safe::new());
        }
    }
}

system! {
    mod system { KEEPER: Keeper { mailbox = 2 } = || Keeper { word: None, text: None } }
}

#[test]
fn a_reply_never_answers_another_ask() {
    system::start(now);
    run(system::step);
    let mut cx = Cx::from_waker(Waker::noop());
    // An ask that is given up, while its reply is kept.
    {
        let mut first = pin!(system::KEEPER.word().into_future());
        assert!(first.as_mut().poll(&mut cx).is_pending());
        run(system::step);
    }
    // As many others as make the generation come round: here given up before they find room.
    system::KEEPER.nothing().tell().unwrap();
    system::KEEPER.nothing().tell().unwrap();
    let others = if cfg!(miri) { 10 } else { u16::MAX };
    for _ in 0..others {
        let mut other = pin!(system::KEEPER.nothing().into_future());
        assert!(other.as_mut().poll(&mut cx).is_pending());
    }
    run(system::step);
    // An ask of another type gets the same place.
    let mut second = pin!(system::KEEPER.safe().into_future());
    assert!(second.as_mut().poll(&mut cx).is_pending());
    run(system::step);
    // Only the old reply is sent.
    system::KEEPER.send_word().tell().unwrap();
    run(system::step);
    if let Poll::Ready(answer) = second.as_mut().poll(&mut cx) {
        panic!("nobody has answered, and it was {answer:?}, read from the bytes of a `u64`");
    }
}

mod outside {
    use super::*;

    system! {
        mod system { KEEPER: Owing { mailbox = 2 } = Owing::new }
    }

    #[derive(Default)]
    struct Wakes(AtomicU32);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn an_ask_from_outside_of_an_actor_ends_at_its_deadline() {
        system::start(now);
        run(system::step);
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let mut cx = Cx::from_waker(&waker);
        let mut ask = pin!(system::KEEPER.first().timeout(Duration::from_millis(5)).into_future());
        assert!(ask.as_mut().poll(&mut cx).is_pending());
        run(system::step);
        leap(10_000, system::tick, system::step);
        assert_ne!(wakes.0.load(Ordering::SeqCst), 0, "ten seconds after its deadline nobody has woken the asker");
    }
}

mod limits {
    use super::*;

    #[actor]
    struct Store {
        kept: Vec<Reply<u32>>,
    }

    #[handlers]
    impl Store {
        fn later(&mut self, reply: Reply<u32>) {
            self.kept.push(reply);
        }
        fn large(&self) -> [usize; 4] {
            [1; 4]
        }
        fn too_large(&self) -> [usize; 5] {
            [1; 5]
        }
    }

    system! {
        mod store { STORE: Store { mailbox = 16 } = || Store { kept: Vec::new() } }
    }

    #[test]
    fn nine_asks_at_a_time_find_room_in_a_mailbox_of_sixteen() {
        store::start(now);
        run(store::step);
        let mut cx = Cx::from_waker(Waker::noop());
        let mut asks: Vec<_> = (0..9).map(|_| Box::pin(store::STORE.later().into_future())).collect();
        let refused: Vec<_> = asks
            .iter_mut()
            .filter_map(|ask| match ask.as_mut().poll(&mut cx) {
                Poll::Ready(answer) => Some(answer),
                Poll::Pending => None,
            })
            .collect();
        assert_eq!(refused, []);
    }

    #[test]
    fn an_answer_of_four_words_arrives() {
        store::start(now);
        let mut cx = Cx::from_waker(Waker::noop());
        let mut ask = pin!(store::STORE.large().into_future());
        assert!(ask.as_mut().poll(&mut cx).is_pending());
        run(store::step);
        assert_eq!(ask.as_mut().poll(&mut cx), Poll::Ready(Ok([1; 4])));
    }

    /// An error when compiled for a firmware; where the actor may live on tokio as well, it is loud at least.
    #[test]
    #[should_panic(expected = "answer with less, or with a reference to a static")]
    fn an_answer_that_is_too_large_is_refused() {
        store::start(now);
        let _ = pin!(store::STORE.too_large().into_future()).poll(&mut Cx::from_waker(Waker::noop()));
    }
}
