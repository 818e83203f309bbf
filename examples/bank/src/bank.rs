//! The bank: its accounts, its vaults and its customers, and how a day goes.

use std::error::Error;
use std::time::Duration;

use actor::Counts;
use actor::prelude::*;

use crate::account::{Account, AccountRef};
use crate::arguments::{Load, Options};
use crate::branch::{Branch, BranchRef};
use crate::customer::{Customer, CustomerRef, Enough, Tally};
use crate::faults::Faults;
use crate::vault::{Audit, Vault};

/// What each account begins with.
const BALANCE: u64 = 1_000;

/// How long open transfers may take after the last customer has gone: longer than the longest pause before a restart.
const CLOSING_TIME: Duration = Duration::from_secs(60);

/// Everybody and everything.
pub(crate) struct Bank {
    system: ActorSystem,
    vaults: Vec<Vault>,
    /// Lives as long as somebody has its ref, and its accounts with it.
    _branch: BranchRef,
    accounts: Vec<AccountRef>,
    customers: Vec<CustomerRef>,
    load: Load,
}

impl Bank {
    /// Starts everybody. Nobody moves any money yet.
    pub(crate) async fn open(system: &ActorSystem, options: &Options) -> Result<Self, Box<dyn Error>> {
        let vaults: Vec<_> = (0..options.accounts).map(|owner| Vault::new(owner, BALANCE, options.careless)).collect();
        let faults = Faults(options.faults);
        let branch = system.spawn(move || Branch::new(faults)).await?;
        let mut accounts = Vec::new();
        for vault in &vaults {
            accounts.push(branch.open(vault.clone()).await?);
        }
        let mut customers = Vec::new();
        for _ in 0..options.customers {
            let accounts = accounts.clone();
            customers.push(system.spawn(move || Customer::new(accounts.clone())).await?);
        }
        Ok(Self { system: system.clone(), vaults, _branch: branch, accounts, customers, load: options.load })
    }

    /// Sets all customers to work.
    pub(crate) async fn begin(&self) -> Result<(), TellError> {
        let customers = self.customers.len() as u64;
        for (number, customer) in (0..).zip(&self.customers) {
            customer
                .serve(match self.load {
                    Load::Time(time) => Enough::At(self.system.now().saturating_add(time)),
                    // The first ones do what is left over.
                    Load::Transfers(all) => Enough::After(all / customers + u64::from(number < all % customers)),
                })
                .await?;
        }
        Ok(())
    }

    /// Sets all customers to work, and waits until they have done enough.
    pub(crate) async fn serve(&self) -> Result<Tally, AskError> {
        self.begin().await.map_err(|_| AskError::Stopped)?;
        self.tally().await
    }

    /// What the customers heard. Each answers when it has done enough.
    pub(crate) async fn tally(&self) -> Result<Tally, AskError> {
        let mut tally = Tally::default();
        for customer in &self.customers {
            tally += customer.tally().await?;
        }
        Ok(tally)
    }

    /// Waits until nothing is on its way any more.
    pub(crate) async fn settle(&self) -> Result<(), AskError> {
        for account in &self.accounts {
            // One that fails is asked again: it lives on.
            while let Err(error) = account.settled().timeout(CLOSING_TIME).await {
                if error != AskError::Failed {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// The books, as they stand.
    pub(crate) fn audit(&self) -> Audit {
        Audit::of(&self.vaults)
    }

    /// What happened to the accounts.
    pub(crate) fn counts(&self) -> Counts {
        self.system.counts::<Account>()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    const TRANSFERS_EACH: u64 = 40;

    /// Few accounts and many customers, so that they are in each other's way, and a fault every few messages. Every seed
    /// is another world.
    fn world(seed: u64) -> Options {
        let (accounts, customers) = (2 + (seed % 4) as u32, 1 + (seed % 13) as u32);
        let load = Load::Transfers(u64::from(customers) * TRANSFERS_EACH);
        Options { load, accounts, customers, faults: 10 + seed % 40, seed: Some(seed), careless: false }
    }

    /// Runs a day message by message, and has the books looked at after each.
    fn day(options: &Options, mut look: impl FnMut(Audit)) -> (Audit, Tally, Counts) {
        crate::faults::hush();
        let (system, mut stepper) = ActorSystem::builder("bank").seed(options.seed.unwrap_or(0)).stepper();
        let bank = stepper.block_on(Bank::open(&system, options)).unwrap();
        let tally = {
            let mut all_done = pin!(bank.serve());
            loop {
                if let Poll::Ready(tally) = all_done.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    break tally.unwrap();
                }
                while stepper.step() {
                    look(bank.audit());
                }
                stepper.advance(Duration::from_millis(1));
                look(bank.audit());
            }
        };
        stepper.block_on(bank.settle()).unwrap();
        (bank.audit(), tally, bank.counts())
    }

    #[test]
    fn money_is_conserved_at_every_moment_and_nothing_stays_half_done() {
        let (mut heard, mut restarts, mut repeated, mut unheard, mut looks) = (Tally::default(), 0, 0, 0, 0_u64);
        for seed in 0..150 {
            let options = world(seed);
            let total = u64::from(options.accounts) * BALANCE;
            let (audit, tally, counts) = day(&options, |audit| {
                looks += 1;
                assert_eq!(audit.total(), total, "with {options:?}: {audit:?}");
            });
            assert_eq!((audit.held, audit.open), (total, 0), "with {options:?}");
            assert_eq!(tally.transfers(), u64::from(options.customers) * TRANSFERS_EACH);
            // What was done and not heard of is what got no answer.
            let beyond = audit.settled.checked_sub(tally.done);
            assert!(beyond.is_some_and(|beyond| beyond <= tally.timed_out + tally.failed), "with {options:?}");
            heard += tally;
            restarts += counts.restarts;
            repeated += audit.repeated;
            unheard += beyond.unwrap();
        }
        // All of it happened, so all of it was tried.
        let Tally { done, no_funds, ceiling, busy, timed_out, failed } = heard;
        for (what, count) in [
            ("done", done),
            ("no funds", no_funds),
            ("ceiling", ceiling),
            ("busy", busy),
            ("timed out", timed_out),
            ("failed", failed),
            ("restarts", restarts),
            ("repeated", repeated),
            ("unheard", unheard),
        ] {
            assert!(count > 0, "never {what}");
        }
        assert!(looks > done, "the books were looked at {looks} times");
    }

    #[test]
    fn the_same_seed_is_the_same_day() {
        let once = |seed| {
            let mut moments = Vec::new();
            let end = day(&world(seed), |audit| moments.push(audit));
            (moments, end)
        };
        assert!(once(7) == once(7));
        assert!(once(7) != once(7 + 52), "the same world, another day");
    }

    #[test]
    fn whoever_books_what_it_is_asked_twice_twice_is_found_out() {
        let wrong = (0..20).filter(|seed| {
            let options = Options { careless: true, ..world(*seed) };
            let (audit, ..) = day(&options, |_| {});
            audit.total() != u64::from(options.accounts) * BALANCE
        });
        assert!(wrong.count() > 0);
    }
}
