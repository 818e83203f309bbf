//! A typed address of one actor: what the generated refs wrap.

use core::fmt;
use core::future::IntoFuture;
use core::hash::Hash;
use core::marker::PhantomData;
use core::time::Duration;

use crate::actor::Actor;
use crate::backend::{Address, Crew, Stopped, Suspension, WeakAddress};
use crate::id::ActorId;
use crate::metrics::{LaneStatus, Lanes, Yields};
use crate::policy;

/// The address of an actor of type `A`, on whichever backend it runs.
///
/// Equality and hash are by identity: a restarted actor is still the same actor.
pub struct Ref<A> {
    address: Address,
    actor: PhantomData<fn() -> A>,
}

impl<A> Ref<A> {
    /// The address of no actor: every call answers `Stopped`.
    pub const fn nobody() -> Self {
        Self { address: Address::Nobody, actor: PhantomData }
    }

    /// An address whose actor is known to be an `A`.
    pub(crate) const fn from_address(address: Address) -> Self {
        Self { address, actor: PhantomData }
    }

    /// The address without its type.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }
}

impl<A> Clone for Ref<A> {
    fn clone(&self) -> Self {
        Self { address: self.address.clone(), actor: PhantomData }
    }
}

impl<A> PartialEq for Ref<A> {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl<A> Eq for Ref<A> {}

impl<A> Hash for Ref<A> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.address.hash(state);
    }
}

impl<A> fmt::Debug for Ref<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address.id() {
            Some(id) => id.fmt(f),
            None => f.write_str("nobody"),
        }
    }
}

/// Who a call goes to: a ref that is borrowed, or one of its own.
pub trait Target<A> {
    /// The ref.
    fn get(&self) -> &Ref<A>;

    /// The ref to keep; counted anew where it was borrowed.
    fn keep(self) -> Ref<A>;
}

impl<A> Target<A> for &Ref<A> {
    #[inline]
    fn get(&self) -> &Ref<A> {
        self
    }

    fn keep(self) -> Ref<A> {
        self.clone()
    }
}

impl<A> Target<A> for Ref<A> {
    #[inline]
    fn get(&self) -> &Ref<A> {
        self
    }

    fn keep(self) -> Ref<A> {
        self
    }
}

/// A generated ref, such as `CounterRef` for `struct Counter`.
pub trait ActorRef: Clone + Eq + Hash + fmt::Debug + Send + Sync + 'static {
    /// The actor it refers to.
    type Actor;

    /// Wraps an address.
    #[doc(hidden)]
    fn from_ref(inner: Ref<Self::Actor>) -> Self;

    /// The wrapped address.
    #[doc(hidden)]
    fn as_ref(&self) -> &Ref<Self::Actor>;
}

/// What can be done to an actor besides sending it messages; from `counter.control()`.
///
/// Its verbs act at once; the futures they return only wait.
pub struct Control<'a> {
    address: &'a Address,
}

impl<'a> Control<'a> {
    /// Controls the actor behind `target`.
    pub fn new<A>(target: &'a Ref<A>) -> Self {
        Self { address: &target.address }
    }

    /// Stops the actor after the message in hand; waiting messages become dead letters and waiting asks get
    /// `Stopped`. Await what it returns for the end.
    pub fn stop(&self) -> Ending {
        self.address.stop();
        Ending(self.stopped())
    }

    /// Stops the actor after the messages that wait now have been handled, by it and then by its children: each drains,
    /// the youngest first, before the actor ends. Await what it returns for the end.
    ///
    /// There is no time limit. A stop or a kill that comes meanwhile is heeded at once, by the children too.
    pub fn drain(&self) -> Ending {
        self.address.drain();
        Ending(self.stopped())
    }

    /// As [`stop`](Control::stop), without waiting for an async handler past the await it stands at: its future is
    /// dropped there. On bare metal it is waited for. Await what it returns for the end.
    pub fn kill(&self) -> Ending {
        self.address.kill();
        Ending(self.stopped())
    }

