//! What a handler may ask of the runtime, typed by its actor.

use core::fmt;

use crate::actor::{Actor, Fails, Handled, Measured, Stashing};
use crate::backend::{Family, Host};
use crate::factory::Factory;
use crate::failure::{Failure, FailureKind};
use crate::figures::Figures;
use crate::id::{ActorId, Incarnation};
use crate::letter::DeadLetter;
use crate::policy::Route;
use crate::reference::{ActorRef, Child, Path, Pool, Ref};
use crate::reply::{InHand, Reply};
use crate::supervision::LiveFailure;
use crate::time::Instant;

#[cfg(not(feature = "tokio"))]
mod elsewhere;
mod errands;

pub use errands::Errand;

/// The runtime as seen from inside actor `A`: lent to a handler for the time it runs.
pub struct Context<A: Actor> {
    pub(crate) host: Host<A>,
    pub(crate) request: Request,
}

/// What the handler asked for; looked at when it has returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Continue,
    Stop,
    Fail,
}

impl<A: Actor> Context<A> {
    pub(crate) const fn new(host: Host<A>) -> Self {
        Self { host, request: Request::Continue }
    }

    /// The ref of this actor.
    pub fn this(&self) -> A::Ref {
        A::Ref::from_ref(Ref::from_address(self.host.address()))
    }

    /// The identity of this actor, kept over restarts.
    pub fn id(&self) -> ActorId {
        self.host.id()
    }

    /// The names, or else labels, from the root down to this actor, such as `store/db`; on bare metal its id.
    pub fn path(&self) -> Path {
        Path(self.host.address().downgrade())
    }

    /// Which incarnation of the actor this is: the first, until a restart begins the next one.
    pub fn incarnation(&self) -> Incarnation {
        self.host.incarnation()
    }

    /// The moment after which nobody wants what the message in hand is for, if its sender said so with `.timeout(..)` or
    /// `.deadline(..)`, or inherited it; what is asked meanwhile inherits it. The default of
    /// `#[actor(ask_timeout = ..)]` is a matter of the asker's own, and a message on bare metal carries none.
    pub fn deadline(&self) -> Option<Instant> {
        self.host.deadline()
    }

    /// The moment, by the clock of the system: the only clock an actor should read.
    pub fn now(&self) -> Instant {
        self.host.now()
    }

    /// A random number, from the seed of the system: the only randomness an actor needs.
    pub fn random(&self) -> u64 {
        self.host.random()
    }

