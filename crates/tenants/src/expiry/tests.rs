//! When a warning is due, and which registered credential is ours.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::json;

use super::*;
use crate::model::{CredentialId, ExpirySource, Slot, TenantId};

const END: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn record(kind: CredentialKind, thumbprint: Option<&str>, key_id: Option<Uuid>) -> CredentialRecord {
    CredentialRecord {
        id: CredentialId(Uuid::from_u128(1)),
        tenant: TenantId(Uuid::from_u128(2)),
        slot: Slot::Primary,
        kind,
        label: "sync".to_owned(),
        certificate_pem: None,
        thumbprint: thumbprint.map(str::to_owned),
        key_id,
        expires_at: None,
        expiry_source: Some(ExpirySource::Entered),
        warned_days: None,
        refused_at: None,
        refused_code: None,
        worked_at: None,
        created_at: END,
        created_by: "operator:ada".to_owned(),
        retired_at: None,
        retired_reason: None,
    }
}

#[test]
fn each_warning_is_due_once_and_missed_ones_are_not_made_up_for() {
    for (days_left, warned, due) in [
        (61, None, None),
        (60, None, Some(60)),
        (59, Some(60), None),
        (30, Some(60), Some(30)),
        (10, Some(30), Some(14)),
        (10, None, Some(14)),
        (7, Some(14), Some(7)),
        (1, Some(7), Some(1)),
        (0, Some(1), Some(0)),
        (0, Some(0), None),
    ] {
        assert_eq!(due_warning(END, days_before(END, days_left), warned), due, "{days_left} days left, {warned:?}");
    }
    assert_eq!(due_warning(END, END.plus(Duration::from_hours(999)), None), Some(0), "long after the end");
}

#[test]
fn our_credential_is_found_in_the_registration() {
    let application: Application = serde_json::from_value(json!({
        "id": Uuid::from_u128(1), "appId": Uuid::from_u128(2),
        "passwordCredentials": [
            {"keyId": Uuid::from_u128(11), "hint": "abc", "endDateTime": "2027-01-01T00:00:00Z"},
            {"keyId": Uuid::from_u128(12), "hint": "xyz", "endDateTime": "2028-01-01T00:00:00Z"},
            {"keyId": Uuid::from_u128(13), "hint": "xyz", "endDateTime": "2029-01-01T00:00:00Z"}],
        "keyCredentials": [
            {"keyId": Uuid::from_u128(21), "customKeyIdentifier": STANDARD.encode([0xAB; 20]), "endDateTime": "2027-02-01T00:00:00Z"},
            {"keyId": Uuid::from_u128(22), "customKeyIdentifier": "CD".repeat(20), "endDateTime": "2027-03-01T00:00:00Z"}],
    }))
    .unwrap();
    let (secret, certificate) = (CredentialKind::Secret, CredentialKind::Certificate);
    let (first, second) = ("AB".repeat(20), "CD".repeat(20));
    for (record, value, expected) in [
        (record(secret, None, None), "abcdef", Some(11)),
        (record(secret, None, None), "xyz123", None),
        (record(secret, None, Some(Uuid::from_u128(13))), "xyz123", Some(13)),
        (record(secret, None, None), "nothing", None),
        (record(certificate, Some(&first), None), "", Some(21)),
        (record(certificate, Some(&second), None), "", Some(22)),
        (record(certificate, Some("00"), None), "", None),
    ] {
        let found = registered(&application, &record, Some(&Secret::from(value)));
        assert_eq!(
            found.and_then(|found| found.key_id),
            expected.map(Uuid::from_u128),
            "{value} {:?}",
            record.thumbprint
        );
    }
}
