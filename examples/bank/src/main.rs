//! `bank`: customers move money between accounts, the accounts fail now and then, and in the end the books are checked.
//!
//! ```text
//!   customer ── transfer ──► account (payer) ── deposit ──► account (payee)
//!                               │   ▲ answered ◄──────────────┘  │
//!                               ▼                                ▼
//!                             vault                            vault
//! ```
//!
//! What it shows:
//!
//! * **State that must survive a restart lies outside of the actor**, in a vault that the factory hands to each life. An
//!   actor that fails is built anew, and what was only in its fields is gone. See `vault.rs`.
//! * **Supervision.** The accounts are children of a branch, which restarts them however often they fail. See `branch.rs`.
//! * **A stash.** While money is on its way an account begins no other transfer: those that come are stashed, with their
//!   replies and deadlines, and handled when it has arrived. Deposits are not: two accounts that pay each other would
//!   wait for each other. See `account.rs`.
//! * **Deadlines, and what they mean.** An ask that ends with `Timeout` or `Failed` says that nobody knows what happened.
//!   So a payer asks again until it hears yes or no, and a payee books what it was asked twice once.
//! * **Asks without waiting.** `.then` sends a question and goes on; the answer comes back as a message.
//! * **One program, two kinds of time.** The tests at the end of `bank.rs` run the same actors under a stepper, message by
//!   message, with another order for each seed, and look at the books after every single one.
//!
//! `--careless` takes out the one line that keeps a deposit from being booked twice. Then the books do not balance, the
//! program says so and ends with an error.

mod account;
mod arguments;
mod bank;
mod branch;
mod customer;
mod faults;
mod table;
mod vault;

use std::error::Error;
use std::process::ExitCode;

use actor::prelude::*;

use crate::arguments::{Options, Wish};
use crate::bank::Bank;
use crate::table::Table;

const USAGE: u8 = 2;

fn main() -> ExitCode {
    match arguments::parse(std::env::args().skip(1)) {
        Ok(Wish::Help) => {
            print!("{}", arguments::HELP);
            ExitCode::SUCCESS
        }
        Ok(Wish::Run(options)) => run(&options).unwrap_or_else(|error| {
            eprintln!("bank: {error}");
            ExitCode::FAILURE
        }),
        Err(mistake) => {
            eprintln!("bank: {mistake}");
            ExitCode::from(USAGE)
        }
    }
}

#[tokio::main]
async fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    faults::hush();
    let builder = ActorSystem::builder("bank");
    let system = match options.seed {
        Some(seed) => builder.seed(seed).start(),
        None => builder.start(),
    };
    let begun = system.now();
    let bank = Bank::open(&system, options).await?;
    let before = bank.audit();
    let tally = bank.serve().await?;
    let elapsed = system.now().saturating_since(begun);
    bank.settle().await?;
    let table = Table { tally, before, after: bank.audit(), counts: bank.counts(), elapsed };
    system.shutdown().await?;
    print!("{table}");
    Ok(if table.balances() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
