//! A subscriber that keeps what it hears of spans, to be read back.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_core::span::Current;

/// What is known of a span.
#[derive(Clone, Debug)]
pub struct Seen {
    pub metadata: &'static Metadata<'static>,
    pub fields: BTreeMap<&'static str, String>,
    pub parent: Option<u64>,
    pub follows: Vec<u64>,
    /// How often it was entered, and on how many threads it is at the moment.
    pub entered: u32,
    pub inside: i32,
    pub closed: bool,
    handles: u32,
}

impl Seen {
    pub fn target(&self) -> &'static str {
        self.metadata.target()
    }

    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |value| value)
    }
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

/// Called with what happens to a span of the runtime, outside of the recorder's lock.
pub type Hook = Arc<dyn Fn(&'static str, &Seen) + Send + Sync>;

#[derive(Default)]
pub struct Recorder {
    spans: Mutex<BTreeMap<u64, Seen>>,
    /// What was logged, by its target, and in which span.
    events: Mutex<Vec<(&'static str, Option<u64>)>>,
    hook: Mutex<Option<Hook>>,
}

thread_local! {
    static STACK: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    static HOOKED: Cell<bool> = const { Cell::new(false) };
}

/// A hook runs on this thread, until dropped.
struct Hooked;

impl Hooked {
    fn enter() -> Self {
        HOOKED.set(true);
        Self
    }
}

impl Drop for Hooked {
    fn drop(&mut self) {
        HOOKED.set(false);
    }
}

static RECORDER: LazyLock<Arc<Recorder>> = LazyLock::new(Arc::default);

/// The one subscriber of this program.
pub fn recorder() -> &'static Recorder {
    static SET: OnceLock<()> = OnceLock::new();
    SET.get_or_init(|| tracing::subscriber::set_global_default(Handle).expect("the first one"));
    &RECORDER
}

impl Recorder {
    /// Has `hook` called from here on.
    pub fn set_hook(&self, hook: Option<Hook>) {
        *self.hook.lock().unwrap() = hook;
    }

    /// All spans of which this holds.
    pub fn all(&self, holds: impl Fn(&Seen) -> bool) -> Vec<(u64, Seen)> {
        let spans = self.spans.lock().unwrap();
        spans.iter().filter(|(_, span)| holds(span)).map(|(id, span)| (*id, span.clone())).collect()
    }

    /// The spans of messages to `handler` of the actor at `path`, the earliest first.
    pub fn messages(&self, path: &str, handler: &str) -> Vec<(u64, Seen)> {
        let is_it = |span: &Seen| (span.field("path"), span.field("message")) == (path, handler);
        self.all(|span| span.target() == "actor::message" && is_it(span))
    }

    /// The only one of these.
    #[track_caller]
    pub fn message(&self, path: &str, handler: &str) -> (u64, Seen) {
        let mut all = self.messages(path, handler);
        assert_eq!(all.len(), 1, "{path} {handler}: {all:#?}");
        all.remove(0)
    }

    /// The spans of the lives of the actor at `path`.
    pub fn lives(&self, path: &str) -> Vec<(u64, Seen)> {
        self.all(|span| span.target() == "actor::life" && span.field("path") == path)
    }

    /// The spans of what the actor at `path` had going of this kind.
    pub fn errands(&self, path: &str, kind: &str) -> Vec<(u64, Seen)> {
        let is_it = |span: &Seen| (span.field("path"), span.field("kind")) == (path, kind);
        self.all(|span| span.target() == "actor::errand" && is_it(span))
    }

    /// How much was logged under this target in this span.
    pub fn logged_in(&self, target: &str, span: u64) -> usize {
        self.events.lock().unwrap().iter().filter(|event| **event == (target, Some(span))).count()
    }

    /// Those that are entered on this thread.
    pub fn entered_here(&self) -> impl Iterator<Item = u64> {
        STACK.with_borrow(Vec::clone).into_iter()
    }

    pub fn span(&self, id: u64) -> Seen {
        self.spans.lock().unwrap()[&id].clone()
    }

    fn change(&self, what: &'static str, id: &Id, change: impl FnOnce(&mut Seen)) {
        let mut spans = self.spans.lock().unwrap();
        let span = spans.get_mut(&id.into_u64()).expect("a span that was made here");
        change(span);
        let span = span.clone();
        drop(spans);
        self.tell(what, &span);
    }

    fn tell(&self, what: &'static str, span: &Seen) {
        let hook = self.hook.lock().unwrap().clone();
        // What a hook does is heard of as well, but not by a hook.
        if let Some(hook) = hook.filter(|_| !HOOKED.get()) {
            let _hooked = Hooked::enter();
            hook(what, span);
        }
    }
}

struct Handle;

impl Subscriber for Handle {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let contextual = || STACK.with_borrow(|stack| stack.last().copied());
        let parent = attributes.parent().map(Id::into_u64);
        let mut span = Seen {
            metadata: attributes.metadata(),
            fields: BTreeMap::new(),
            parent: if attributes.is_contextual() { contextual() } else { parent },
            follows: Vec::new(),
            entered: 0,
            inside: 0,
            closed: false,
            handles: 1,
        };
        attributes.record(&mut span);
        let mut spans = RECORDER.spans.lock().unwrap();
        let id = spans.len() as u64 + 1;
        spans.insert(id, span.clone());
        drop(spans);
        RECORDER.tell("new", &span);
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        RECORDER.change("record", id, |span| values.record(span));
    }

    fn record_follows_from(&self, id: &Id, follows: &Id) {
        RECORDER.change("follows", id, |span| span.follows.push(follows.into_u64()));
    }

    fn event(&self, event: &Event<'_>) {
        let here = STACK.with_borrow(|stack| stack.last().copied());
        RECORDER.events.lock().unwrap().push((event.metadata().target(), here));
    }

    fn enter(&self, id: &Id) {
        STACK.with_borrow_mut(|stack| stack.push(id.into_u64()));
        RECORDER.change("enter", id, |span| {
            assert!(!span.closed, "entered after its end: {span:?}");
            span.entered += 1;
            span.inside += 1;
        });
    }

    fn exit(&self, id: &Id) {
        let left = STACK.with_borrow_mut(|stack| stack.pop());
        assert_eq!(left, Some(id.into_u64()), "what is entered last is left first");
        RECORDER.change("exit", id, |span| span.inside -= 1);
    }

    fn clone_span(&self, id: &Id) -> Id {
        RECORDER.spans.lock().unwrap().get_mut(&id.into_u64()).expect("a span").handles += 1;
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut closes = false;
        RECORDER.change("close", &id, |span| {
            span.handles -= 1;
            closes = span.handles == 0;
            span.closed = closes;
        });
        closes
    }

    fn current_span(&self) -> Current {
        let Some(id) = STACK.with_borrow(|stack| stack.last().copied()) else { return Current::none() };
        let metadata = RECORDER.spans.lock().unwrap()[&id].metadata;
        Current::new(Id::from_u64(id), metadata)
    }
}
