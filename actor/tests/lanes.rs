//! Promise `lanes`: urgent messages overtake the user lane, in their own order; a stop overtakes both.
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use common::{Gate, Journal, begin, everywhere, in_hand, yield_now};

#[actor(mailbox = 4)]
struct Desk {
    gate: Gate,
    journal: Journal,
}

#[handlers]
impl Desk {
    async fn hold(&mut self) {
        self.gate.passed().await;
    }
    fn note(&mut self, number: u32) {
        self.journal.note(format!("note {number}"));
    }
    #[handler(lane = urgent)]
    fn alarm(&mut self, number: u32) {
        self.journal.note(format!("alarm {number}"));
    }
    #[handler(lane = urgent)]
    async fn slow_alarm(&mut self) -> u32 {
        yield_now().await;
        self.journal.note("slow alarm");
        7
    }
    #[handler(lane = urgent)]
    fn fails(&mut self) {
        panic!("alarm");
    }
    fn ready(&self) -> bool {
        true
    }
    #[stopping]
    fn stopping(&mut self) {
        self.journal.note("stopping");
    }
}

async fn held(system: &ActorSystem) -> (DeskRef, Gate, Journal) {
    let (gate, journal) = (Gate::default(), Journal::default());
    let desk = {
        let (gate, journal) = (gate.clone(), journal.clone());
        system.spawn(move || Desk { gate: gate.clone(), journal: journal.clone() }).await.unwrap()
    };
    desk.hold().await.unwrap();
    in_hand(desk.control()).await;
    (desk, gate, journal)
}

#[test]
fn urgent_messages_go_first_in_their_own_order() {
    everywhere(|system| async move {
        let (desk, gate, journal) = held(&system).await;
        for number in 0..3 {
            desk.note(number).tell().unwrap();
            desk.alarm(number).tell().unwrap();
        }
        assert_eq!(desk.control().depth(), 6);
        gate.open();
        assert_eq!(desk.slow_alarm().await, Ok(7));
        assert_eq!(desk.ready().await, Ok(true));
        assert_eq!(
            journal.entries().iter().filter(|entry| entry.as_str() != "slow alarm").collect::<Vec<_>>(),
            ["alarm 0", "alarm 1", "alarm 2", "note 0", "note 1", "note 2"]
        );
    });
}

#[test]
fn an_urgent_message_overtakes_what_the_actor_has_taken_out_already() {
    #[actor]
    struct Busy {
        me: Option<BusyRef>,
        journal: Journal,
    }

    #[handlers]
    impl Busy {
        fn note(&mut self, number: u32, ctx: &mut Context<Self>) {
            self.journal.note(format!("note {number}"));
            if number == 1 {
                ctx.this().alarm().tell().unwrap();
            }
        }
        #[handler(lane = urgent)]
        fn alarm(&mut self) {
            self.journal.note("alarm");
        }
        fn ready(&self) -> bool {
            let _ = &self.me;
            true
        }
    }

    everywhere(|system| async move {
        let journal = Journal::default();
        let busy = {
            let journal = journal.clone();
            system.spawn(move || Busy { me: None, journal: journal.clone() }).await.unwrap()
        };
        for number in 0..4 {
            busy.note(number).await.unwrap();
        }
        assert_eq!(busy.ready().await, Ok(true));
        assert_eq!(journal.entries(), ["note 0", "note 1", "alarm", "note 2", "note 3"]);
    });
}

#[test]
fn each_lane_has_a_capacity_of_its_own_and_senders_that_wait_in_order() {
    everywhere(|system| async move {
        let (desk, gate, journal) = held(&system).await;
        for number in 0..4 {
            desk.note(number).tell().unwrap();
            desk.alarm(number).tell().unwrap();
        }
        assert_eq!(desk.alarm(9).tell().unwrap_err().reason, Reason::Full);
        assert_eq!(desk.note(9).tell().unwrap_err().reason, Reason::Full);
        let (alarm, other, note) = (desk.alarm(4), desk.alarm(5), desk.note(4));
        let mut waiting = [Box::pin(alarm.into_future()), Box::pin(other.into_future()), Box::pin(note.into_future())];
        for sending in &mut waiting {
            begin(sending.as_mut()).await;
        }
        gate.open();
        for sending in waiting {
            sending.await.unwrap();
        }
        assert_eq!(desk.ready().await, Ok(true));
        let entries = journal.entries();
        let of = |lane: &str| entries.iter().filter(|entry| entry.starts_with(lane)).cloned().collect::<Vec<_>>();
        assert_eq!(of("alarm"), (0..6).map(|number| format!("alarm {number}")).collect::<Vec<_>>());
        assert_eq!(of("note"), (0..5).map(|number| format!("note {number}")).collect::<Vec<_>>());
        assert_eq!(entries[..4], ["alarm 0", "alarm 1", "alarm 2", "alarm 3"], "before the first note");
    });
}

#[test]
fn a_stop_overtakes_both_lanes_and_leaves_nobody_waiting() {
    everywhere(|system| async move {
        let (desk, gate, journal) = held(&system).await;
        for number in 0..4 {
            desk.note(number).tell().unwrap();
            desk.alarm(number).tell().unwrap();
        }
        let waiting = desk.alarm(4);
        let mut waiting = std::pin::pin!(waiting.into_future());
        begin(waiting.as_mut()).await;
        let stopped = desk.control().stop();
        gate.open();
        stopped.await;
        assert_eq!(journal.entries(), ["stopping"]);
        assert_eq!(waiting.await, Err(TellError::Stopped));
        assert_eq!(system.counts::<Desk>().dead_letters, 8, "both lanes, and not the one that waited");
    });
}

#[test]
fn urgent_messages_survive_a_restart() {
    everywhere(|system| async move {
        let (desk, gate, journal) = held(&system).await;
        desk.note(0).tell().unwrap();
        desk.fails().tell().unwrap();
        desk.alarm(1).tell().unwrap();
        gate.open();
        assert_eq!(desk.ready().await, Ok(true));
        assert_eq!(journal.entries(), ["alarm 1", "note 0"]);
        assert_eq!(system.counts::<Desk>().restarts, 1);
    });
}
