//! The guide, one chapter a module, in the order in which a newcomer needs them.
//!
//! | chapter | answers |
//! |---|---|
//! | [`calls`] | which handlers are told and which are asked, what awaiting each gives, what an `Err` means |
//! | [`replies`] | answering later, and work that takes its time |
//! | [`hooks`] | what runs when an actor starts and stops, and what a timer calls |
//! | [`context`] | children, timers, pipes, streams and watches that a handler begins; pools |
//! | [`supervision`] | what is a failure, what follows from it, how to see it; children |
//! | [`telemetry`] | failures on record: who is told what of them, tags, storms |
//! | [`shutdown`] | ending one actor, or the program, without losing what was accepted |
//! | [`blocking`] | code that blocks, and actors that wait for each other |
//! | [`mailboxes`] | how much may wait, what goes first, what waits until the actor is ready |
//! | [`refs`] | how actors come to know each other, and how long they live |
//! | [`testing`] | running a system message by message under a virtual clock |
//! | [`measuring`] | what is counted, and the law that the figures keep |
//! | [`traces`] | what the actors of a microcontroller did of late |
//! | [`dispatchers`] | who runs the actors |
//! | [`fairness`] | what keeps a busy actor from starving the others |
//! | [`mistakes`] | what the compiler says, and what was meant |
//! | [`coming_from`] | the words of other actor systems, and ours |
//!
//! Each snippet is run by this project's tests. Lines about the features of the crate and about microcontrollers are at
//! [the top](crate).

pub mod blocking;
pub mod calls;
pub mod coming_from;
pub mod context;
pub mod dispatchers;
pub mod fairness;
pub mod hooks;
pub mod mailboxes;
pub mod measuring;
pub mod mistakes;
pub mod refs;
pub mod replies;
pub mod shutdown;
pub mod supervision;
pub mod telemetry;
pub mod testing;
pub mod traces;
