//! What happens to a message for which the mailbox has no room.
//!
//! Keeps the promise `overflow`: waiting senders get in in the order they came, and a message that is
//! not let in goes back to its sender or becomes a dead letter, as the policy says.

/// What a full mailbox does with one more message.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum Overflow {
    /// Its sender waits for room.
    #[default]
    Wait,
    /// Its sender gets it back, with `Full`.
    Reject,
    /// It is dropped, and becomes a dead letter; its sender does not wait.
    DropNewest,
    /// It goes in, and the message that waits longest becomes a dead letter in its stead.
    DropOldest,
}

/// What is done with a message that asks to be let in.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Admission {
    /// It goes in.
    Accept,
    /// Its sender waits, behind those who wait already.
    Wait,
    /// Its sender gets it back.
    Reject,
    /// It is given up.
    DropNewest,
    /// It goes in, once the oldest has been taken out and given up.
    DropOldest,
}

impl Overflow {
    /// The policy in one lower-case word, as metrics label it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Reject => "reject",
            Self::DropNewest => "drop_newest",
            Self::DropOldest => "drop_oldest",
        }
    }

    /// Decides about a new message, with `waiting` messages of at most `capacity` in the mailbox.
    ///
    /// `senders_waiting` says whether a sender waits for room. While one does, room that came free is
    /// its own: a newcomer never overtakes it. To be asked under the lock that guards the two counts.
    #[must_use]
    pub const fn admit(self, waiting: usize, senders_waiting: bool, capacity: usize) -> Admission {
        if waiting < capacity && !senders_waiting {
            return Admission::Accept;
        }
        match self {
            Self::Wait => Admission::Wait,
            Self::Reject => Admission::Reject,
            // Where there is no oldest, it is the newest too.
            Self::DropOldest if waiting > 0 => Admission::DropOldest,
            Self::DropNewest | Self::DropOldest => Admission::DropNewest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expects one answer of `Wait`, and the corresponding ones of the other policies.
    fn check(waiting: usize, senders_waiting: bool, accepted: bool) {
        let expect = |refusal| if accepted { Admission::Accept } else { refusal };
        let admit = |policy: Overflow| policy.admit(waiting, senders_waiting, 4);
        assert_eq!(admit(Overflow::Wait), expect(Admission::Wait));
        assert_eq!(admit(Overflow::Reject), expect(Admission::Reject));
        assert_eq!(admit(Overflow::DropNewest), expect(Admission::DropNewest));
        if waiting > 0 {
            assert_eq!(admit(Overflow::DropOldest), expect(Admission::DropOldest));
        }
    }

    #[test]
    fn a_message_gets_in_while_there_is_room() {
        check(0, false, true);
        check(3, false, true);
        check(4, false, false);
        check(5, false, false);
    }

    #[test]
    fn a_newcomer_never_overtakes_a_waiting_sender() {
        check(0, true, false);
        check(3, true, false);
        check(4, true, false);
    }

    #[test]
    fn a_mailbox_without_room_lets_nothing_in() {
        assert_eq!(Overflow::Wait.admit(0, false, 0), Admission::Wait);
        assert_eq!(Overflow::Reject.admit(0, false, 0), Admission::Reject);
        assert_eq!(Overflow::DropOldest.admit(0, false, 0), Admission::DropNewest, "there is no oldest");
    }

    #[test]
    fn waiting_is_the_default() {
        assert_eq!(Overflow::default(), Overflow::Wait);
    }
}
