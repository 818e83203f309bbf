//! What a context lends on this backend alone.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Poll, ready};
use std::boxed::Box;
use std::vec::Vec;

use futures_core::Stream;

use crate::actor::{Actor, Watches};
use crate::call::{Call, Kind};
use crate::context::{Context, Errand};
use crate::factory::Factory;
use crate::id::ActorId;
use crate::reference::{ActorRef, Ref};

use super::agenda::{Brought, Pipe, Source};
use super::offspring::SpawnChild;
use super::owner::Owner;
use super::system::ActorSystem;

impl<A: Actor> Context<A> {
    /// Starts a child of this actor, whose state is made by `factory`, and made again by it after a failure.
    ///
    /// Awaited, it returns the child's ref once its `#[started]` hook has returned; with
    /// [`detach`](SpawnChild::detach) it returns the ref at once. [`restart`](SpawnChild::restart) says after which ends
    /// the child is started again.
    ///
    /// This actor is its supervisor: `#[supervise(..)]` holds for it, its limit counts for it alone, and it stops before
    /// this actor stops or begins its next life. Who drops the last ref of a child that is not `Permanent` ends it.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor]
    /// # struct Session(u64);
    /// # #[handlers]
    /// # impl Session {
    /// #     fn number(&self) -> u64 {
    /// #         self.0
    /// #     }
    /// # }
    /// # #[actor]
    /// # struct Hall;
    /// # #[handlers]
    /// # impl Hall {
    /// async fn open(&mut self, number: u64, ctx: &mut Context<Self>) -> bool {
    ///     let session = ctx.spawn(move || Session(number)).restart(Restart::Temporary).await;
    ///     session.is_ok()
    /// }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("example");
    /// # let hall = system.spawn(|| Hall).await?;
    /// # assert!(hall.open(7).await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn spawn<C, F, M>(&mut self, factory: F) -> SpawnChild<'_, A, C, F, M>
    where
        C: Actor,
        F: Factory<C, M>,
        M: 'static,
    {
        SpawnChild::new(self, factory)
    }

    /// The children of this actor that have not ended, declared ones included, in order of their start.
    pub fn children(&self) -> Vec<ActorId> {
        self.host.tokio().map(super::Host::children).unwrap_or_default()
    }

    /// The supervisor of this actor, if it is a child.
    pub fn parent(&self) -> Option<ActorId> {
        self.host.tokio()?.parent()
    }

    /// The system this actor runs in. As every handle, it keeps the system from shutting down while it is kept.
    ///
    /// # Panics
    /// In an actor that runs on bare metal, where there is none.
    pub fn system(&self) -> ActorSystem {
        self.host.tokio().expect("an actor on bare metal has no `ctx.system()`; its system is a module").system()
    }

