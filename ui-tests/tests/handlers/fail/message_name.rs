use actor::prelude::*;

#[actor]
struct Store;

#[handlers(pub StoreMessage)]
impl Store {
    fn put(&mut self, _row: u8) {}
}

#[actor]
struct Other;

#[handlers(enum OtherMessage)]
impl Other {
    fn put(&mut self, _row: u8) {}
}

#[actor]
struct Third;

#[handlers(pub(crate) enum ThirdMessage)]
impl Third {
    fn put(&mut self, _row: u8) {}
}

#[actor]
struct Fourth;

#[handlers(pub enum FourthMessage, pub enum FourthMessages, ThirdMessage)]
impl Fourth {
    fn put(&mut self, _row: u8) {}
}

fn main() {}
