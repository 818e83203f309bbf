//! Struct and impl in different modules, and inside a function.
#![deny(warnings)]

use actor::prelude::*;

mod state {
    use actor::prelude::*;

    #[actor]
    pub(crate) struct Counter {
        pub(crate) total: u64,
    }
}

#[handlers]
impl state::Counter {
    fn add(&mut self, by: u64) {
        self.total += by;
    }
}

#[handlers]
impl crate::deep::Generic<u8> {
    fn value(&self) -> u8 {
        self.0
    }
}

mod deep {
    use actor::prelude::*;

    #[actor]
    pub struct Generic<T>(pub T);
}

async fn use_them(counter: &state::CounterRef, generic: &deep::GenericRef<u8>) {
    let _ = counter.add(1).await;
    let _ = generic.value().await;
}

fn main() {
    #[actor]
    struct Local {
        total: u64,
    }

    #[handlers]
    impl Local {
        fn add(&mut self, by: u64) {
            self.total += by;
        }
    }

    async fn use_it(local: &LocalRef) {
        let _ = local.add(1).await;
    }

    let _ = (use_it, use_them);
    let _ = (Local { total: 0 }, state::Counter { total: 0 }, deep::Generic(0_u8));
}
