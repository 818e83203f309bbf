//! The vault: what an account must not forget. It stands for a row of a database: each method is a transaction, done
//! whole or not at all, and what is in it outlives the actor that uses it.
//!
//! A transfer goes through two vaults, and no transaction spans both. What keeps it whole:
//!
//! 1. `debit` takes the money from the payer **and** notes, in the same transaction, to whom it is owed. A payer that
//!    fails after that finds the note in its next life and goes on.
//! 2. `credit` gives the money to the payee **and** notes the number of the transfer. A payer that did not hear the answer
//!    asks again, with the same number, and the money is not given twice. As a payer has one transfer on its way at a
//!    time, the last number of each payer is enough to know.
//! 3. `settle` crosses out what is owed, or `refund` gives it back where the payee refused.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::account::AccountRef;

/// What one account has. Clones share it.
#[derive(Clone)]
pub(crate) struct Vault {
    owner: u32,
    careless: bool,
    content: Arc<Mutex<Content>>,
}

#[derive(Default)]
struct Content {
    balance: u64,
    owed: Option<Owed>,
    /// Transfers begun so far: the number of the last one.
    begun: u64,
    settled: u64,
    /// The last transfer that arrived, by its payer.
    arrived: HashMap<u32, u64>,
    repeated: u64,
}

/// Money on its way.
#[derive(Clone, Debug)]
pub(crate) struct Owed {
    pub(crate) number: u64,
    pub(crate) to: AccountRef,
    pub(crate) payee: u32,
    pub(crate) amount: u64,
}

/// Why money is not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The payer does not have it.
    NoFunds,
    /// The payee may not have that much.
    Ceiling,
}

/// The most an account may have.
pub(crate) const CEILING: u64 = 2_000;

impl Vault {
    pub(crate) fn new(owner: u32, balance: u64, careless: bool) -> Self {
        Self { owner, careless, content: Arc::new(Mutex::new(Content { balance, ..Content::default() })) }
    }

    /// Whose it is.
    pub(crate) fn owner(&self) -> u32 {
        self.owner
    }

    /// What is on its way from here.
    pub(crate) fn owed(&self) -> Option<Owed> {
        self.content().owed.clone()
    }

    /// Whether nothing is on its way from here.
    pub(crate) fn is_free(&self) -> bool {
        self.content().owed.is_none()
    }

    /// Takes money, and notes to whom it is owed.
    pub(crate) fn debit(&self, to: AccountRef, payee: u32, amount: u64) -> Result<(), Refusal> {
        let mut content = self.content();
        content.balance = content.balance.checked_sub(amount).ok_or(Refusal::NoFunds)?;
        content.begun += 1;
        content.owed = Some(Owed { number: content.begun, to, payee, amount });
        Ok(())
    }

    /// Adds money, unless this transfer has arrived already.
    pub(crate) fn credit(&self, payer: u32, number: u64, amount: u64) -> Result<(), Refusal> {
        let mut content = self.content();
        if content.arrived.get(&payer) == Some(&number) {
            content.repeated += 1;
            if !self.careless {
                return Ok(());
            }
        }
        if content.balance + amount > CEILING {
            return Err(Refusal::Ceiling);
        }
        content.balance += amount;
        content.arrived.insert(payer, number);
        Ok(())
    }

    /// What was owed has arrived.
    pub(crate) fn settle(&self) {
        let mut content = self.content();
        content.settled += u64::from(content.owed.take().is_some());
    }

    /// What was owed is not wanted.
    pub(crate) fn refund(&self) {
        let mut content = self.content();
        if let Some(owed) = content.owed.take() {
            content.balance += owed.amount;
        }
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        // No transaction panics, so a lock that is poisoned guards content that is whole.
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What all vaults come to. Exact while nobody moves anything, and between any two messages of a stepper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Audit {
    /// Money in accounts.
    pub(crate) held: u64,
    /// Money taken from a payer that no payee has yet.
    pub(crate) on_its_way: u64,
    /// Transfers that are begun and neither settled nor refunded.
    pub(crate) open: u64,
    pub(crate) settled: u64,
    /// Deposits that were asked for more than once.
    pub(crate) repeated: u64,
}

impl Audit {
    /// Looks into all vaults; `vaults[n]` is that of account `n`.
    pub(crate) fn of(vaults: &[Vault]) -> Self {
        let mut audit = Self::default();
        for vault in vaults {
            let owed = {
                let content = vault.content();
                audit.held += content.balance;
                audit.settled += content.settled;
                audit.repeated += content.repeated;
                content.owed.clone()
            };
            if let Some(owed) = owed {
                let arrived = vaults[owed.payee as usize].content().arrived.get(&vault.owner) == Some(&owed.number);
                audit.on_its_way += if arrived { 0 } else { owed.amount };
                audit.open += 1;
            }
        }
        audit
    }

    /// All the money there is.
    pub(crate) fn total(&self) -> u64 {
        self.held + self.on_its_way
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("owner", &self.owner).finish_non_exhaustive()
    }
}
