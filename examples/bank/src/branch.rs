//! The branch: opens accounts, and supervises them. How often something may fail, and how long the pause before its next
//! life is, is said by whoever supervises it; the system itself allows ten failures a minute, with growing pauses.

use actor::SpawnError;
use actor::prelude::*;

use crate::account::{Account, AccountRef};
use crate::faults::Faults;
use crate::vault::Vault;

/// Accounts are restarted however often they fail: each failure is one message in hand, and no money.
#[actor]
#[supervise(limit = unlimited, backoff = 1ms..20ms * 2)]
pub(crate) struct Branch {
    faults: Faults,
}

#[handlers]
impl Branch {
    /// Opens an account for what is in `vault`.
    ///
    /// # Errors
    /// Where it does not start.
    pub(crate) async fn open(&mut self, vault: Vault, ctx: &mut Context<Self>) -> Result<AccountRef, SpawnError> {
        let faults = self.faults;
        // Called once for each life; each gets the same vault.
        ctx.spawn(move || Account::new(vault.clone(), faults)).await
    }
}

impl Branch {
    pub(crate) fn new(faults: Faults) -> Self {
        Self { faults }
    }
}
