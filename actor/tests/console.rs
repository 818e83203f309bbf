//! What tokio-console is told of actors; runs with the feature `console`. Names of tasks are told where this is compiled
//! with `--cfg tokio_unstable`.
#![cfg(feature = "console")]
#![allow(missing_docs)]

mod common;

use actor::prelude::*;
use common::spans::recorder;
use common::{everywhere, until};

#[actor]
struct Worker;

#[handlers]
impl Worker {
    fn place(&self, reply: Reply<Option<u64>>) {
        reply.send(recorder().entered_here().find(|id| recorder().span(*id).target() == "actor::activation"));
    }
    fn fail(&mut self) {
        panic!("as told");
    }
}

#[test]
fn each_activation_is_a_span_that_names_the_actor() {
    let log = recorder();
    everywhere(move |system| async move {
        let worker = system.spawn(|| Worker).named("worker").await.unwrap();
        let here = worker.place().await.unwrap().expect("an activation");
        assert_eq!(log.span(here).field("path"), "worker");
        worker.fail().done().await.unwrap_err();
        assert!(worker.place().await.unwrap().is_some());
        until(|| log.span(here).closed).await;
    });
}

#[cfg(tokio_unstable)]
#[test]
fn tasks_that_run_actors_have_names() {
    let log = recorder();
    common::runtime(Some(2)).block_on(async {
        let system = ActorSystem::builder("named").start();
        drop(system.spawn(|| Worker).await.unwrap());
        let named = |name: &str| log.all(|span| span.field("task.name").trim_matches('"') == name).len();
        assert_eq!(["named worker 0", "named worker 1", "named timers"].map(named), [1, 1, 1]);
    });
    common::runtime(None).block_on(async {
        let system = ActorSystem::builder("alone").dispatcher(actor::DispatcherKind::CurrentThread).start();
        drop(system.spawn(|| Worker).await.unwrap());
        assert_eq!(log.all(|span| span.field("task.name") == "alone current thread").len(), 1);
    });
}
