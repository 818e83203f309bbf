//! What tokio-console is told: names of the tasks that run actors, and which actor a task runs at the moment. Without the
//! feature `console` nothing of this is left when compiled.
//!
//! A cell is no task, so the console cannot list it. Tokio takes names where it is compiled with `tokio_unstable`.

use core::fmt;
use core::future::Future;

use ::tokio::runtime::Handle;

#[cfg(not(feature = "console"))]
pub(super) use off::Activity;
#[cfg(feature = "console")]
pub(super) use on::Activity;

/// Spawns a task that runs actors, or what belongs to them.
#[cfg(all(feature = "console", tokio_unstable))]
pub(super) fn spawn<F>(runtime: &Handle, name: fmt::Arguments<'_>, task: F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let name = std::string::ToString::to_string(&name);
    // It never fails by itself; a runtime that goes drops the task as it drops one without a name.
    drop(::tokio::task::Builder::new().name(&name).spawn_on(task, runtime));
}

/// As above, where nobody asks for its name.
#[cfg(not(all(feature = "console", tokio_unstable)))]
pub(super) fn spawn<F>(runtime: &Handle, _name: fmt::Arguments<'_>, task: F)
where
    F: Future<Output = ()> + Send + 'static,
{
    drop(runtime.spawn(task));
}

#[cfg(not(feature = "console"))]
mod off {
    use super::super::header::Header;

    pub(in super::super) struct Activity;

    impl Activity {
        #[inline(always)]
        pub(in super::super) fn begin(_header: &Header) -> Self {
            Self
        }

        #[inline(always)]
        pub(in super::super) fn end(self) {}
    }
}

#[cfg(feature = "console")]
mod on {
    use std::boxed::Box;

    use ::tracing::span::EnteredSpan;
    use ::tracing::{Level, Span, level_filters::LevelFilter, trace_span};

    use super::super::guard::{contain, guard};
    use super::super::header::Header;

    /// One activation of an actor, in a span of its own until it ends. One word, for those that have none.
    pub(in super::super) struct Activity(Option<Box<EnteredSpan>>);

    impl Activity {
        #[inline]
        pub(in super::super) fn begin(header: &Header) -> Self {
            Self(if Level::TRACE <= LevelFilter::current() { entered(header) } else { None })
        }

        #[inline]
        pub(in super::super) fn end(mut self) {
            if let Some(span) = self.0.take() {
                left(span);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn entered(header: &Header) -> Option<Box<EnteredSpan>> {
        let path = header.path();
        let span = || trace_span!(target: "actor::activation", "activation", %path, id = %header.id);
        guard(|| span().entered()).ok().filter(|span| !Span::is_disabled(span)).map(Box::new)
    }

    #[cold]
    #[inline(never)]
    fn left(span: Box<EnteredSpan>) {
        contain(|| drop(span));
    }
}
