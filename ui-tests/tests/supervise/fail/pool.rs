use actor::prelude::*;

#[actor]
struct Worker;

#[handlers]
impl Worker {}

const WORKERS: u32 = 4;

#[actor]
struct Parent {
    #[child(|| Worker, pool = WORKERS)]
    no_literal: Pool<Worker>,
    #[child(|| Worker, pool = 4u8, route = random)]
    with_suffix: Pool<Worker>,
    #[child(|| Worker, pool(4))]
    in_parentheses: Pool<Worker>,
    #[child(|| Worker, pool = 4)]
    no_pool: Child<Worker>,
}

#[handlers]
impl Parent {}

fn main() {}
