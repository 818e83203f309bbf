//! What the actors of a microcontroller did of late, in order: who was sent what, which handler ran, what waited, failed,
//! restarted and was lost.
//!
//! `trace = &TRACE` behind the module of a [`system!`](crate::system) keeps it in a static, eight bytes for each thing, the
//! oldest overwritten. Levels are traced as well. Without it no instruction and no byte of that is there.
//!
#![cfg_attr(feature = "bare-metal", doc = "```")]
#![cfg_attr(not(feature = "bare-metal"), doc = "```ignore")]
//! # use actor::prelude::*;
//! use actor::{TraceDump, TraceNames, TraceRing};
//!
//! static TRACE: TraceRing<64> = TraceRing::new(); // a power of two
//!
//! #[actor(mailbox = 1)]
//! struct Valve;
//!
//! #[handlers]
//! impl Valve {
//!     fn turn(&mut self, degrees: u16) {}
//! }
//!
//! actor::system! {
//!     mod plant { VALVE: Valve = || Valve }
//!     trace = &TRACE
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! plant::start(|| actor::Instant::ZERO);
//! while plant::step() {}
//! let _ = plant::VALVE.turn(90).tell();
//! let _ = plant::VALVE.turn(91).tell();
//! while plant::step() {}
//!
//! // On the board: the bytes, and once the names.
//! let (mut bytes, mut names) = ([0; 128], String::new());
//! let copied = TRACE.copy_to(&mut bytes);
//! plant::trace_names(&mut names)?;
//!
//! // On the host.
//! let dump = TraceDump::read(&bytes[..copied])?;
//! let lines = dump.lines(TraceNames::of(&names)).to_string();
//! assert_eq!(lines, "    0.000000 up        VALVE
//!     0.000000 sent      VALVE.turn
//!     0.000000 refused   VALVE (full)
//!     0.000000 begun     VALVE.turn
//!     0.000000 ended     VALVE.turn
//! ");
//! # Ok(())
//! # }
//! ```
//!
//! # To a host
//!
//! [`copy_to`] copies what is there. A [`reader`] hands it out eight bytes at a time, for a wire, goes on where it was, and says
//! how many records it came too late for. Both may be used while actors run and interrupts come. The static itself is a dump as
//! well: a debugger saves `8 * N + 8` bytes from its address on.
//!
//! The names are those of `system!`, of labels and of handlers. A host that has the same `system!` in its program asks it for
//! them; else the board writes them once, as it writes anything.
//!
//! The program `actor-trace` shows the lines: `actor-trace NAMES DUMP` of two files, `actor-trace LOG` of a console on which a
//! board has written `name` in front of each name and `unit`, with 16 digits, for each eight bytes. `examples/firmware/src/scene.rs`
//! does that. A record of another version is refused rather than misread.
//!
//! # What it says
//!
//! The number in front is the moment, in seconds by the clock of the system, as exact as 1024 ns. It has 32 bits on the board:
//! that of the first line begins anew after each 73 minutes, and the others go on from there, as long as no two neighbours are
//! 36 minutes apart.
//!
//! A `sent` is written when the message is in the mailbox: where it pends a level, what that does comes first. A call that is
//! refused names no message: who looks for it finds it in the handler that has `begun`.
//!
//! A record takes about 60 instructions on a Cortex-M3, and the clock; a message has three. What they write has interrupts off for
//! less than a send does.
//!
#![cfg_attr(feature = "bare-metal", doc = "[`copy_to`]: crate::TraceRing::copy_to")]
#![cfg_attr(feature = "bare-metal", doc = "[`reader`]: crate::TraceRing::reader")]
#![cfg_attr(not(feature = "bare-metal"), doc = "[`copy_to`]: crate#backends")]
#![cfg_attr(not(feature = "bare-metal"), doc = "[`reader`]: crate#backends")]
