//! A customer: moves money about, one transfer after the other, and keeps count of the answers.

use std::ops::AddAssign;
use std::time::Duration;

use actor::Instant;
use actor::prelude::*;

use crate::account::AccountRef;
use crate::vault::Refusal;

/// How long a customer waits for an answer.
const PATIENCE: Duration = Duration::from_millis(250);

/// The most that is moved at once.
const MOST: u64 = 300;

/// One customer. `serve` takes as long as it takes, and so does whoever asks behind it.
#[actor(ask_timeout = off)]
pub(crate) struct Customer {
    accounts: Vec<AccountRef>,
    tally: Tally,
}

/// What came of transfers, as customers heard it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) done: u64,
    pub(crate) no_funds: u64,
    pub(crate) ceiling: u64,
    /// Not even begun: too many waited already.
    pub(crate) busy: u64,
    /// No answer in time: done, or not, or not yet.
    pub(crate) timed_out: u64,
    /// The account failed before it answered: done, or not, or not yet.
    pub(crate) failed: u64,
}

/// When a customer has done enough.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Enough {
    After(u64),
    At(Instant),
}

#[handlers]
impl Customer {
    /// Moves money until it is enough.
    pub(crate) async fn serve(&mut self, enough: Enough, ctx: &mut Context<Self>) {
        while match enough {
            Enough::After(transfers) => self.tally.transfers() < transfers,
            Enough::At(moment) => ctx.now() < moment,
        } {
            let (from, to) = self.two_accounts(ctx);
            let (payer, payee) = (&self.accounts[from], self.accounts[to].clone());
            let amount = 1 + ctx.random() % MOST;
            let number = u32::try_from(to).unwrap_or(u32::MAX);
            let answer = payer.transfer(payee, number, amount).timeout(PATIENCE).await;
            self.tally.note(answer);
        }
    }

    /// What came of it.
    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }
}

impl Customer {
    pub(crate) fn new(accounts: Vec<AccountRef>) -> Self {
        Self { accounts, tally: Tally::default() }
    }

    /// Two different ones.
    fn two_accounts(&self, ctx: &mut Context<Self>) -> (usize, usize) {
        let count = self.accounts.len() as u64;
        let from = ctx.random() % count;
        let to = (from + 1 + ctx.random() % (count - 1)) % count;
        (index(from), index(to))
    }
}

/// Below the number of accounts, so it fits.
fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

impl Tally {
    /// Transfers asked for.
    pub(crate) fn transfers(&self) -> u64 {
        self.done + self.no_funds + self.ceiling + self.busy + self.timed_out + self.failed
    }

    fn note(&mut self, answer: Result<Result<(), Refusal>, AskError>) {
        let count = match answer {
            Ok(Ok(())) => &mut self.done,
            Ok(Err(Refusal::NoFunds)) => &mut self.no_funds,
            Ok(Err(Refusal::Ceiling)) => &mut self.ceiling,
            Err(AskError::Dropped | AskError::Full) => &mut self.busy,
            Err(AskError::Timeout) => &mut self.timed_out,
            Err(_) => &mut self.failed,
        };
        *count += 1;
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.done += other.done;
        self.no_funds += other.no_funds;
        self.ceiling += other.ceiling;
        self.busy += other.busy;
        self.timed_out += other.timed_out;
        self.failed += other.failed;
    }
}
