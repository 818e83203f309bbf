//! What a program with actors uses: types, traits and macros, no modules, and no name of the standard prelude.

#[doc(no_inline)]
pub use crate::{
    ActorId, AskError, Child, Context, DeadLetter, Pool, Reason, Reply, Restart, StopReason, TellError, actor,
    handlers, supervise,
};

#[doc(no_inline)]
pub use crate::RefVerbs as _;

#[doc(no_inline)]
#[cfg(feature = "tokio")]
pub use crate::ActorSystem;
