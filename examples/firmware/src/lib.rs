//! What the firmwares of this folder share: the chip, a clock, an end with an exit code, and what a game costs.
//!
//! Keeps the promise that every run ends: with the code a firmware chose, with [`exit::PANICKED`], or with
//! [`exit::FAULTED`]; a hang is ended by the runner.
#![no_std]

pub mod chip;
pub mod clock;
pub mod exit;
pub mod game;
mod handler;

/// The attribute of `main`, whatever the chip.
pub use chip::entry;
