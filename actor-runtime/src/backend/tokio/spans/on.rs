//! The spans themselves.

use core::mem::{forget, replace};
use std::boxed::Box;

use ::tracing::field::Empty;
use ::tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use ::tracing::{Level, Span, span};

use super::super::guard::{contain, guard};
use super::super::header::Header;
use super::Cause;

/// A span, or none where nobody wants to know: one word, so that a message that has none is no larger for it.
pub(in super::super) struct Trace(Option<Box<Kept>>);

impl Trace {
    pub(in super::super) const NONE: Self = Self(None);

    /// Whether there can be any, compiled as it is.
    pub(in super::super) const IS_POSSIBLE: bool = true;

    /// Whether there may be anybody who wants to know: all that a message costs where there is not.
    #[inline(always)]
    pub(in super::super) fn is_wanted() -> bool {
        Level::INFO <= STATIC_MAX_LEVEL && Level::INFO <= LevelFilter::current()
    }

    /// The span that `make` makes, unless nobody wants it after all.
    fn made(make: impl FnOnce() -> Span) -> Self {
        Self(Kept::of(make).map(Box::new))
    }

    #[cold]
    #[inline(never)]
    pub(in super::super) fn of_message(cause: Cause<'_>, to: &Header, message: &'static str) -> Self {
        let actor = (to.table.label)();
        /// A root where a parent is given, which is `None`; else a child of whatever is entered.
        macro_rules! message {
            ($($parent:tt)*) => {
                span!(
                    target: "actor::message",
                    $($parent)*
                    Level::INFO,
                    "message",
                    otel.name = %format_args!("{actor}.{message}"),
                    actor,
                    path = %to.path(),
                    id = %to.id,
                    message,
                    incarnation = Empty,
                )
            };
        }
        let trace = Self::made(|| match cause {
            Cause::Asked => message!(),
            Cause::Told | Cause::Errand(_) | Cause::Answered(_) | Cause::Own => message!(parent: None,),
        });
        if let Cause::Errand(errand) | Cause::Answered(errand) = cause {
            trace.follows(errand);
        }
        if let Cause::Told | Cause::Answered(_) = cause {
            trace.follows_from_here();
        }
        trace
    }

    /// The span of a life that begins now, for which whatever runs here is the reason.
    pub(in super::super) fn of_life(header: &Header, before: &Self) -> Self {
        if !Self::is_wanted() {
            return Self::NONE;
        }
        let trace = Self::made(|| {
            span!(
                target: "actor::life",
                parent: None,
                Level::INFO,
                "life",
                otel.name = %format_args!("life of {}", (header.table.label)()),
                actor = (header.table.label)(),
                path = %header.path(),
                id = %header.id,
                incarnation = header.incarnation().get(),
            )
        });
        trace.follows(before);
        trace.follows_from_here();
        trace
    }

    /// The span of a timer, a pipe or a stream that whatever runs here begins.
    pub(in super::super) fn of_errand(header: &Header, kind: &'static str) -> Self {
        if !Self::is_wanted() {
            return Self::NONE;
        }
        let trace = Self::made(|| {
            span!(
                target: "actor::errand",
                parent: None,
                Level::INFO,
                "errand",
                otel.name = kind,
                kind,
                actor = (header.table.label)(),
                path = %header.path(),
                id = %header.id,
                incarnation = header.incarnation().get(),
            )
        });
        trace.follows_from_here();
        trace
    }

    /// That of whatever runs here, which is open at least as long as this.
    pub(in super::super) fn current() -> Self {
        if Self::is_wanted() { Self::made(Span::current) } else { Self::NONE }
    }

    #[inline(always)]
    pub(in super::super) const fn is_some(&self) -> bool {
        self.0.is_some()
    }

    #[inline(always)]
    pub(in super::super) fn take(&mut self) -> Self {
        Self(self.0.take())
    }

    /// The message of this span has its turn, in this life.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn begins_in(&self, life: &Self, incarnation: u32) {
        if let Some(Kept(span)) = self.0.as_deref() {
            contain(|| {
                span.record("incarnation", incarnation);
            });
        }
        self.follows(life);
    }

    fn follows(&self, cause: &Self) {
        if let (Some(Kept(span)), Some(Kept(cause))) = (self.0.as_deref(), cause.0.as_deref()) {
            contain(|| {
                span.follows_from(cause);
            });
        }
    }

    /// Whatever runs here has led to it.
    fn follows_from_here(&self) {
        let Some(Kept(span)) = self.0.as_deref() else { return };
        if let Some(Kept(cause)) = &Kept::of(Span::current) {
            contain(|| {
                span.follows_from(cause);
            });
        }
    }

    /// Its code runs on this thread from here on, until it is [suspended](Self::suspend).
    #[cold]
    #[inline(never)]
    pub(in super::super) fn resume(&self) {
        let Some(Kept(span)) = self.0.as_deref() else { return };
        contain(|| span.with_subscriber(|(id, subscriber)| subscriber.enter(id)).unwrap_or_default());
    }

    /// Its code runs no more on this thread.
    #[cold]
    #[inline(never)]
    pub(in super::super) fn suspend(&self) {
        let Some(Kept(span)) = self.0.as_deref() else { return };
        contain(|| span.with_subscriber(|(id, subscriber)| subscriber.exit(id)).unwrap_or_default());
    }

    /// There is none: nothing is to be dropped.
    #[inline(always)]
    pub(in super::super) fn forget(self) {
        debug_assert!(self.0.is_none(), "a span that is there is closed");
        forget(self);
    }

    /// It has ended, unless somebody else holds on to it.
    #[inline(always)]
    pub(in super::super) fn close(self) {}
}

/// A span whose end is the subscriber's code as well.
struct Kept(Span);

impl Kept {
    /// The span that `make` makes, unless nobody wants it after all.
    fn of(make: impl FnOnce() -> Span) -> Option<Self> {
        guard(make).ok().filter(|span| !span.is_disabled()).map(Self)
    }
}

impl Drop for Kept {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        let span = replace(&mut self.0, Span::none());
        contain(|| drop(span));
    }
}