    /// Has the actor handle nothing for as long as what is returned is kept: messages wait in their order, and so do
    /// timers and other events. The handler in hand finishes. `owner` says who wants it, where it takes
    /// [too long](crate::backend::tokio::Builder::suspension_limit).
    ///
    /// It nests: the actor goes on when nobody keeps it suspended. A restart ends it, and so does the end of the actor;
    /// a drain waits for it if messages wait, and so does the end for want of refs.
    ///
    /// ```
    /// # use actor::prelude::*;
    /// # #[actor]
    /// # struct Counter(u64);
    /// # #[handlers]
    /// # impl Counter {
    /// #     fn add(&mut self, by: u64) { self.0 += by; }
    /// #     fn total(&self) -> u64 { self.0 }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let system = ActorSystem::new("example");
    /// let counter = system.spawn(|| Counter(0)).await?;
    /// let backup = counter.control().suspend("backup");
    /// counter.add(2).await?;
    /// assert_eq!(counter.control().depth(), 1);
    /// backup.resume();
    /// assert_eq!(counter.total().await?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// On bare metal, where a program keeps eight suspensions at a time, if this would be the ninth.
    pub fn suspend(&self, owner: &'static str) -> Suspension {
        self.address.suspend(owner)
    }

    /// Who keeps the actor suspended, the first of them; `None` where nobody does.
    pub fn suspended_by(&self) -> Option<&'static str> {
        self.address.suspended_by()
    }

    /// Waits until the actor has ended: children gone, hook done, state dropped, timers freed.
    ///
    /// # Cancel safety
    /// Dropping the future leaves nothing behind.
    pub fn stopped(&self) -> Stopped {
        self.address.stopped()
    }

    /// Whether the actor has not ended.
    pub fn is_alive(&self) -> bool {
        self.address.is_alive()
    }

    /// The identity of the actor, kept over restarts; `None` for the ref of a child that was never started.
    pub fn id(&self) -> Option<ActorId> {
        self.address.id()
    }

    /// Messages waiting in the mailbox.
    pub fn depth(&self) -> usize {
        self.address.depth()
    }

    /// The mailbox as it is at this moment.
    pub fn mailbox(&self) -> MailboxStatus {
        let (suspensions, suspended) = self.address.suspended();
        let Lanes { user, urgent, yields } = self.address.lanes();
        let (depth, capacity) = (self.address.depth(), self.address.capacity());
        MailboxStatus { depth, capacity, user, urgent, yields, suspensions, suspended }
    }

    /// The labels from the root down to the actor, such as `store/db`. An actor that has a name stands there by that. Nothing
    /// is allocated until it is made a string.
    ///
    /// On bare metal it is the actor's id.
    pub fn path(&self) -> Path {
        Path(self.address.downgrade())
    }
}

impl fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").field("id", &self.id()).finish()
    }
}

/// An end that was asked for, by `stop()`, `drain()` or `kill()`: await it, or ignore it.
///
/// It is no future itself, so that whoever does not wait needs not say so. For a future there is
/// [`stopped`](Control::stopped).
pub struct Ending(Stopped);

impl IntoFuture for Ending {
    type Output = ();
    type IntoFuture = Stopped;

    fn into_future(self) -> Stopped {
        self.0
    }
}

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ending")
    }
}

/// A mailbox as it was at one moment; from [`control().mailbox()`](Control::mailbox).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MailboxStatus {
    /// Messages that wait, in all lanes.
    pub depth: usize,
    /// Messages that may wait in each lane; `None` where only memory bounds them.
    pub capacity: Option<u32>,
    /// The lane of most messages; on bare metal nothing is known of it, and nothing of what follows.
    pub user: LaneStatus,
    /// That of `#[handler(lane = urgent)]`.
    pub urgent: LaneStatus,
    /// Activations of the actor that ended although messages waited.
    pub yields: Yields,
    /// How often it was suspended.
    pub suspensions: u64,
    /// For how long in all, the time since the open suspension began included.
    pub suspended: Duration,
}

/// Where an actor stands below its root; from [`control().path()`](Control::path) and [`ctx.path()`](crate::context::Context::path).
/// It keeps no actor alive.
#[derive(Clone)]
pub struct Path(pub(crate) WeakAddress);

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_path(f)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A ref that keeps no actor alive; from `store.downgrade()`.
///
/// Equality and hash are by identity, as those of refs.
///
/// ```
/// # use actor::prelude::*;
/// use actor::Weak;
///
/// # #[actor]
/// # #[derive(Default)]
/// # struct Store {
/// #     rows: Vec<u64>,
/// # }
/// # #[handlers]
/// # impl Store {
/// #     fn row(&mut self, row: u64) {
/// #         self.rows.push(row);
/// #     }
/// #     fn rows(&self) -> usize {
/// #         self.rows.len()
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let system = ActorSystem::new("example");
/// let store = system.spawn(Store::default).await?;
/// let weak: Weak<StoreRef> = store.downgrade();
/// if let Some(store) = weak.upgrade() {
///     store.row(7).await?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct Weak<R> {
    address: WeakAddress,
    reference: PhantomData<fn() -> R>,
}

