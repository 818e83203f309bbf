#![deny(warnings)]

use actor::prelude::*;

/// A field the compiler cannot vouch for, and its author does.
#[actor]
struct Mapped {
    address: *const u64,
}

#[allow(unsafe_code)]
unsafe impl Send for Mapped {}

#[handlers]
impl Mapped {
    fn is_null(&self) -> bool {
        self.address.is_null()
    }

    async fn forget(&mut self) {
        std::future::ready(()).await;
        self.address = std::ptr::null();
    }
}

#[actor]
struct Tree<T> {
    value: T,
    left: Option<Box<Self>>,
}

#[handlers]
impl<T> Tree<T> {
    async fn set(&mut self, value: T) {
        std::future::ready(()).await;
        self.value = value;
    }

    fn has_left(&self) -> bool {
        self.left.is_some()
    }
}

fn main() {}
