//! Built with `panic = "abort"` by the test beside this folder: fails by an error and lives on, then by a panic.

use actor::prelude::*;

#[actor]
struct Store;

#[handlers]
impl Store {
    fn fails(&mut self) -> Result<(), &'static str> {
        Err("an error")
    }
    fn panics(&mut self) {
        panic!("a panic");
    }
    fn ping(&self) -> bool {
        true
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let system = ActorSystem::new("aborts");
        let store = system.spawn(|| Store).await.expect("it starts");
        store.fails().await.expect("it is there");
        assert_eq!(store.ping().await, Ok(true));
        println!("restarts: {}", system.counts::<Store>().restarts);
        let _ = store.panics().done().await;
        println!("not reached");
    });
}
