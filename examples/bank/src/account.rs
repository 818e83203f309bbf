//! An account: pays, and is paid.
//!
//! | message | while money is on its way from here |
//! |---|---|
//! | `transfer` | is stashed: one at a time |
//! | `settled` | its reply is kept: a full stash drops what comes, and this must not be dropped |
//! | `deposit` | is handled; two accounts that pay each other would wait for each other otherwise |
//!
//! It may fail at any line. What it must know then is in its vault, and what is only in its fields may be lost: a
//! customer's reply, which answers `Failed` when it is dropped, and that a question is out, which is asked again.

use std::time::Duration;

use actor::prelude::*;

use crate::faults::Faults;
use crate::vault::{Owed, Refusal, Vault};

/// How long a payee has to answer.
const PATIENCE: Duration = Duration::from_millis(50);

/// One account. More transfers than its stash holds are dropped, and answered so.
#[actor(stash = 8)]
pub(crate) struct Account {
    vault: Vault,
    faults: Faults,
    /// Who waits for the transfer that is on its way.
    customer: Option<Reply<Result<(), Refusal>>>,
    /// Who waits until nothing is on its way.
    waiting: Vec<Reply<()>>,
    /// The payee was asked and has not answered.
    asked: bool,
    /// An answer that is never given: one of the faults.
    mislaid: Option<Reply<Result<(), Refusal>>>,
}

#[handlers]
impl Account {
    /// Goes on with what an earlier life has begun.
    #[started]
    fn started(&mut self, ctx: &mut Context<Self>) {
        self.pass_on(ctx);
    }

    /// Moves money from here to `to`, the account number `payee`. Answers when it is there, or is not wanted.
    #[handler(stash_unless = self.vault.is_free())]
    pub(crate) fn transfer(
        &mut self,
        to: AccountRef,
        payee: u32,
        amount: u64,
        reply: Reply<Result<(), Refusal>>,
        ctx: &mut Context<Self>,
    ) {
        match self.vault.debit(to, payee, amount) {
            Ok(()) => {
                self.customer = Some(reply);
                self.faults.stumble(ctx.random(), "after a debit");
                self.pass_on(ctx);
            }
            Err(refusal) => reply.send(Err(refusal)),
        }
    }

    /// Takes money in. Asked again with the same `number`, it gives the same answer and takes nothing.
    fn deposit(
        &mut self,
        payer: u32,
        number: u64,
        amount: u64,
        reply: Reply<Result<(), Refusal>>,
        ctx: &mut Context<Self>,
    ) {
        self.faults.stumble(ctx.random(), "before a deposit");
        let answer = self.vault.credit(payer, number, amount);
        self.faults.stumble(ctx.random(), "after a deposit");
        if self.faults.strike(ctx.random()) {
            self.mislaid = Some(reply);
        } else {
            reply.send(answer);
        }
    }

    /// The payee has answered what this life of the account asked, or nobody knows.
    ///
    /// An answer to an earlier life never comes here, and must not: the payee has been asked once more since. To believe a
    /// `no` then, and give the money back, while the payee may still say yes to the second question, would double it.
    fn answered(&mut self, answer: Result<Result<(), Refusal>, AskError>, ctx: &mut Context<Self>) {
        self.asked = false;
        // Late, failed, dropped: the money has arrived or it has not. The timer asks again.
        let Ok(outcome) = answer else { return };
        self.faults.stumble(ctx.random(), "before it is settled");
        match outcome {
            Ok(()) => self.vault.settle(),
            Err(_) => self.vault.refund(),
        }
        self.faults.stumble(ctx.random(), "after it was settled");
        if let Some(customer) = self.customer.take() {
            customer.send(outcome);
        }
        self.waiting.drain(..).for_each(|reply| reply.send(()));
        ctx.unstash_all();
    }

    #[every(20ms)]
    fn look_again(&mut self, ctx: &mut Context<Self>) {
        if !self.asked {
            self.pass_on(ctx);
        }
    }

    /// Answers when nothing is on its way from here.
    pub(crate) fn settled(&mut self, reply: Reply<()>) {
        if self.vault.is_free() {
            reply.send(());
        } else {
            self.waiting.push(reply);
        }
    }
}

impl Account {
    pub(crate) fn new(vault: Vault, faults: Faults) -> Self {
        Self { vault, faults, customer: None, waiting: Vec::new(), asked: false, mislaid: None }
    }

    /// Asks the payee to take what is on its way.
    fn pass_on(&mut self, ctx: &mut Context<Self>) {
        let Some(Owed { number, to, amount, .. }) = self.vault.owed() else { return };
        let deposit = to.deposit(self.vault.owner(), number, amount).timeout(PATIENCE);
        // A payee without room is asked again by the timer.
        self.asked = deposit.then(ctx, AccountRef::answered).is_ok();
    }
}