    /// Records figures of the actor's own, which `#[actor(counters(..), histograms(..))]` declares. They are lent for as
    /// long as the closure runs, because they belong to the thread.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// #[actor(counters(parsed), histograms(line_length))]
    /// struct Parser;
    ///
    /// #[handlers]
    /// impl Parser {
    ///     fn line(&mut self, line: String, ctx: &mut Context<Self>) {
    ///         ctx.metrics(|m| {
    ///             m.parsed().add(1);
    ///             m.line_length().record(line.len() as u64);
    ///         });
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let system = ActorSystem::new("demo");
    /// let parser = system.spawn(|| Parser).await?;
    /// parser.line("twelve bytes".into()).done().await?;
    /// assert_eq!(system.counters::<Parser>(), [("parsed", 1)]);
    /// assert_eq!(system.histograms::<Parser>()[0].1.quantile(0.99), Some(12));
    /// # Ok(())
    /// # }
    /// ```
    pub fn metrics<R>(&self, record: impl FnOnce(A::Metrics<'_>) -> R) -> R
    where
        A: Measured,
    {
        record(Figures::new(self.host.sink()).into())
    }

    /// Stops this actor when the handler has returned; waiting messages become dead letters.
    pub fn stop(&mut self) {
        if self.request == Request::Continue {
            self.request = Request::Stop;
        }
    }

    /// Takes all messages out of the stash, in the order in which they came: they are handled next, before those that
    /// wait in the mailbox. Those that have to wait still go back into the stash.
    pub fn unstash_all(&mut self)
    where
        A: Stashing,
    {
        self.host.unstash_all();
    }

    /// Fails when the handler has returned: supervision decides what follows. The handler's own answer is sent first.
    ///
    /// [`tag`](FailureTags::tag) says more about this failure: `ctx.fail(error).tag("table", name)`.
    pub fn fail(&mut self, error: impl fmt::Display + 'static) -> FailureTags<'_, A> {
        self.host.record(LiveFailure::new(FailureKind::Error).with(&error), &error);
        self.request = Request::Fail;
        FailureTags(self)
    }

    /// Tags every failure of this actor until its next life, for [telemetry](crate::telemetry::FailureTelemetry): what it is
    /// connected to, or works on. Another tag with the same key takes its place. Those that a snapshot has no room for are
    /// left out and counted. On bare metal tags are those of `#[actor(tags(..))]` alone.
    pub fn tag(&mut self, key: &str, value: impl fmt::Display) {
        self.host.tag(key, &value);
    }

    /// The failure that leads to the next life, for `#[restarting]`.
    #[doc(hidden)]
    #[cold]
    pub fn last_failure(&self) -> Failure {
        self.host.last_failure().unwrap_or_else(|| Failure::error(&"failed without saying why"))
    }

    /// The message that was lost, for `#[dead_letter]`.
    #[doc(hidden)]
    #[cold]
    pub fn take_letter(&mut self) -> Option<DeadLetter<A>> {
        self.host.take_letter()
    }

    /// Ends a handler somebody told: its error is a failure.
    #[doc(hidden)]
    #[inline]
    pub fn told<E: fmt::Display + 'static>(&mut self, result: Result<(), E>) -> Handled
    where
        A::Errors: Fails<E>,
    {
        match result {
            Ok(()) => Handled::Done,
            Err(error) => self.told_error(error),
        }
    }

    #[cold]
    fn told_error<E: fmt::Display + 'static>(&mut self, error: E) -> Handled
    where
        A::Errors: Fails<E>,
    {
        // Whoever waits for the end of the handler hears of it instead of the supervisor.
        #[cfg(any(feature = "tokio", feature = "bare-metal"))]
        if let Some(Ok(reply)) = self.host.take_duty().map(crate::reply::Duty::into_reply::<E>) {
            reply.send(Err(error));
            return Handled::Done;
        }
        let error = <A::Errors as Fails<E>>::fail(error);
        self.host.record(LiveFailure::new(FailureKind::Error).with(&error), &error);
        Handled::Failed
    }

    /// Ends a handler that was lent its reply: an asker whose reply it dropped is told how.
    #[doc(hidden)]
    #[inline]
    pub fn owed(&self, in_hand: InHand, handled: Handled) -> Handled {
        in_hand.end(handled == Handled::Failed || self.request == Request::Fail);
        handled
    }

    /// Ends a handler that returns a `Result`: the asker gets it whole; an error nobody asked for is a
    /// failure of kind `unasked`, which says what is `shown` of it.
    #[doc(hidden)]
    #[inline]
    pub fn answer<T, E: 'static>(
        &mut self,
        reply: Reply<Result<T, E>>,
        result: Result<T, E>,
        shown: fn(&E) -> &dyn fmt::Display,
    ) -> Handled {
        if let Err(error) = &result
            && !reply.is_awaited()
        {
            self.host.record(LiveFailure::new(FailureKind::Unasked).with(error), shown(error));
            return Handled::Failed;
        }
        reply.send(result);
        Handled::Done
    }
}

impl<A: Actor> fmt::Debug for Context<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("id", &self.id()).field("incarnation", &self.incarnation()).finish()
    }
}

/// A failure that begins, to be tagged; from [`Context::fail`].
pub struct FailureTags<'a, A: Actor>(&'a mut Context<A>);

impl<A: Actor> FailureTags<'_, A> {
    /// Tags this failure, for telemetry, beside what [`Context::tag`] said.
    pub fn tag(self, key: &str, value: impl fmt::Display) -> Self {
        self.0.host.tag_failure(key, &value);
        self
    }
}

impl<A: Actor> fmt::Debug for FailureTags<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FailureTags").field(&self.0.id()).finish()
    }
}

/// Where a parent starts its declared children.
pub struct Nursery<'a, A: Actor> {
    pub(crate) host: &'a Host<A>,
}

impl<A: Actor> Nursery<'_, A> {
    /// Starts declared child `index` and puts its ref into the parent's field.
    ///
    /// # Errors
    /// The failure of the child's first start.
    #[doc(hidden)]
    pub fn start<C, F, M>(&mut self, index: usize, field: &mut Child<C>, factory: F) -> Result<(), Failure>
    where
        C: Actor,
        A: Family<C>,
        F: Factory<C, M>,
        M: 'static,
    {
        let address = self.host.start_child::<C, F, M>(index, factory)?;
        *field = Child::started(C::Ref::from_ref(Ref::from_address(address)));
        Ok(())
    }

    /// Starts the next member of a pool as declared child `index`.
    ///
    /// # Errors
    /// The failure of the member's first start.
    #[doc(hidden)]
    pub fn enlist<C, F, M>(
        &mut self,
        index: usize,
        field: &mut Pool<C>,
        route: Route,
        factory: F,
    ) -> Result<(), Failure>
    where
        C: Actor,
        A: Family<C>,
        F: Factory<C, M>,
        M: 'static,
    {
        let address = self.host.start_child::<C, F, M>(index, factory)?;
        let member = C::Ref::from_ref(Ref::from_address(address));
        field.crew = self.host.enlist::<C>(index, &field.crew, route, member)?;
        Ok(())
    }
}
