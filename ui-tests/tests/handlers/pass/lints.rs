//! The strictest lints, on a public actor.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused,
    unused_results,
    unused_qualifications,
    rust_2018_idioms,
    future_incompatible,
    let_underscore,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    non_local_definitions,
    elided_lifetimes_in_paths,
    unnameable_types,
    unit_bindings,
    variant_size_differences,
    redundant_lifetimes,
    explicit_outlives_requirements
)]
#![allow(unreachable_pub)]

use actor::prelude::*;

/// Counts.
#[actor]
#[derive(Debug)]
pub struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    /// Adds `by`.
    pub fn add(&mut self, by: u64) {
        self.total += by;
    }

    /// The total so far.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The total, for those who know how to use it.
    #[must_use = "totals are expensive"]
    pub async fn slow_total(&self) -> u64 {
        self.total
    }

    /// Removed soon.
    #[deprecated = "use `add`"]
    pub fn add_one(&mut self) {
        self.total += 1;
    }

    fn never_called(&mut self, _by: u64) {}

    #[started]
    fn begin(&mut self) {}
}

/// An actor that nobody uses.
#[actor]
#[derive(Debug)]
pub(crate) struct Private {
    rows: [u64; 64],
}

#[handlers]
impl Private {
    pub(crate) fn row(&self, index: usize) -> u64 {
        self.rows[index]
    }

    fn set(&mut self, #[indirect] rows: [u64; 64]) {
        self.rows = rows;
    }
}

fn main() {
    let _ = Private { rows: [0; 64] };
    let _ = Counter { total: 0 };
}
