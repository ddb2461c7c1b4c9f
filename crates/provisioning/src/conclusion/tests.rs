//! What clients conclude, as a table.

use super::*;

type Case = (Operation, u16, Option<u64>, Option<&'static str>, Mood, Option<&'static str>, &'static str);

#[test]
fn entra_concludes_what_its_documentation_says() {
    use Mood::{Good, Grave, Trouble, Waiting};
    use Operation as Op;
    let held = Some("held, nothing was changed: 26 of 400 users");
    let refused = Some("refused, nothing was changed");
    let cases: [Case; 32] = [
        (Op::TestConnection, 200, Some(0), None, Good, None, "test passes"),
        (Op::TestConnection, 401, None, None, Grave, Some("Unauthorized"), "quarantine at once"),
        (Op::TestConnection, 404, None, None, Grave, None, "tenant URL"),
        (Op::MatchUser, 200, Some(0), None, Good, None, "create the user next"),
        (Op::MatchUser, 200, Some(1), None, Good, None, "update that one"),
        (Op::MatchUser, 200, Some(2), None, Trouble, Some("DuplicateTargetEntries"), "must be unique"),
        (Op::MatchUser, 200, None, None, Good, None, "create or update"),
        (Op::MatchUser, 404, None, None, Grave, None, "quarantine at once"),
        (Op::MatchGroup, 200, Some(0), None, Good, None, "create it next"),
        (Op::MatchGroup, 200, Some(1), None, Good, None, "update that one"),
        (
            Op::MatchGroup,
            400,
            None,
            None,
            Grave,
            Some("SystemForCrossDomainIdentityManagementServiceIncompatible"),
            "cannot read the answer",
        ),
        (Op::MatchUser, 429, None, None, Waiting, Some("TooManyRequests"), "comes again"),
        (Op::CheckReference, 200, Some(0), None, Good, None, "will write it"),
        (Op::CheckReference, 200, Some(1), None, Good, None, "there already"),
        (Op::CreateUser, 201, None, None, Good, None, "by our id"),
        (Op::CreateUser, 409, None, None, Trouble, Some("EntryConflict"), "28 days"),
        (Op::CreateUser, 400, None, None, Trouble, None, "not taken"),
        (Op::CreateGroup, 409, None, None, Trouble, Some("EntryConflict"), "same name or id"),
        (Op::UpdateUser, 204, None, None, Good, None, "done"),
        (Op::UpdateUser, 404, None, None, Trouble, Some("InvalidAnchor"), "creates it anew"),
        (Op::ReadUser, 404, None, None, Trouble, Some("InvalidAnchor"), "gone"),
        (Op::ReadGroup, 304, None, None, Good, None, "what differs"),
        (Op::DisableUser, 200, None, None, Good, None, "30 days"),
        (Op::DisableUser, 503, None, held, Waiting, None, "somebody here has decided"),
        (Op::DisableUser, 503, None, refused, Waiting, None, "is refused"),
        (Op::DisableUser, 503, None, Some("the server is busy"), Waiting, None, "next cycle"),
        (Op::DeleteUser, 204, None, None, Good, None, "forgets the link"),
        (Op::DeleteUser, 404, None, None, Good, None, "deleted already"),
        (Op::RemoveMember, 204, None, None, Good, None, "membership"),
        (Op::RemoveMember, 500, None, None, Trouble, Some("InternalServerError"), "next cycle"),
        (Op::Unknown, 404, None, None, Grave, None, "tenant URL"),
        (Op::Unknown, 501, None, None, Trouble, Some("NotImplemented"), "not supported"),
    ];
    for (operation, status, results, detail, mood, log_code, says) in cases {
        let facts = Facts { operation, status, scim_type: None, detail, results, dialect: Some("entra_default") };
        let conclusion = conclude(&facts);
        assert_eq!((conclusion.mood, conclusion.log_code), (mood, log_code), "{facts:?}: {conclusion:?}");
        assert!(
            conclusion.sentence.starts_with("Entra ") && conclusion.sentence.contains(says),
            "{facts:?}: {conclusion:?}"
        );
    }
}

#[test]
fn every_operation_has_a_conclusion_for_every_status() {
    for operation in Operation::ALL {
        for status in [200, 201, 204, 304, 400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 429, 500, 501, 503] {
            let facts =
                Facts { operation: *operation, status, scim_type: None, detail: None, results: None, dialect: None };
            assert!(!conclude(&facts).sentence.is_empty());
        }
    }
}

#[test]
fn other_clients_are_called_by_their_names_and_have_no_codes_of_entra() {
    let facts = Facts {
        operation: Operation::CreateUser,
        status: 409,
        scim_type: Some("uniqueness"),
        detail: None,
        results: None,
        dialect: Some("okta"),
    };
    let conclusion = conclude(&facts);
    assert!(conclusion.sentence.starts_with("Okta sees"), "{conclusion:?}");
    assert_eq!(conclusion.log_code, None);
}
