//! What the firmwares of this folder share: an end with an exit code, and an instruction counter.
//!
//! Keeps the promise that every run ends: with the code a firmware chose, with [`exit::PANICKED`], or with
//! [`exit::FAULTED`]; a hang is ended by the runner.
#![no_std]

pub mod exit;
pub mod game;
