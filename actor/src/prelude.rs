//! What a program with actors uses: types, traits and macros, no modules, and no name of the standard prelude.

#[doc(no_inline)]
pub use crate::{AskError, Child, Context, Reason, Reply, StopReason, TellError, actor, handlers, supervise};

#[doc(no_inline)]
#[cfg(feature = "tokio")]
pub use crate::ActorSystem;
