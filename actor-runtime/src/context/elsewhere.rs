//! What a context lends on tokio alone, where that is off: refused when compiled, with what to write instead.

use core::convert::Infallible;
use core::future::Future;

use crate::actor::{Actor, Watches};
use crate::call::{Call, Kind};
use crate::factory::Factory;

use super::{Context, Errand};

/// A trait that no actor has, with what the compiler is to say of that.
macro_rules! refused {
    ($($name:ident: $call:literal, $why:literal, $help:literal;)*) => {$(
        #[doc(hidden)]
        #[diagnostic::on_unimplemented(
            message = $call,
            label = $why,
            note = $help
        )]
        pub trait $name {
            /// There is none.
            const NEVER: Infallible;
        }
    )*};
}

refused! {
    Spawns:
        "`ctx.spawn(..)` is there on tokio",
        "without a heap all actors are known when compiled",
        "help: declare it as a field, `#[child(Worker::new)] worker: Child<Worker>`, or as an actor of `system!`";
    Relates:
        "`ctx.children()`, `ctx.parent()` and `ctx.system()` are there on tokio",
        "without a heap actors are statics, and nobody keeps a list of them",
        "help: name the other actor as a static of its system, such as `plant::VALVE`, or keep its ref";
    Pipes:
        "`ctx.pipe(..)` is there on tokio",
        "without a heap there is no place for a future that is made here",
        "help: await it in an `async` handler, of this actor or of a declared child that tells what it brings";
    Attaches:
        "`ctx.attach(..)` is there on tokio",
        "without a heap there is no place for a stream that is made here",
        "help: have whoever has the items tell them, an interrupt too";
    Watching:
        "`ctx.watch(..)` and `ctx.unwatch(..)` are there on tokio",
        "without a heap nobody keeps who watches whom",
        "help: have the other actor tell of its end, in its `#[stopping]`";
}

#[doc(hidden)]
impl<A: Actor> Context<A> {
    pub fn spawn<C, F, M>(&mut self, _: F) -> Infallible
    where
        A: Spawns,
        C: Actor,
        F: Factory<C, M>,
        M: 'static,
    {
        A::NEVER
    }

    pub fn children(&self) -> Infallible
    where
        A: Relates,
    {
        A::NEVER
    }

    pub fn parent(&self) -> Infallible
    where
        A: Relates,
    {
        A::NEVER
    }

    pub fn system(&self) -> Infallible
    where
        A: Relates,
    {
        A::NEVER
    }

    pub fn pipe<P, K, F>(&mut self, _: P, _: F) -> Errand
    where
        A: Pipes,
        P: Future,
        K: Kind,
        F: for<'r> FnOnce(&'r A::Ref, P::Output) -> Call<'r, A, K>,
    {
        match A::NEVER {}
    }

    pub fn attach<S, T, K, F>(&mut self, _: S, _: F) -> Errand
    where
        A: Attaches,
        K: Kind,
        F: for<'r> FnMut(&'r A::Ref, T) -> Call<'r, A, K>,
    {
        match A::NEVER {}
    }

    pub fn watch<R>(&mut self, _: &R)
    where
        A: Watches + Watching,
    {
        match A::NEVER {}
    }

    pub fn unwatch<R>(&mut self, _: &R)
    where
        A: Watches + Watching,
    {
        match A::NEVER {}
    }
}
