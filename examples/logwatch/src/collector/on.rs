//! It is there.

use std::time::Duration;

use actor::metrics::Metrics;
use actor_exporters::{Endpoint, push};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::complain;

/// How often it gets the figures.
const EVERY: Duration = Duration::from_secs(10);

/// How long a collector that says nothing may hold up the end.
const GRACE: Duration = Duration::from_secs(2);

pub(crate) struct Collector(Endpoint);

/// Figures on their way to it.
pub(crate) struct Pushing {
    task: JoinHandle<()>,
    end: oneshot::Sender<()>,
}

impl Collector {
    /// The one at `url`.
    ///
    /// # Errors
    /// Says what a URL looks like.
    pub(crate) fn at(url: &str) -> Result<Self, String> {
        let named = url.parse().ok().filter(|endpoint: &Endpoint| endpoint.uri().scheme_str() == Some("http"));
        named.map(Self).ok_or_else(|| "`--otlp` takes a URL, such as http://127.0.0.1:4317, and speaks no https".into())
    }

    /// It gets these figures from now on.
    pub(crate) fn push(self, metrics: Metrics) -> Pushing {
        let (end, ended) = oneshot::channel();
        let ended = async move { drop(ended.await) };
        let mut said = String::new();
        // One that is away is so for a while: that is said once.
        let complain = move |error: actor_exporters::PushError| {
            let why = error.to_string();
            if said != why {
                complain(&format!("figures: {why}"), 0);
                said = why;
            }
        };
        Pushing { task: tokio::spawn(push(self.0, EVERY, metrics, ended, complain)), end }
    }
}

impl Pushing {
    /// It gets the last ones.
    pub(crate) async fn end(self) {
        drop(self.end);
        if timeout(GRACE, self.task).await.is_err() {
            complain("figures: the collector did not take the last ones in time", 0);
        }
    }
}