    /// Runs a future beside this actor; what it ends in comes back as a message: `ctx.pipe(future, StoreRef::loaded)`.
    ///
    /// It is polled between the actor's messages, and while an async handler waits; what computes for long belongs to
    /// `tokio::task::spawn_blocking`, whose handle is a future too. It is dropped when this life of the actor ends. A
    /// panic in it ends it and is told to the event handler; the actor lives on.
    ///
    /// # Panics
    /// In an actor that runs on bare metal.
    pub fn pipe<P, K, F>(&mut self, future: P, arrived: F) -> Errand
    where
        P: Future + Send + 'static,
        K: Kind,
        F: for<'r> FnOnce(&'r A::Ref, P::Output) -> Call<'r, A, K> + Send + 'static,
    {
        self.errand(|host| {
            // No ref: a pipe keeps no actor alive.
            let me = host.address().owner();
            host.add_source(Box::new(Pipe(Box::pin(async move {
                let output = future.await;
                arrived(&reference::<A>(&me), output).message
            }))))
        })
    }

    /// Feeds this actor from a stream: each item comes as a message, `ctx.attach(rows, StoreRef::row)`.
    ///
    /// The next item is taken when the one before has been handled, and messages have their turn in between, so a fast
    /// stream waits for a slow actor. As a [`pipe`](Context::pipe), it is polled in turns of the actor and dropped with
    /// this life. [`at_end`](Attached::at_end) says what is called when the stream has ended.
    ///
    /// # Panics
    /// In an actor that runs on bare metal.
    pub fn attach<S, K, F>(&mut self, stream: S, item: F) -> Attached<'_, A>
    where
        S: Stream + Send + 'static,
        K: Kind,
        F: for<'r> FnMut(&'r A::Ref, S::Item) -> Call<'r, A, K> + Send + 'static,
    {
        let errand = self.errand(|host| {
            let me = host.address().owner();
            host.add_source(Box::new(Feed { stream: Box::pin(stream), item, me }))
        });
        Attached { errand, ctx: self }
    }

    /// Has the `#[terminated]` hook of this actor called when `who` has ended, at once if it has ended already.
    ///
    /// Called once for each end, and not for a restart, however often it was asked for. A watch ends with this life of
    /// the actor. Nobody hears of the ref of a child that was never started. To watch an actor on bare metal is a failure.
    ///
    /// The hook is told an id, which names an actor of one system: to watch one of another system is a failure. Give a
    /// [`pipe`](Context::pipe) the `stopped()` of its control instead.
    ///
    /// # Panics
    /// In an actor that runs on bare metal.
    pub fn watch<R: ActorRef>(&mut self, who: &R)
    where
        A: Watches,
    {
        let host = self.host_on_tokio("watch on others; have them tell it of their end, in `#[stopping]`");
        match who.as_ref().address() {
            crate::backend::Address::Tokio(address) => {
                if !host.watch(&address.owner()) {
                    self.fail("an actor of another system cannot be watched; pipe `stopped()` of its control");
                }
            }
            crate::backend::Address::Nobody => {}
            #[cfg(feature = "bare-metal")]
            crate::backend::Address::BareMetal(_) => {
                self.fail("actors on bare metal never end while they run");
            }
        }
    }

    /// Ends a watch: `#[terminated]` is not called any more, even if `who` has ended by now.
    pub fn unwatch<R: ActorRef>(&mut self, who: &R)
    where
        A: Watches,
    {
        if let (Some(host), crate::backend::Address::Tokio(address)) = (self.host.tokio_mut(), who.as_ref().address()) {
            host.unwatch(&address.owner());
        }
    }

    /// The host of an actor that may have `what`.
    fn host_on_tokio(&mut self, what: &str) -> &mut super::Host<A> {
        // A failure would not say why: nothing is kept of its text where this actor is.
        self.host.tokio_mut().unwrap_or_else(|| panic!("an actor on bare metal has no {what}"))
    }

    /// Begins what `begin` begins.
    fn errand(&mut self, begin: impl FnOnce(&mut super::Host<A>) -> u64) -> Errand {
        let number = begin(self.host_on_tokio("pipes and streams; have somebody tell it what they bring"));
        Errand::new(self, number)
    }
}

/// An actor as its own messages are made for.
fn reference<A: Actor>(owner: &Owner) -> A::Ref {
    A::Ref::from_ref(Ref::from_address(crate::backend::Address::Tokio(owner.address())))
}

/// A stream whose items become messages.
struct Feed<S, F> {
    stream: Pin<Box<S>>,
    item: F,
    me: Owner,
}

impl<A, S, K, F> Source<A> for Feed<S, F>
where
    A: Actor,
    S: Stream + Send,
    K: Kind,
    F: for<'r> FnMut(&'r A::Ref, S::Item) -> Call<'r, A, K> + Send,
{
    fn poll(&mut self, cx: &mut core::task::Context<'_>) -> Poll<Brought<A::Message>> {
        Poll::Ready(match ready!(self.stream.as_mut().poll_next(cx)) {
            Some(item) => Brought::One((self.item)(&reference::<A>(&self.me), item).message),
            None => Brought::End,
        })
    }
}

/// A stream that was attached; from [`Context::attach`].
pub struct Attached<'a, A: Actor> {
    errand: Errand,
    ctx: &'a mut Context<A>,
}

impl<A: Actor> Attached<'_, A> {
    /// Calls one of this actor's own handlers after the last item: `.at_end(|me| me.done())`.
    pub fn at_end<K, F>(self, call: F) -> Errand
    where
        K: Kind,
        F: for<'r> FnOnce(&'r A::Ref) -> Call<'r, A, K> + Send + 'static,
    {
        let mut call = Some(call);
        if let Some(host) = self.ctx.host.tokio_mut() {
            let make = move |me: &A::Ref| call.take().expect("a stream ends once")(me).message;
            host.set_end(self.errand.number(), Box::new(make));
        }
        self.errand
    }

    /// What ends it before that.
    pub fn errand(self) -> Errand {
        self.errand
    }
}

impl<A: Actor> fmt::Debug for Attached<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attached").field("errand", &self.errand).finish_non_exhaustive()
    }
}
