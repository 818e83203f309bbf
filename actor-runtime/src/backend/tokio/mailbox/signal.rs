//! What a cell is told besides messages: bits, so that none is ever refused for lack of room.

/// Stop after the message in hand.
pub(in super::super) const STOP: u32 = 1;
/// The system goes down: stop after the message in hand.
pub(in super::super) const SHUTDOWN: u32 = 1 << 1;
/// The parent stops: stop after the message in hand.
pub(in super::super) const PARENT_STOPPED: u32 = 1 << 2;
/// Stop, and do not wait for an async handler past its next await.
pub(in super::super) const KILL: u32 = 1 << 3;
/// Stop when what waits now has been handled.
pub(in super::super) const DRAIN: u32 = 1 << 4;
/// The last ref is gone: look whether anybody can still send.
pub(in super::super) const LAST_REF: u32 = 1 << 5;
/// A child has started, failed to start, or ended.
pub(in super::super) const CHILD: u32 = 1 << 6;
/// A child's failure is this actor's own failure now.
pub(in super::super) const ESCALATED: u32 = 1 << 7;
/// The pause before the next life is over.
pub(in super::super) const RESUME: u32 = 1 << 8;
/// The handler's future wants to be polled.
pub(in super::super) const WAKE: u32 = 1 << 9;
/// Somebody waits for room.
pub(in super::super) const ROOM: u32 = 1 << 10;
/// The oldest messages in the hand were dropped to make room.
pub(in super::super) const SKIP: u32 = 1 << 11;
/// Urgent messages wait. Stays until none does.
pub(in super::super) const URGENT: u32 = 1 << 12;
/// Messages out of the stash wait. Stays until none does.
pub(in super::super) const UNSTASHED: u32 = 1 << 13;
/// Timers are due. Stays until their handlers have run.
pub(in super::super) const DUE: u32 = 1 << 14;
/// The agenda is to be looked at: a timer may be due, a pipe woken, or an actor gone that is watched.
pub(in super::super) const AGENDA: u32 = 1 << 15;
/// The first of the bits of `#[every]` timers.
pub(in super::super) const FIRST_TICK: u32 = 16;
/// All that goes before the user lane, whatever waits.
pub(in super::super) const LIFE: u32 = ((1 << FIRST_TICK) - 1) & !(ROOM | DUE | AGENDA);
/// What runs handlers: no reason to look while the actor may not run any.
pub(in super::super) const MESSAGES: u32 = URGENT | UNSTASHED | DUE;
/// How many timers have a bit.
pub(in super::super) const TICKS: u32 = 16;
