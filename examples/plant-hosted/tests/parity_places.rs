//! Senders of large arguments that wait for a place beside the mailbox, on both backends: on tokio there is always one, so all
//! but the waiting must be the same.
#![allow(missing_docs)]

#[macro_use]
mod common;

use std::cell::RefCell;
use std::time::Duration;

use actor::prelude::*;
use common::note;

thread_local! {
    static DESK: RefCell<Option<DeskRef>> = const { RefCell::new(None) };
    static CLERKS: RefCell<Vec<ClerkRef>> = const { RefCell::new(Vec::new()) };
}

fn desk() -> DeskRef {
    DESK.with_borrow(|desk| desk.clone().unwrap())
}

fn clerk(number: usize) -> ClerkRef {
    CLERKS.with_borrow(|clerks| clerks[number].clone())
}

/// Too large for a message.
#[derive(Debug)]
struct Row([u32; 16]);

impl Row {
    fn new(number: u32) -> Self {
        Self([number; 16])
    }
}

#[actor(mailbox = 4, indirect = 1, stash = 2)]
struct Desk {
    is_open: bool,
}

#[handlers]
impl Desk {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        DESK.set(Some(ctx.this()));
    }
    fn put(&mut self, #[indirect] row: Row) {
        note(format!("put {}", row.0[7]));
    }
    fn get(&mut self, #[indirect] row: Row) -> u32 {
        note(format!("get {}", row.0[7]));
        row.0[8]
    }
    #[handler(lane = urgent)]
    fn push(&mut self, #[indirect] row: Row) {
        note(format!("push {}", row.0[7]));
    }
    #[handler(stash_unless = self.is_open)]
    fn keep(&mut self, #[indirect] row: Row) {
        note(format!("keep {}", row.0[7]));
    }
    fn open(&mut self, ctx: &mut Context<Self>) {
        self.is_open = true;
        ctx.unstash_all();
    }
}

#[actor(mailbox = 4)]
struct Clerk;

#[handlers]
impl Clerk {
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        CLERKS.with_borrow_mut(|clerks| clerks.push(ctx.this()));
    }
    async fn puts(&mut self, number: u32) {
        let sent = desk().put(Row::new(number)).await;
        note(format!("{number} {sent:?}"));
    }
    async fn gets(&mut self, number: u32) {
        let answer = desk().get(Row::new(number)).timeout(Duration::from_millis(10)).await;
        note(format!("{number} {answer:?}"));
    }
    async fn pushes(&mut self, number: u32) {
        let sent = desk().push(Row::new(number)).await;
        note(format!("{number} {sent:?}"));
    }
    async fn keeps(&mut self, number: u32) {
        let sent = desk().keep(Row::new(number)).await;
        note(format!("{number} {sent:?}"));
    }
}

/// All who write to each other.
#[actor(mailbox = 2)]
struct Office {
    #[child(|| Desk { is_open: false })]
    desk: Child<Desk>,
    #[child(|| Clerk, pool = 3)]
    clerks: Pool<Clerk>,
}

impl Office {
    fn new() -> Self {
        CLERKS.take();
        Self { desk: Child::default(), clerks: Pool::default() }
    }
}

#[handlers]
impl Office {
    fn closes(&mut self) {
        drop(self.desk.control().stop());
    }
}

/// Notes what the scene left, in an order of its own: whether a sender waited is not the same.
fn sorted() {
    let mut seen = common::noted();
    seen.sort();
    seen.into_iter().for_each(note);
}

parity!(whoever_waits_for_a_place_is_let_in_in_turn, Office, Office::new(), |bed, office| {
    let suspension = desk().control().suspend("test");
    for number in 0..3 {
        clerk(number).puts(number as u32).tell().unwrap();
        bed.run();
    }
    suspension.resume();
    bed.run();
    sorted();
    note(format!("{}", desk().control().depth()));
});

parity!(one_that_waits_for_a_place_keeps_its_deadline_and_leaves_nothing, Office, Office::new(), |bed, office| {
    let suspension = desk().control().suspend("test");
    desk().put(Row::new(1)).tell().unwrap();
    clerk(0).gets(2).tell().unwrap();
    bed.run();
    bed.advance(20);
    suspension.resume();
    bed.run();
    clerk(1).puts(3).tell().unwrap();
    bed.run();
    sorted();
    note(format!("{}", desk().control().depth()));
});

parity!(so_it_is_in_the_urgent_lane, Office, Office::new(), |bed, office| {
    let suspension = desk().control().suspend("test");
    desk().put(Row::new(0)).tell().unwrap();
    clerk(0).pushes(1).tell().unwrap();
    clerk(1).pushes(2).tell().unwrap();
    clerk(2).puts(3).tell().unwrap();
    bed.run();
    suspension.resume();
    bed.run();
    sorted();
    note(format!("{}", desk().control().depth()));
});

parity!(a_place_in_the_stash_is_waited_for_as_well, Office, Office::new(), |bed, office| {
    clerk(0).keeps(1).tell().unwrap();
    clerk(1).keeps(2).tell().unwrap();
    bed.run();
    desk().open().tell().unwrap();
    bed.run();
    sorted();
});

/// On tokio both are in the mailbox, and so dead letters.
#[test]
fn an_end_is_told_to_one_that_waits_for_a_place() {
    actor::system! { mod system { OFFICE: Office = Office::new } }
    system::start(common::now);
    common::run(system::step);
    let _suspension = desk().control().suspend("test");
    clerk(0).puts(1).tell().unwrap();
    clerk(1).puts(2).tell().unwrap();
    common::run(system::step);
    assert_eq!(common::noted(), ["1 Ok(())"]);
    system::OFFICE.closes().tell().unwrap();
    common::run(system::step);
    assert_eq!(common::noted(), ["2 Err(Stopped)"]);
}
