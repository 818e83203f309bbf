//! Keywords as names.
#![deny(warnings)]
#![allow(non_camel_case_types)]

use actor::prelude::*;

#[actor]
struct r#type {
    r#struct: u64,
}

#[handlers]
impl r#type {
    fn r#match(&mut self, r#in: u64, r#fn: u64) -> u64 {
        self.r#struct = r#in + r#fn;
        self.r#struct
    }

    fn r#await(&mut self, r#ref: Reply<u64>) {
        r#ref.send(1);
    }

    #[every(1s)]
    fn r#loop(&mut self) {}
}

async fn use_it(reference: &typeRef) {
    let _: Result<u64, AskError> = reference.r#match(1, 2).await;
    let _: Result<u64, AskError> = reference.r#await().await;
}

fn main() {
    let _ = use_it;
    let _ = r#type { r#struct: 1 };
}
