//! Every refusal of Entra and Graph has its one word.

use std::time::Duration;

use graph::{GraphError, Refusal};
use kernel::Timestamp;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_772_442_000);
const FEATURES: [Feature; 2] = [Feature::Users, Feature::Groups];

fn roles(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn failing(fault: Fault) -> Failure {
    Failure { fault, detail: "it failed".to_owned(), code: None, feature: None }
}

fn seen<'a>(roles: &'a [String], before: &'a [String]) -> Evidence<'a> {
    Evidence {
        features: &FEATURES,
        roles: Some(roles),
        roles_seen: before,
        failure: None,
        credential_ends: None,
        now: NOW,
    }
}

#[test]
fn the_roles_of_the_token_decide_when_nothing_failed() {
    let all = ["User.Read.All", "GroupMember.Read.All"];
    for (granted, before, status, stopped) in [
        (&all[..], &[][..], Status::Granted, &[][..]),
        (&["Directory.Read.All"], &[], Status::Granted, &[]),
        (&[], &[], Status::ConsentWithdrawn, &FEATURES[..]),
        (&[], &all, Status::ConsentWithdrawn, &FEATURES),
        (&["User.Read.All"], &all, Status::PartlyGranted, &[Feature::Groups]),
        (&["User.Read.All"], &[], Status::PartlyGranted, &[Feature::Groups]),
        (&["User.Read.All"], &["User.Read.All"], Status::UpdateNeeded, &[Feature::Groups]),
    ] {
        let (granted, before) = (roles(granted), roles(before));
        let verdict = classify(&seen(&granted, &before));
        assert_eq!((verdict.status, &verdict.stopped[..]), (status, stopped), "{granted:?} after {before:?}");
    }
}

#[test]
fn a_missing_optional_permission_stops_nothing() {
    let granted = roles(&["User.Read.All", "GroupMember.Read.All"]);
    let features = [Feature::Users, Feature::Groups, Feature::TenantDetails];
    let verdict = classify(&Evidence { features: &features, ..seen(&granted, &[]) });
    assert_eq!((verdict.status, verdict.stopped), (Status::UpdateNeeded, vec![]));
    assert!(verdict.detail.contains("Organization.Read.All"), "{}", verdict.detail);
}

#[test]
fn the_end_of_the_last_credential_turns_health_red_seven_days_before() {
    let granted = roles(&["User.Read.All", "GroupMember.Read.All"]);
    for (days, status) in [(8, Status::Granted), (7, Status::SecretExpiring), (0, Status::SecretExpiring)] {
        let end = NOW.plus(Duration::from_hours(24 * days));
        let verdict = classify(&Evidence { credential_ends: Some(end), ..seen(&granted, &[]) });
        assert_eq!(verdict.status, status, "{days} days");
    }
}

#[test]
fn every_number_that_can_be_explained_has_its_status() {
    let expected = |code| match code {
        7_000_112 => Status::AppDisabled,
        700_016 | 7_000_229 | 700_011 | 70_001 | 700_038 | 650_059 => Status::AppDeleted,
        7_000_222 => Status::SecretExpired,
        65_001 | 65_004 | 65_005 | 650_051 | 650_052 | 650_056 | 650_057 | 90_093 | 90_094 | 90_095 => {
            Status::ConsentWithdrawn
        }
        90_002 | 5_000_224 | 900_381 | 900_382 | 900_383 | 90_019 | 50_059 | 9_001_023 | 500_011 => Status::Unreachable,
        90_055 | 90_033 | 90_090 | 90_006 | 90_024 | 90_001 | 50_196 => Status::Throttled,
        _ => Status::TokenRefused,
    };
    for code in oidc::explain::known_codes() {
        assert_eq!(Fault::of_aadsts(code).status(), expected(code), "AADSTS{code}");
    }
    assert_eq!(Fault::of_aadsts(1).status(), Status::TokenRefused, "an unknown number is a refusal");
}

#[test]
fn graphs_refusals_have_their_status_or_say_nothing() {
    let refused = |status, code: &str| {
        let refusal = Refusal { status, code: code.to_owned(), ..Refusal::default() };
        Failure::of(&GraphError::Rejected(Box::new(refusal))).map(|failure| failure.fault.status())
    };
    for (status, code, expected) in [
        (403, "Authorization_RequestDenied", Some(Status::RoleMissing)),
        (403, "", Some(Status::RoleMissing)),
        (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", Some(Status::LicenceMissing)),
        (401, "InvalidAuthenticationToken", Some(Status::TokenRefused)),
        (401, "Authorization_IdentityNotFound", Some(Status::AppDeleted)),
        (401, "Authorization_IdentityDisabled", Some(Status::AppDisabled)),
        (407, "", Some(Status::Unreachable)),
        (400, "Request_BadRequest", None),
        (400, "Request_UnsupportedQuery", None),
        (409, "Directory_ConcurrencyViolation", None),
        (501, "NotImplemented", None),
    ] {
        assert_eq!(refused(status, code), expected, "{status} {code}");
    }
    assert_eq!(Failure::of(&GraphError::Cancelled), None);
}

#[test]
fn a_refusal_by_graph_is_explained_by_the_roles_where_they_explain_it() {
    let granted = roles(&["User.Read.All"]);
    let failure = failing(Fault::Forbidden).while_trying(Feature::Groups);
    let verdict = classify(&Evidence { failure: Some(&failure), ..seen(&granted, &granted) });
    assert_eq!((verdict.status, verdict.stopped), (Status::UpdateNeeded, vec![Feature::Groups]));

    let granted = roles(&["User.Read.All", "GroupMember.Read.All"]);
    let verdict = classify(&Evidence { failure: Some(&failure), ..seen(&granted, &granted) });
    assert_eq!((verdict.status, verdict.stopped), (Status::RoleMissing, vec![Feature::Groups]));
}

#[test]
fn a_wrong_credential_past_its_end_has_expired() {
    let failure = failing(Fault::WrongCredential);
    let evidence = Evidence { roles: None, failure: Some(&failure), ..seen(&[], &[]) };
    assert_eq!(classify(&evidence).status, Status::TokenRefused);
    let ended = Evidence { credential_ends: Some(NOW.minus(Duration::from_secs(1))), ..evidence };
    assert_eq!(classify(&ended).status, Status::SecretExpired);
}

#[test]
fn what_stops_everything_stops_every_feature_and_a_licence_stops_none() {
    for fault in [Fault::Throttled, Fault::Unreachable, Fault::AppDisabled, Fault::Expired, Fault::Refused] {
        let failure = failing(fault);
        let verdict = classify(&Evidence { roles: None, failure: Some(&failure), ..seen(&[], &[]) });
        assert_eq!(verdict.stopped, FEATURES, "{fault:?}");
    }
    let failure = failing(Fault::NoLicence);
    assert_eq!(classify(&Evidence { failure: Some(&failure), ..seen(&[], &[]) }).stopped, vec![]);
}

#[test]
fn every_status_can_be_mended() {
    for status in Status::ALL {
        assert!(status.mend().len() > 5, "{status}");
        assert!(status.link(TenantId(uuid::Uuid::nil())).starts_with("/tenants/"), "{status}");
    }
}
