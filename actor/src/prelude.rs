//! What a program with actors uses: types, traits and macros, no modules, and no name of the standard prelude.

pub use crate::{
    AskError, Child, Context, Directive, Reason, Reply, StopReason, TellError, actor, handlers, supervise,
};

#[cfg(feature = "tokio")]
pub use crate::ActorSystem;
