//! The frontier: knows which directories are still to be visited, and gives them out, first come, first served. So a
//! tree is walked level by level, as long as there is room for a level. It never waits for anybody.

use std::collections::VecDeque;

use actor::prelude::*;

use crate::directory::Directory;
use crate::findings::FindingsRef;
use crate::worker::Worker;

/// How many directories a worker is given: one it reads, and one that waits, so that it has no gap between the two.
const EACH: usize = 2;

/// Gives work out. A walk takes as long as it takes, and a worker whose directories were not taken would lose them: so
/// there is no deadline.
#[actor(ask_timeout = off)]
pub(crate) struct Frontier {
    #[child(|frontier: &Frontier| Worker::new(frontier.findings.clone(), frontier.follow), pool = 4, route = least_loaded)]
    workers: Pool<Worker>,
    findings: FindingsRef,
    follow: bool,
    waiting: VecDeque<Directory>,
    /// The most directories that wait.
    most: usize,
    /// Directories that workers have.
    given_out: usize,
    /// Who wants to know when all is visited.
    walker: Option<Reply<()>>,
}

#[handlers]
impl Frontier {
    /// Walks the tree from `root`. Answers when all of it has been visited.
    pub(crate) fn walk(&mut self, root: Directory, reply: Reply<()>, ctx: &mut Context<Self>) {
        self.waiting.push_back(root);
        self.walker = Some(reply);
        self.give_out(ctx);
    }

    /// Takes directories that were found. Hands back those for which there is no room.
    pub(crate) fn discovered(&mut self, mut found: Vec<Directory>, ctx: &mut Context<Self>) -> Vec<Directory> {
        let room = self.most.saturating_sub(self.waiting.len());
        let too_many = found.split_off(found.len().min(room));
        self.waiting.extend(found);
        self.give_out(ctx);
        too_many
    }

    /// A worker is done with a directory, or has failed: either way it can do something else.
    fn visited(&mut self, _entries: Result<u64, AskError>, ctx: &mut Context<Self>) {
        self.given_out -= 1;
        self.give_out(ctx);
        if self.given_out == 0
            && let Some(walker) = self.walker.take()
        {
            walker.send(());
        }
    }
}

impl Frontier {
    pub(crate) fn new(findings: FindingsRef, follow: bool, most: usize) -> Self {
        Self { workers: Pool::default(), findings, follow, waiting: VecDeque::new(), most, given_out: 0, walker: None }
    }

    /// Gives directories out until none waits, or the workers have enough.
    fn give_out(&mut self, ctx: &mut Context<Self>) {
        while self.given_out < self.workers.members().len() * EACH
            && let Some(directory) = self.waiting.pop_front()
        {
            // Each call goes to whoever has the least to do.
            let visit = self.workers.visit(directory, ctx.this());
            // They have room, so they failed too often and have ended. The walk cannot be finished, and whoever waits
            // for it hears so.
            if let Err(rejected) = visit.then(ctx, FrontierRef::visited) {
                ctx.fail(rejected);
                return;
            }
            self.given_out += 1;
        }
    }
}
