//! The frontier: knows which directories are still to be visited, and gives them out, first come, first served. So a
//! tree is walked level by level, as long as there is room for a level. It never waits for anybody.

use std::collections::VecDeque;

use actor::prelude::*;

use crate::directory::Directory;
use crate::worker::WorkerRef;

/// Gives work out. A walk takes as long as it takes, and a worker whose directories were not taken would lose them: so
/// there is no deadline.
#[actor(ask_timeout = off)]
pub(crate) struct Frontier {
    workers: Vec<WorkerRef>,
    /// Those who have nothing to do, by their place in `workers`.
    idle: Vec<usize>,
    waiting: VecDeque<Directory>,
    /// The most directories that wait.
    most: usize,
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

    /// A worker is done, or has failed: either way it can do something else.
    fn visited(&mut self, worker: usize, _entries: Result<u64, AskError>, ctx: &mut Context<Self>) {
        self.idle.push(worker);
        self.give_out(ctx);
        if self.idle.len() == self.workers.len()
            && let Some(walker) = self.walker.take()
        {
            walker.send(());
        }
    }
}

impl Frontier {
    pub(crate) fn new(workers: Vec<WorkerRef>, most: usize) -> Self {
        let idle = (0..workers.len()).collect();
        Self { workers, idle, waiting: VecDeque::new(), most, walker: None }
    }

    /// Gives directories to workers until one of the two runs out.
    fn give_out(&mut self, ctx: &mut Context<Self>) {
        while !self.waiting.is_empty()
            && let Some(worker) = self.idle.pop()
            && let Some(directory) = self.waiting.pop_front()
        {
            let visit = self.workers[worker].visit(directory, ctx.this());
            // An idle worker has room, so this one failed too often and has ended. The walk cannot be finished, and
            // whoever waits for it hears so.
            if let Err(rejected) = visit.then(ctx, move |me, entries| me.visited(worker, entries)) {
                ctx.fail(rejected);
                return;
            }
        }
    }
}
