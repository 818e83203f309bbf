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
//! | stop, poison, drain | [`control()`](crate::Control)`.stop()`, `.drain()` |
//!
//! # protoactor
//!
//! | protoactor | here |
//! |---|---|
//! | `Props.WithProducer` | the factory passed to `spawn` |
//! | `context.Send`, `context.Request` | a tell, an ask |
//! | `RequestFuture` with a timeout | an awaited ask; 5 s unless told otherwise |
//! | `PipeTo`, `ReenterAfter` | [`.then`](crate::Call::then), or a task that [tells the actor](super::replies) |
//! | `Started`, `Stopping` | `#[started]`, `#[stopping]` |
//! | `Restarting` | `Drop` of the state; then the factory and `#[started]` |
//! | `context.Stop`, `Poison` | `control().stop()`, `control().drain()` |
//! | one-for-one strategy, decider | `#[supervise(..)]` with `limit`, `backoff`, `exhausted`; every failure restarts, there is no decider |
//! | bounded, dropping and unbounded mailboxes | `#[actor(mailbox(capacity = 64, overflow = drop_oldest))]`; see [`mailboxes`](super::mailboxes) |
//! | stash | `#[handler(stash_unless = self.ready)]` |
//! | dead letters on the event stream | [`SystemEvent::DeadLetter`](crate::SystemEvent::DeadLetter), to the event handler |
//! | throughput, 300 | 64 messages a turn |
//!
//! No counterpart: remote, cluster and grains; middleware; routers; behaviours; receive timeout; watch.
//!
//! # Akka and Pekko
//!
//! | Akka | here |
//! |---|---|
//! | `Behaviors.receive`, a sealed trait of commands | the `#[handlers]` block; the message enum is generated |
//! | `replyTo: ActorRef[T]` | the return type, or `reply: Reply<T>` |
//! | `ask` in a behavior, with its adapter message | [`.then(ctx, MeRef::answered)`](crate::Call::then) |
//! | `PostStop`; `PreRestart` | `#[stopping]`; `Drop` of the state |
//! | `StashBuffer`, `unstashAll` | `#[handler(stash_unless = self.ready)]`, `ctx.unstash_all()` |
//! | `TimerScheduler` with a fixed period | `#[every(1s)]` |
//! | supervise, `SupervisorStrategy.restartWithBackoff` | `#[supervise(limit = .., backoff = ..)]`, above the parent |
//! | bounded mailbox, dead letters when full | a bounded mailbox is the default, and a full one makes senders wait |
//! | `CoordinatedShutdown` | drain in the order you want, then [`shutdown()`](super::shutdown) |
//! | `ManualTime`, `BehaviorTestKit` | the [stepper](super::testing) |
//!
//! No counterpart: cluster, persistence, streams, receptionist, death watch.
//!
//! # Erlang/OTP and Elixir
//!
//! | OTP | here |
//! |---|---|
//! | `gen_server`, `handle_call`, `handle_cast` | an actor, its asks, its tells |
//! | `{reply, ..}`, `{noreply, ..}` with `gen_server:reply` | a return value, a kept `Reply` |
//! | `init`, `terminate` | the factory and `#[started]`, `#[stopping]` |
//! | supervisor with `one_for_one`, intensity and period | a parent with `#[child(..)]` fields and `#[supervise(limit = 10 per 60s)]` |
//! | a supervisor that gives up | `exhausted = escalate`: its own failure |
//! | the application ends when its top supervisor does | a top-level actor ends; the others live on |
//! | selective receive | `#[handler(stash_unless = self.ready)]`, `#[handler(lane = urgent)]` |
//! | `send_after`, `send_interval` | `#[every(..)]` for the latter; for the former a task that sleeps and tells |
//! | registered name | pass the ref |
//!
//! Different: supervisors need no process of their own, any actor has children. A restarted actor keeps its **mailbox** and its
//! address. A mailbox is bounded unless it says otherwise. Processes are not preempted: see [`blocking`](super::blocking). No counterpart:
//! `one_for_all`, `rest_for_one`, links, monitors, distribution, code change.
//!
//! # actix
//!
//! | actix | here |
//! |---|---|
//! | `impl Handler<Add> for Counter`, `#[derive(Message)]`, `#[rtype]` | `fn add(&mut self, by: u64)` |
//! | `addr.do_send(Add(2))`, which ignores the bound | `counter.add(2).tell()`, which hands the call back |
//! | `addr.send(Add(2)).await` | `counter.add(2).await` |
//! | `ResponseFuture`, `ctx.wait`, `AtomicResponse` | `async fn` |
//! | `ctx.run_interval` | `#[every(..)]` |
//! | `Supervised`, whose actors restart when they stop | every actor restarts after a failure, a panic too |
//! | `SyncArbiter` | `spawn_blocking` |
//! | `Arbiter`, `System` | any tokio runtime |
//!
//! Different: state must be `Send`, as an actor may run on any thread. No counterpart: `Recipient`, `StreamHandler`, the
//! registry of services.
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
//! | an `Err` of a tell ends the actor | it restarts the actor |
//! | supervision without backoff | limit and backoff by default |
//!
//! No counterpart: remote actors, links, pools, pub/sub.
//!
//! # ractor
//!
//! | ractor | here |
//! |---|---|
//! | `Actor` with `Msg`, `State`, `Arguments` | one struct: state is `self`, arguments are what the factory captures |
//! | `cast!(counter, Msg::Add(2))` | `counter.add(2).tell()` |
//! | `call!(counter, Msg::Get)`, `RpcReplyPort` | `counter.total().await`, the `Reply` parameter |
//! | `pre_start`, `post_stop` | `#[started]`, `#[stopping]` |
//! | `handle_supervisor_evt`, whose default is to end with the child | `#[supervise(..)]`, whose default is to restart it |
//! | an unbounded mailbox | 256 messages, then senders wait; or `mailbox = unbounded` |
//! | `drain`, `stop` | `control().drain()`, `control().stop()` |
//!
//! No counterpart: factories, process groups, names, output ports, cluster.
//!
//! # What has no counterpart, and why
//!
//! | | why, and what to do |
//! |---|---|
//! | a message of any type | what no handler takes does not compile; that is what typed refs are for |
//! | behaviours, `become` | an enum in the struct and a `match` say the same, and the compiler sees all cases |
//! | receive timeout | not yet; `#[every(..)]`, and a field that says when the last message came |
//! | death watch, links | not yet; a task that awaits [`stopped()`](crate::Control::stopped) and tells |
//! | `one_for_all`, `rest_for_one` | not yet; `exhausted = escalate` with a small limit restarts a parent with all its children |
//! | names, recipients, weak refs, children at run time | not yet; pass refs, and spawn with the system |
//! | remote, cluster, persistence | a message is a value moved in memory, not bytes |
