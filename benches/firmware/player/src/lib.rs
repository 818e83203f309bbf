//! What a player of the game does with a message, whoever brings it: as the handlers of `pingpong` in `examples/firmware`.
#![no_std]

use firmware::game::Score;

/// What is sent: as many kinds as the actors of `pingpong` have handlers.
pub enum Message {
    /// Ball `number`, to be sent on.
    Ball(u32),
    /// So many balls are played alone.
    Practise(u32),
    /// The balls that nobody took are forgotten.
    Forget,
}

/// How many messages a mailbox or a channel holds.
pub const MAILBOX: usize = 4;

/// Bytes of state and queued messages that two players need whoever runs them.
const STORAGE: usize = 2 * (size_of::<Player>() + MAILBOX * size_of::<Message>());

/// See the crate.
#[derive(Default)]
pub struct Player {
    score: Score,
}

impl Player {
    /// One who has not played.
    #[inline]
    pub const fn new() -> Self {
        Self { score: Score::new() }
    }

    /// Handles `message`; a ball goes to the other player by `send`.
    #[inline]
    pub fn play<E>(&mut self, message: Message, send: impl FnOnce(Message) -> Result<(), E>) {
        match message {
            Message::Ball(number) => {
                self.score.hit(number, STORAGE);
                if send(Message::Ball(number + 1)).is_err() {
                    self.score.miss();
                }
            }
            Message::Practise(balls) => self.score.practise(balls),
            Message::Forget => self.score.forget(),
        }
    }
}
