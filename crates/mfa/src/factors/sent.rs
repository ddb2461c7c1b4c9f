//! Codes that were sent: each counts for the one sign-in that it was sent for, once, for minutes, and for a few tries.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use store::Tx;

use super::Refusal;
use super::model::Means;
use crate::error::MfaError;
use crate::model::Provider;
use crate::outofband::Message;
use crate::service::Mfa;
use crate::store::messages as rows;

/// Wrong codes after which the right one is worth nothing: another one is sent.
const MOST_TRIES: i64 = 5;

impl Mfa {
    /// Judges a code by the message that was last sent for the sign-in.
    pub(super) async fn judge_sent(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        message: &Message,
        code: &str,
    ) -> Result<Result<Means, Refusal>, MfaError> {
        let now = self.env().now();
        let right = self.sealer().open(rows::place(message.id), &message.code)?;
        if verify_slices_are_equal(right.expose(), code.as_bytes()).is_err() || message.tries >= MOST_TRIES {
            rows::count_try(tx, message.id).await?;
            return Ok(Err(Refusal::WrongCode));
        }
        if !provider.settings.kinds.contains(&message.way) {
            return Ok(Err(Refusal::NoFactor));
        }
        if message.expires_at <= now {
            return Ok(Err(Refusal::Expired));
        }
        let fresh = rows::take(tx, message.id, now).await?;
        Ok(if fresh { Ok(Means::of(message.way, &message.shown)) } else { Err(Refusal::Used) })
    }
}
