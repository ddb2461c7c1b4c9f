//! When a credential ends and when to say so. Pure.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use graph::resources::{Application, KeyCredential, PasswordCredential};
use kernel::{Secret, Timestamp};
use uuid::Uuid;

use crate::model::{CredentialKind, CredentialRecord};

/// How many days before the end a warning is given, once each. The last says that it has ended.
pub const WARNINGS: [u32; 6] = [60, 30, 14, 7, 1, 0];
/// From how many days before the end health is red.
pub const RED_DAYS: u32 = 7;

const DAY: Duration = Duration::from_hours(24);

/// The moment a number of days before the end.
pub fn days_before(end: Timestamp, days: u32) -> Timestamp {
    end.minus(DAY * days)
}

/// Whole days until the end; 0 on the last day and after it.
pub fn days_left(end: Timestamp, now: Timestamp) -> u64 {
    end.since(now).as_secs() / DAY.as_secs()
}

/// The warning that is due now and was not given yet: the latest one only, however many were missed.
pub fn due_warning(end: Timestamp, now: Timestamp, warned: Option<u32>) -> Option<u32> {
    let due = WARNINGS.into_iter().filter(|days| days_before(end, *days) <= now).min()?;
    warned.is_none_or(|warned| due < warned).then_some(due)
}

/// What Entra's registration says about one of our credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// Its id in Entra.
    pub key_id: Option<Uuid>,
    /// When it ends.
    pub ends: Timestamp,
}

/// Finds our credential in the application's registration: by its id, else a certificate by its thumbprint, a secret
/// by its hint. `None` when it is not there or several could be meant.
pub fn registered(
    application: &Application,
    record: &CredentialRecord,
    secret: Option<&Secret<String>>,
) -> Option<Registered> {
    match record.kind {
        CredentialKind::Certificate => {
            let thumbprint = record.thumbprint.as_deref()?;
            let ours = |key: &&KeyCredential| is_known(record, key.key_id) || has_thumbprint(key, thumbprint);
            let key = only(application.key_credentials.iter().filter(ours))?;
            Some(Registered { key_id: key.key_id, ends: key.end_date_time? })
        }
        CredentialKind::Secret => {
            let known = application.password_credentials.iter().find(|key| is_known(record, key.key_id));
            let hinted = |key: &&PasswordCredential| {
                let hint = key.hint.as_deref().filter(|hint| !hint.is_empty());
                hint.zip(secret).is_some_and(|(hint, secret)| secret.expose().starts_with(hint))
            };
            let key = known.or_else(|| only(application.password_credentials.iter().filter(hinted)))?;
            Some(Registered { key_id: key.key_id, ends: key.end_date_time? })
        }
    }
}

fn is_known(record: &CredentialRecord, key_id: Option<Uuid>) -> bool {
    key_id.is_some() && record.key_id == key_id
}

/// Entra gives the thumbprint as base64 or as hexadecimal, depending on the way it was registered.
fn has_thumbprint(key: &KeyCredential, thumbprint: &str) -> bool {
    key.custom_key_identifier.as_deref().is_some_and(|given| {
        given.eq_ignore_ascii_case(thumbprint)
            || STANDARD.decode(given).is_ok_and(|bytes| hex::encode_upper(bytes) == thumbprint)
    })
}

fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests;
