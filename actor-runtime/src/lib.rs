//! The runtime beneath `actor`: what the macros generate against, the engine that steps actors, and
//! the two backends.
//!
//! The modules stand in reading order, and each imports only from those above it (`tests/layers.rs`
//! holds that). The one seam is [`backend`]: the contract stores a backend's address or host without
//! looking inside, through the enums chosen in `backend/mod.rs`.
//!
//! Without features the core and the contract build alone; neither `std` nor `alloc` is used by them.
#![no_std]
// Without a backend nobody makes contexts and replies.
#![cfg_attr(not(any(feature = "tokio", feature = "bare-metal")), allow(dead_code))]

#[cfg(any(feature = "tokio", test))]
extern crate std;

// Vocabulary: plain data.
pub mod failure;
pub mod id;
pub mod time;

// Policy: decisions without effects.
pub mod policy;
pub mod supervision;

// Observation: what is recorded, not where it goes.
pub mod metrics;
pub mod telemetry;
pub mod trace_dump;

// Contract: what macros generate against.
pub mod actor;
pub mod beside;
pub mod call;
pub mod context;
pub mod error;
pub mod factory;
pub mod figures;
pub mod letter;
pub mod message;
pub mod recipient;
pub mod reference;
pub mod reply;
pub mod size;
pub mod topic;

// Engine: one life cycle for every backend.
pub mod lifecycle;

// Backends: mechanism.
pub mod backend;
