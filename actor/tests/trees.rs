//! Promises `stop_order` and `shutdown`, of a tree of a thousand actors: each ends after all below it, and the youngest
//! branch first.
#![allow(missing_docs)]

mod common;

use std::future::Future;
use std::pin::Pin;

use actor::SpawnError;
use actor::prelude::*;
use common::{Journal, everywhere};

/// Children of each, and levels below the root: 1 + 10 + 100 + 1000 actors.
const WIDTH: u32 = 10;
const DEPTH: u32 = 3;

/// One of the tree, called by the numbers of those above it and its own: `0`, `0.3`, `0.3.7`.
#[actor]
struct Node {
    name: String,
    journal: Journal,
}

impl Node {
    fn factory(name: String, journal: &Journal) -> impl Fn() -> Self + Send + 'static {
        let journal = journal.clone();
        move || Self { name: name.clone(), journal: journal.clone() }
    }
}

#[handlers]
impl Node {
    async fn grow(&mut self, ctx: &mut Context<Self>) -> Result<Vec<NodeRef>, SpawnError> {
        let mut children = Vec::new();
        for number in 0..WIDTH {
            let factory = Node::factory(format!("{}.{number}", self.name), &self.journal);
            children.push(ctx.spawn(factory).restart(Restart::Permanent).await?);
        }
        Ok(children)
    }
    #[stopping]
    fn stopping(&mut self) {
        self.journal.note(self.name.as_str());
    }
}

fn grow(node: NodeRef, levels: u32) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if levels > 0 {
            for child in node.grow().await.unwrap() {
                grow(child, levels - 1).await;
            }
        }
    })
}

/// The names below `name` and itself, in the order of their ends.
fn ends(name: &str, levels: u32, order: &mut Vec<String>) {
    if levels > 0 {
        for number in (0..WIDTH).rev() {
            ends(&format!("{name}.{number}"), levels - 1, order);
        }
    }
    order.push(name.to_owned());
}

#[test]
fn a_tree_of_a_thousand_actors_is_shut_down_from_the_youngest_leaf_to_the_root() {
    everywhere(|system| async move {
        let journal = Journal::default();
        let root = system.spawn(Node::factory("0".to_owned(), &journal)).await.unwrap();
        grow(root.clone(), DEPTH).await;
        system.shutdown().await.unwrap();
        let mut order = Vec::new();
        ends("0", DEPTH, &mut order);
        assert_eq!((order.len(), system.counts::<Node>().stopped), (1111, 1111));
        assert_eq!(journal.entries(), order);
        assert!(!root.control().is_alive());
    });
}
