//! What calendar programs read.

use kernel::Timestamp;
use uuid::Uuid;

use super::*;
use crate::model::{CredentialId, CredentialKind, TenantId};

fn record(slot: Slot, expires_at: Option<Timestamp>) -> CredentialRecord {
    CredentialRecord {
        id: CredentialId(Uuid::from_u128(1)),
        tenant: TenantId(Uuid::from_u128(2)),
        slot,
        kind: CredentialKind::Secret,
        label: "sync, main; a".to_owned(),
        certificate_pem: None,
        thumbprint: None,
        key_id: None,
        expires_at,
        expiry_source: None,
        warned_days: None,
        refused_at: None,
        refused_code: None,
        worked_at: None,
        created_at: Timestamp::default(),
        created_by: String::new(),
        retired_at: None,
        retired_reason: None,
    }
}

#[test]
fn the_day_a_credential_ends_is_in_the_calendar_with_five_alarms() {
    let end = Timestamp::from_seconds(1_772_442_000);
    let text = calendar([("Contoso, Ltd", &record(Slot::Primary, Some(end)))], end);
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    assert!(text.contains("DTSTART;VALUE=DATE:20260302\r\n"), "{text}");
    assert_eq!(text.matches("BEGIN:VALARM").count(), 5);
    assert!(text.contains("TRIGGER:-P60D") && text.contains("TRIGGER:-P1D"), "{text}");
    let unfolded = text.replace("\r\n ", "");
    assert!(unfolded.contains(r"sync\, main\; a") && unfolded.contains(r"Contoso\, Ltd"), "{text}");
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "lines are folded: {text}");
}

#[test]
fn retired_and_endless_credentials_are_not_in_it() {
    let end = Timestamp::from_seconds(1_772_442_000);
    let (retired, endless) = (record(Slot::Retired, Some(end)), record(Slot::Primary, None));
    assert!(!calendar([("a", &retired), ("b", &endless)], end).contains("VEVENT"));
}