impl<R> Weak<R> {
    /// A weak ref to the actor behind `target`, whose ref is an `R`.
    #[doc(hidden)]
    pub fn of<A>(target: &Ref<A>) -> Self
    where
        R: ActorRef<Actor = A>,
    {
        Self { address: target.address.downgrade(), reference: PhantomData }
    }

    /// The ref, unless the actor has ended, or drains because its last ref is gone or somebody asked for it.
    ///
    /// One that is returned keeps the actor: it is not drained while the ref is there.
    pub fn upgrade(&self) -> Option<R>
    where
        R: ActorRef,
    {
        self.address.upgrade().map(|address| R::from_ref(Ref::from_address(address)))
    }
}

impl<R> Clone for Weak<R> {
    fn clone(&self) -> Self {
        Self { address: self.address.clone(), reference: PhantomData }
    }
}

impl<R> PartialEq for Weak<R> {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl<R> Eq for Weak<R> {}

impl<R> Hash for Weak<R> {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.address.hash(state);
    }
}

impl<R> fmt::Debug for Weak<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address.id() {
            Some(id) => write!(f, "weak {id:?}"),
            None => f.write_str("nobody"),
        }
    }
}

/// A declared child: a field of its parent that derefs to the child's ref.
///
/// A child that is not started answers `Stopped`; it never panics.
pub struct Child<C: Actor> {
    reference: C::Ref,
}

impl<C: Actor> Child<C> {
    /// Holds a started child.
    #[doc(hidden)]
    pub fn started(reference: C::Ref) -> Self {
        Self { reference }
    }
}

impl<C: Actor> Default for Child<C> {
    fn default() -> Self {
        Self { reference: C::Ref::from_ref(Ref::nobody()) }
    }
}

impl<C: Actor> core::ops::Deref for Child<C> {
    type Target = C::Ref;

    fn deref(&self) -> &C::Ref {
        &self.reference
    }
}

impl<C: Actor> fmt::Debug for Child<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reference.fmt(f)
    }
}

/// A pool of declared children that are alike: a field of their parent that derefs to the ref of one of them, another
/// each time, as its route says.
///
/// So `self.workers.work(item)` goes to whoever is next, while `let worker = &*self.workers` stays with one. Each member
/// is a child of its own: it fails and is restarted alone, and is passed over when it has ended. A clone is the same
/// pool. One that is not started answers `Stopped`; it never panics.
pub struct Pool<C: Actor> {
    pub(crate) crew: Crew<C::Ref>,
    nobody: C::Ref,
}

impl<C: Actor> Pool<C> {
    /// The members, in order of their start.
    pub fn members(&self) -> &[C::Ref] {
        self.crew.members()
    }

    /// The member that gets all calls for `key`, whatever the route: `self.workers.by(&user).work(item)`.
    pub fn by(&self, key: &impl Hash) -> &C::Ref {
        let members = self.members();
        members.get(policy::by(key, members.len())).unwrap_or(&self.nobody)
    }
}

impl<C: Actor> Default for Pool<C> {
    fn default() -> Self {
        Self { crew: Crew::NOBODY, nobody: C::Ref::from_ref(Ref::nobody()) }
    }
}

impl<C: Actor> Clone for Pool<C> {
    fn clone(&self) -> Self {
        Self { crew: self.crew.clone(), nobody: self.nobody.clone() }
    }
}

impl<C: Actor> core::ops::Deref for Pool<C> {
    type Target = C::Ref;

    fn deref(&self) -> &C::Ref {
        let (route, first) = self.crew.turn();
        let members = self.members();
        let address = |member: usize| members.get(member).map_or(&Address::Nobody, |member| member.as_ref().address());
        let next = route.next(members.len(), first, |it| address(it).is_alive(), |it| address(it).load());
        members.get(next).unwrap_or(&self.nobody)
    }
}

impl<C: Actor> fmt::Debug for Pool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.members()).finish()
    }
}
