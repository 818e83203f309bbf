//! A child that fails when it is told to.
#![allow(missing_docs, unreachable_pub)]

use actor::prelude::*;

#[actor]
pub struct Fragile;

#[handlers]
impl Fragile {
    pub fn fail(&mut self) -> Result<(), &'static str> {
        Err("told to")
    }
    pub fn ping(&self) -> bool {
        true
    }
}
