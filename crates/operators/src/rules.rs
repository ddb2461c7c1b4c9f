//! The decisions, pure: who may give which role away, who may be locked out, how long a lock lasts, what a password or
//! a name must be.

use std::time::Duration;

use kernel::{ActorKind, OperatorId, Role, Timestamp};

use crate::{OperatorState, OperatorsError};

/// Failures that lock an account.
pub const FAILURES_TO_LOCK: u32 = 5;
/// The first lock; it doubles with each further failure.
pub const FIRST_LOCK: Duration = Duration::from_mins(1);
/// The longest lock: a guesser must not keep an owner out for a day.
pub const LONGEST_LOCK: Duration = Duration::from_hours(1);

/// Until when an account is locked after its `failures`th failure in a row; `None` while it is not.
pub fn locked_until(failures: u32, now: Timestamp) -> Option<Timestamp> {
    let further = failures.checked_sub(FAILURES_TO_LOCK)?;
    let span = FIRST_LOCK.saturating_mul(2_u32.saturating_pow(further.min(16))).min(LONGEST_LOCK);
    Some(now.plus(span))
}

/// Whether somebody of role `own` may hand out `other`. Helpdesk and auditor each may do what the other may not.
pub fn covers(own: Role, other: Role) -> bool {
    match own {
        Role::Owner => true,
        Role::Administrator => other != Role::Owner,
        Role::Helpdesk | Role::Auditor => own == other,
    }
}

/// What is about to be taken from an operator.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Who.
    pub id: OperatorId,
    /// Their role.
    pub role: Role,
    /// Their state.
    pub state: OperatorState,
}

impl Standing {
    fn is_active_owner(self) -> bool {
        self.role == Role::Owner && self.state == OperatorState::Active
    }
}

/// Whether `actor` may turn `before` into `after` (`None`: removed) while `other_owners` further active owners remain.
pub fn may_change(
    actor: &ActorKind,
    before: Standing,
    after: Option<Standing>,
    other_owners: u64,
) -> Result<(), OperatorsError> {
    let lowered = match after {
        None => true,
        Some(after) => after.state != before.state || !covers(after.role, before.role),
    };
    let oneself =
        matches!(actor, ActorKind::Operator { id, .. } | ActorKind::Token { operator: id, .. } if *id == before.id);
    if lowered && oneself {
        return Err(OperatorsError::Oneself);
    }
    let stays = after.is_some_and(Standing::is_active_owner);
    if before.is_active_owner() && !stays && other_owners == 0 {
        return Err(OperatorsError::LastOwner);
    }
    Ok(())
}

/// The shortest password, in characters.
pub const SHORTEST_PASSWORD: usize = 12;
/// The longest password, in bytes.
pub const LONGEST_PASSWORD: usize = 1_024;

/// Passwords that are long enough and guessed first.
const GUESSED_FIRST: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123123123123",
    "0123456789ab",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "abcdefghijkl",
    "adminadminadmin",
    "administrator",
    "changemechangeme",
    "changeme1234",
    "iloveyou1234",
    "letmeinletmein",
    "p@ssw0rd1234",
    "passw0rd1234",
    "password1234",
    "password12345",
    "password123!",
    "passwordpassword",
    "qwerty123456",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopas",
    "qwertzuiop12",
    "vestibule123",
    "vestibule1234",
    "vestibulevestibule",
    "welcome12345",
    "welcome123456",
    "zaq12wsxcde3",
];

/// Whether a password may be used (NIST SP 800-63B §5.1.1: length and a list, no composition rules).
pub fn check_password(user_name: &str, password: &str) -> Result<(), OperatorsError> {
    let lower = password.to_lowercase();
    let mut letters = lower.chars();
    let first = letters.next();
    let fault = if password.chars().count() < SHORTEST_PASSWORD {
        "must have at least 12 characters"
    } else if password.len() > LONGEST_PASSWORD {
        "must have at most 1024 bytes"
    } else if lower == user_name.to_lowercase() {
        "must not be the user name"
    } else if GUESSED_FIRST.contains(&lower.as_str()) || letters.all(|letter| Some(letter) == first) {
        "is one of those that are guessed first"
    } else {
        return Ok(());
    };
    Err(OperatorsError::WeakPassword(fault))
}

/// A user name as it is stored.
pub fn user_name(text: &str) -> Result<String, OperatorsError> {
    let text = text.trim();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-@+".contains(letter);
    if !(2..=64).contains(&text.len()) || !text.chars().all(plain) {
        let message = "must have 2 to 64 letters, digits and . _ - @ +";
        return Err(OperatorsError::invalid("user_name", message));
    }
    Ok(text.to_owned())
}

/// A name people read: one line, not empty, not long.
pub fn label(field: &'static str, text: &str, longest: usize) -> Result<String, OperatorsError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > longest || text.chars().any(char::is_control) {
        return Err(OperatorsError::invalid(field, format!("must have 1 to {longest} characters on one line")));
    }
    Ok(text.to_owned())
}

/// An address, looked at just enough to catch a name in the wrong field; empty is none.
pub fn email(text: &str) -> Result<Option<String>, OperatorsError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let whole = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if !whole || text.len() > 254 || text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err(OperatorsError::invalid("email", "must be an e-mail address"));
    }
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests;
