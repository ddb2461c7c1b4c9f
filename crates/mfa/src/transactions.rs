//! A sign-in that waits for its second factor: one row, one browser, one use, under five minutes.
//!
//! | state | means | goes to |
//! |---|---|---|
//! | `waiting` | the person is asked | `passed`, `declined`, or its time runs out |
//! | `passed` | answered with a proof | – |
//! | `declined` | answered with an error: the person gave up | – |
//!
//! What is needed for the answer is wiped with it.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use kernel::{OrganisationId, Secret, Timestamp, text_enum};
use store::Tx;
use tenants::TenantId;

use crate::authorize::{Kept, hash_of};
use crate::error::MfaError;
use crate::model::{AccountId, Origin, TransactionId};
use crate::service::Mfa;
use crate::store::transactions as rows;

text_enum!(
    /// How a sign-in stands.
    pub enum TransactionState {
        /// The person is asked.
        Waiting = "waiting",
        /// Answered with a proof.
        Passed = "passed",
        /// Answered with an error.
        Declined = "declined",
    }
);

/// A sign-in that waits.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub id: TransactionId,
    pub organisation: OrganisationId,
    pub provider: TenantId,
    pub account: AccountId,
    pub request: Kept,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub origin: Origin,
}

impl Mfa {
    /// The sign-in that a browser shows, if it is this browser's, waits, and has time left.
    pub(crate) async fn waiting(
        &self,
        tx: &mut Tx,
        id: TransactionId,
        browser: &Secret<String>,
    ) -> Result<Waiting, MfaError> {
        let (waiting, hash) = rows::find_waiting(tx, id).await?.ok_or(MfaError::Over)?;
        let same = verify_slices_are_equal(&hash, &hash_of(browser.expose())).is_ok();
        let in_time = waiting.expires_at > self.env().now();
        if same && in_time { Ok(waiting) } else { Err(MfaError::Over) }
    }

    /// Ends a sign-in, once; who comes second finds it over.
    pub(crate) async fn end_transaction(
        &self,
        tx: &mut Tx,
        id: TransactionId,
        state: TransactionState,
    ) -> Result<(), MfaError> {
        if rows::end(tx, id, state, self.env().now()).await? { Ok(()) } else { Err(MfaError::Over) }
    }

    /// Forgets hints, nonces and sign-ins whose time is over; returns how many.
    pub async fn prune_transactions(&self) -> Result<u64, MfaError> {
        let mut tx = self.store().begin().await?;
        let gone = rows::prune(&mut tx, self.env().now()).await?;
        tx.commit().await?;
        Ok(gone)
    }
}
