//! The user's own types and values may have any name.
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

mod names {
    pub struct Result;
    pub struct Message;
    pub struct Context;
    pub struct Send;
    pub struct Sync;
    pub struct Reply;
    pub struct Call;
    pub struct Handled;
    pub struct Clone;
    pub struct Index;
    pub struct Into;
    pub struct String;
    pub struct StoreMessage;
    pub enum Option {
        Some,
        None,
    }
    pub struct core;
    pub struct std;
}

use actor::{actor, handlers};
use names::*;

#[actor]
pub struct Store {
    option: Option,
    ctx: u8,
}

#[handlers]
impl Store {
    fn message(&mut self, message: Message, context: Context, option: Option) -> Result {
        let _ = (message, context);
        self.option = option;
        Result
    }

    fn names(&mut self, ctx: u8, reply: u8, value: u8, result: u8, this: u8, other: u8, why: u8, place: u8) -> u8 {
        self.ctx = ctx + reply + value + result + this + other + why + place;
        self.ctx
    }

    fn more(&mut self, call: Call, handled: Handled, clone: Clone, index: Index, into: Into) -> Send {
        let _ = (call, handled, clone, index, into, String, StoreMessage);
        Send
    }

    // Names of what the runtime calls.
    fn handle(&mut self, _other: Sync) {}
    fn tick(&mut self) {}
    fn stopping(&mut self) {}
    fn started(&self) -> u8 {
        0
    }
    fn index(&self) -> u8 {
        0
    }
    fn mode(&self) -> u8 {
        0
    }
    fn refuse(&self) -> u8 {
        0
    }
    fn from_ref(&self) -> u8 {
        0
    }
    fn as_ref(&self) -> u8 {
        0
    }
    fn into(&self) -> u8 {
        0
    }
    fn eq(&self) -> u8 {
        0
    }

    // Names that meet in camel case.
    fn put_1(&mut self) {}
    fn put1(&mut self) -> u8 {
        1
    }
    fn __put1(&mut self, message: u8) {
        let _ = message;
    }
}

async fn use_it(store: &StoreRef) {
    let _: ::core::result::Result<u8, actor::AskError> = store.put1().await;
    let _: ::core::result::Result<u8, actor::AskError> = store.as_ref().await;
    let _ = store == store;
}

fn main() {
    let _ = use_it;
}
