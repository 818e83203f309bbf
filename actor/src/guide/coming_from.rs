//! The words of other actor systems, and ours.
//!
//! | they say | we say |
//! |---|---|
//! | props, child spec, `Init` arguments | the factory: `system.spawn(move \|\| Store::new(db.clone()))` |
//! | PID, `ActorRef`, `Addr` | the ref, `StoreRef`: typed, with a method for each handler |
//! | message type, `Handler<M>`, `receive` | a method in the `#[handlers]` block |
//! | send, cast, tell, `do_send`, notify | a tell: `store.put(row).await`, or `.tell()` |
//! | request, call, ask, `send(..).await` | an ask: `store.get(key).await` |
//! | sender, `From`, reply port | the [`Reply`](crate::Reply) parameter |
//! | system | [`ActorSystem`](crate::ActorSystem) |
//! | child, spawned by an actor | a `#[child(..)]` field, or [`ctx.spawn(..)`](crate::Context::spawn) |
//! | stop, poison, drain, kill | [`control()`](crate::Control)`.stop()`, `.drain()`, `.kill()` |
//! | monitor, death watch, terminated | [`ctx.watch(&other)`](crate::Context::watch) and `#[terminated]` |
//! | receive timeout | `#[idle(30s)]`; what does not count is `#[handler(passive)]` |
//! | recipient, output port, adapter ref | [`Recipient<T>`](crate::Recipient), a ref narrowed to one message |
//! | event bus, pub/sub, process group | [`Topic<T>`](crate::Topic) |
//! | router, pool, worker factory | a [`Pool`](crate::Pool) of declared children |
//! | registered name | `system.spawn(..).named("db")`, `system.find::<DbRef>("db")` |
//! | weak ref | `store.downgrade()`, a [`Weak<StoreRef>`](crate::Weak) |
//!
//! # protoactor
//!
//! | protoactor | here |
//! |---|---|
//! | `Props.WithProducer` | the factory passed to `spawn` |
//! | `context.Send`, `context.Request` | a tell, an ask |
//! | `context.Forward` | [`.reply_to(reply)`](crate::Call::reply_to) |
//! | `RequestFuture` with a timeout | an awaited ask; 5 s unless told otherwise |
//! | `PipeTo` | [`ctx.pipe(future, StoreRef::loaded)`](crate::Context::pipe) |
//! | `ReenterAfter` | [`.then`](crate::Call::then) for an ask, `ctx.pipe` for any future |
//! | `Started`, `Stopping` | `#[started]`, `#[stopping]` |
//! | `Restarting` | `#[restarting]` after an error, `Drop` of the state after a panic; then the factory and `#[started]` |
//! | `context.Spawn`, `Children`, `Parent` | `ctx.spawn`, `ctx.children()`, `ctx.parent()` |
//! | `context.Watch`, `Terminated` | `ctx.watch(&other)`, `#[terminated]` |
//! | `SetReceiveTimeout`, `CancelReceiveTimeout`, `NotInfluenceReceiveTimeout` | `#[idle(30s)]` and `ctx.set_idle(d)`, `ctx.clear_idle()`, `#[handler(passive)]` |
//! | `SpawnNamed` | `.named("db")`: found by name, not by path |
//! | `WithDispatcher`, throughput 300 | `#[actor(dispatcher = pinned)]`, [`Dispatcher`](crate::Dispatcher); `#[actor(throughput = 64)]`, the default |
//! | one-for-one strategy, decider | `#[supervise(..)]` with `limit`, `backoff`, `exhausted`; `on(DbError { Timeout => restart, .. }, panic => stop)`, or `decide = path` |
//! | bounded, dropping and unbounded mailboxes | `#[actor(mailbox(capacity = 64, overflow = drop_oldest))]`; see [`mailboxes`](super::mailboxes) |
//! | stash | `#[handler(stash_unless = self.ready)]` |
//! | round-robin and consistent-hash routers | `#[child(Worker::new, pool = 4)]`, `workers.by(&key)` |
//! | event stream | a `Topic<T>` for what actors say |
//! | dead letters on it | [`SystemEvent::DeadLetter`](crate::SystemEvent::DeadLetter), to the event handler; `#[dead_letter]`, to the actor |
//!
//! No counterpart: remote, cluster and grains; middleware; behaviours; persistence.
//!
//! # Akka and Pekko
//!
//! | Akka | here |
//! |---|---|
//! | `Behaviors.receive`, a sealed trait of commands | the `#[handlers]` block; the message enum is generated |
//! | `replyTo: ActorRef[T]` | the return type, or `reply: Reply<T>` |
//! | `ask` in a behavior, with its adapter message | [`.then(ctx, MeRef::answered)`](crate::Call::then) |
//! | `pipeToSelf` | [`ctx.pipe(future, MeRef::got)`](crate::Context::pipe) |
//! | `messageAdapter` | `me.recipient(MeRef::priced)`, a `Recipient<Price>` |
//! | `PostStop`; `PreRestart` | `#[stopping]`; `#[restarting]` after an error, `Drop` of the state always |
//! | `context.spawn`; `watch`, `Terminated`, `watchWith` | `ctx.spawn`; `ctx.watch`, `#[terminated]` |
//! | `setReceiveTimeout` | `#[idle(30s)]` |
//! | `StashBuffer`, `unstashAll` | `#[handler(stash_unless = self.ready)]`, `ctx.unstash_all()` |
//! | `startSingleTimer`, `startTimerAtFixedRate` | `ctx.after(d, \|me\| me.collect())`; `#[every(1s)]`, `ctx.every(..)`, which skip missed ticks |
//! | supervise, `SupervisorStrategy.restartWithBackoff` | `#[supervise(limit = .., backoff = ..)]`, above the parent |
//! | bounded mailbox, dead letters when full | a bounded mailbox is the default, and a full one makes senders wait |
//! | `Routers.pool`; `Topic`; receptionist | `Pool`; `Topic<T>`; names, one actor each |
//! | `DispatcherSelector`, pinned dispatcher | `#[actor(dispatcher = pinned)]`, `.on(..)` at the spawn |
//! | `ActorSource`, `ActorSink` | [`ctx.attach(stream, MeRef::row)`](crate::Context::attach) takes a stream in |
//! | `CoordinatedShutdown` | drain in the order you want, then [`shutdown()`](super::shutdown) |
//! | `ManualTime`, `BehaviorTestKit` | the [stepper](super::testing) |
//!
//! No counterpart: cluster, persistence, streams, selection by path.
//!
//! # Erlang/OTP and Elixir
//!
//! | OTP | here |
//! |---|---|
//! | `gen_server`, `handle_call`, `handle_cast` | an actor, its asks, its tells |
//! | `{reply, ..}`, `{noreply, ..}` with `gen_server:reply` | a return value, a kept `Reply` |
//! | `init`, `terminate` | the factory and `#[started]`, `#[stopping]` |
//! | `handle_continue` | `ctx.after(Duration::ZERO, \|me\| me.go_on())` |
//! | a timeout in a return value | `#[idle(30s)]` |
//! | supervisor with `one_for_one`, intensity and period | a parent with `#[child(..)]` fields and `#[supervise(limit = 10 per 60s)]` |
//! | `one_for_all`, `rest_for_one` | `#[supervise(strategy = one_for_all)]`, `rest_for_one`; what ended by itself is not started along |
//! | `permanent`, `transient`, `temporary` | `restart = permanent` in `#[child(..)]`, `.restart(Restart::Permanent)` at a spawn; transient is the default |
//! | `DynamicSupervisor` | `ctx.spawn(..)`, each child with a limit of its own |
//! | a supervisor that gives up | `exhausted = escalate`: its own failure |
//! | the application ends when its top supervisor does | a top-level actor ends; the others live on |
//! | `monitor`, `DOWN` | `ctx.watch(&other)`, `#[terminated]`; at once if it had ended before |
//! | selective receive | `#[handler(stash_unless = self.ready)]`, `#[handler(lane = urgent)]` |
//! | `send_after`, `send_interval` | `ctx.after`, `ctx.every`, `#[every(..)]` |
//! | registered name | `.named("db")`, `system.find::<DbRef>("db")` |
//! | `pg`, `Registry` with duplicate keys | `Topic<T>` |
//! | poolboy | `#[child(Worker::new, pool = 4)]` |
//!
//! Different: supervisors need no process of their own, any actor has children. A restarted actor keeps its **mailbox** and its
//! address. A mailbox is bounded unless it says otherwise. Processes are not preempted: see [`blocking`](super::blocking). No counterpart:
//! links, distribution, code change.
//!
//! # actix
//!
//! | actix | here |
//! |---|---|
//! | `impl Handler<Add> for Counter`, `#[derive(Message)]`, `#[rtype]` | `fn add(&mut self, by: u64)` |
//! | `addr.do_send(Add(2))`, which ignores the bound | `counter.add(2).tell()`, which hands the call back |
//! | `addr.send(Add(2)).await` | `counter.add(2).await` |
//! | `ResponseFuture`, `ctx.wait`, `AtomicResponse` | `async fn` |
//! | `ctx.spawn(fut.into_actor(self))` | `ctx.pipe(future, MeRef::got)` |
//! | `ctx.run_interval`, `ctx.run_later` | `#[every(..)]` or `ctx.every`, `ctx.after` |
//! | `StreamHandler`, `ctx.add_stream` | a handler, and `ctx.attach(stream, MeRef::item)` |
//! | `Recipient<M>`, `WeakAddr` | `Recipient<T>`, `Weak<CounterRef>` |
//! | `SupervisorStrategy`, whose actors restart when they stop | every actor restarts after a failure, a panic too |
//! | `SyncArbiter` | a pool of actors with `dispatcher = pinned`, or `spawn_blocking` |
//! | `Arbiter` | `dispatcher = single_worker`, or a [`SingleWorker`](crate::SingleWorker) |
//! | `System` | any tokio runtime |
//!
//! Different: state must be `Send`, as an actor may run on any thread, unless it says `#[actor(local)]`. No counterpart: a
//! registry that starts a service when it is first asked for; names are given at the spawn.
//!
//! # kameo
//!
//! | kameo | here |
//! |---|---|
//! | `#[derive(Actor)]`, `#[messages]`, `#[message]` | `#[actor]`, `#[handlers]` |
//! | `actor_ref.tell(Add { by: 2 }).await` | `counter.add(2).await` |
//! | `actor_ref.ask(Get).await` | `counter.total().await` |
//! | `DelegatedReply` | the `Reply` parameter |
//! | `on_start`, `on_stop` | `#[started]`, `#[stopping]` |
//! | `attach_stream` | `ctx.attach` |
//! | `register`, `lookup` | `.named("counter")`, `system.find` |
//! | `link`, `on_link_died` | `ctx.watch`, `#[terminated]`; nobody ends with another unless its handler says `ctx.stop()` |
//! | an `Err` of a tell ends the actor | it restarts the actor |
//! | supervision without backoff | limit and backoff by default |
//! | actor pool, pub/sub, message queue | `Pool`, `Topic<T>` |
//!
//! No counterpart: remote actors, links.
//!
//! # ractor
//!
//! | ractor | here |
//! |---|---|
//! | `Actor` with `Msg`, `State`, `Arguments` | one struct: state is `self`, arguments are what the factory captures |
//! | `cast!(counter, Msg::Add(2))` | `counter.add(2).tell()` |
//! | `call!(counter, Msg::Get)`, `RpcReplyPort` | `counter.total().await`, the `Reply` parameter |
//! | `forward!` | `.then`, `.reply_to(reply)` |
//! | `pre_start`, `post_stop` | `#[started]`, `#[stopping]` |
//! | `spawn_linked` | `ctx.spawn`, or a `#[child(..)]` field |
//! | `handle_supervisor_evt`, whose default is to end with the child | `#[supervise(..)]`, whose default is to restart it; `#[terminated]` for those who watch |
//! | an unbounded mailbox | 256 messages, then senders wait; or `mailbox = unbounded` |
//! | `drain`, `stop`, `kill` | `control().drain()`, `.stop()`, `.kill()` |
//! | `send_after`, `send_interval` | `ctx.after`, `ctx.every` |
//! | names, `registry::where_is` | `.named(..)`, `system.find` |
//! | `OutputPort`, process groups | `Topic<T>` |
//! | factories | `Pool` |
//!
//! No counterpart: job queues and discarding of factories, cluster.
//!
//! # What has no counterpart, and why
//!
//! | | why, and what to do |
//! |---|---|
//! | a message of any type | what no handler takes does not compile; that is what typed refs are for |
//! | behaviours, `become` | an enum in the struct and a `match` say the same, and the compiler sees all cases |
//! | links | watch, and say `ctx.stop()` in `#[terminated]`; that it ends another is then written where it happens |
//! | middleware, interceptors, context decorators | a function that takes the call, a trait for `Context<A>`, a closure around the factory: they see types, and the path of a message has nothing to look up. Deadlines and figures are part of that path |
//! | remote, cluster, persistence | a message is a value moved in memory, not bytes |
