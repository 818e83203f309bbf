//! A worker: visits directories. Reading one blocks, so that is done on the threads that tokio has for it, and never on
//! those that run actors; the worker only waits for it.

use std::panic::resume_unwind;

use actor::prelude::*;
use tokio::task::spawn_blocking;

use crate::directory::{Directory, Reading};
use crate::findings::FindingsRef;
use crate::frontier::FrontierRef;

/// One of several. Nobody knows how long a visit takes, so nobody who asks for one is told to give up.
#[actor(ask_timeout = off)]
pub(crate) struct Worker {
    findings: FindingsRef,
    follow: bool,
}

#[handlers]
impl Worker {
    /// Reads a directory piece by piece. What is in it goes to the findings, and the directories among that to the
    /// frontier. Those for which the frontier has no room are visited here, before the next piece is read. Returns how
    /// many entries there were.
    pub(crate) async fn visit(&mut self, directory: Directory, frontier: FrontierRef) -> u64 {
        let (mut unread, mut entries) = (vec![Reading::Begin(directory)], 0);
        while let Some(reading) = unread.pop() {
            let follow = self.follow;
            let read = spawn_blocking(move || {
                let mut found = Vec::new();
                (reading.next(follow, &mut found), found)
            });
            // A panic there is one here: it is counted, and the frontier hears of it.
            let ((piece, rest), found) = read.await.unwrap_or_else(|error| resume_unwind(error.into_panic()));
            unread.extend(rest);
            entries += piece.entries();
            let handed_back = frontier.discovered(found).await;
            // Awaited: who finds faster than is booked waits here, and nothing piles up.
            let booked = self.findings.add(piece).await;
            let (Ok(handed_back), Ok(())) = (handed_back, booked) else {
                // No more is wanted.
                break;
            };
            unread.extend(handed_back.into_iter().map(Reading::Begin));
        }
        entries
    }
}

impl Worker {
    pub(crate) fn new(findings: FindingsRef, follow: bool) -> Self {
        Self { findings, follow }
    }
}
