//! What a million idle actors take of memory. With `--release`, and alone in its process: `.ci/nightly`.
#![allow(missing_docs)]

use actor::prelude::*;

#[actor]
struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    fn add(&mut self, by: u64) -> u64 {
        self.total += by;
        self.total
    }
}

/// Bytes of this process that lie in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its resident set");
    let kilobytes = line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok()).expect("a number");
    kilobytes * 1024
}

#[test]
#[ignore = "a million actors, in a process of their own"]
fn a_million_idle_supervised_actors_take_no_more_than_their_budget() {
    const MANY: u64 = 1_000_000;
    const BUDGET: u64 = 250;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let system = ActorSystem::new("crowd");
        let mut refs = Vec::with_capacity(MANY as usize);
        // Touched, so that the refs themselves are not counted with the actors.
        refs.resize_with(MANY as usize, || None);
        let before = resident();
        for place in &mut refs {
            *place = Some(system.spawn(|| Counter { total: 0 }).await.unwrap());
        }
        let resident = resident() - before;
        println!("{} bytes of RSS an idle actor", resident / MANY);
        for counter in refs.iter().flatten().step_by(1_000) {
            assert_eq!(counter.add(1).await, Ok(1));
        }
        assert!(resident / MANY <= BUDGET, "{} bytes an actor", resident / MANY);
    });
}
