//! Every value of the options that say where and how often an actor runs.
#![deny(warnings)]

use actor::prelude::*;

#[actor(dispatcher = shared, fairness(system = 1, user = 16))]
struct Shared;

#[handlers]
impl Shared {}

#[actor(dispatcher = pinned, fairness(user = 1))]
struct Pinned;

#[handlers]
impl Pinned {}

#[actor(dispatcher = current_thread, throughput = 1)]
struct Current;

#[handlers]
impl Current {}

#[actor(dispatcher = single_worker, fairness(user = 4))]
struct Single;

#[handlers]
impl Single {}

fn main() {
    let _ = (Shared, Pinned, Current, Single);
}
