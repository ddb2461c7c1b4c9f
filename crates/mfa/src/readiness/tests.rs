//! Who could pass, when a policy may be put in force, and which plan is enough: tables.

use serde_json::json;
use uuid::Uuid;

use super::count::Means;
use super::licence::judge;
use super::{Lack, may_enforce};
use crate::model::FactorKind::{self, Hotp, Passkey, Totp};
use crate::policy::counts::{Counts, Holding, KeyModel};
use crate::settings::{Attestation, AttestationMode};

#[test]
fn a_policy_may_be_enforced_when_enough_could_pass() {
    for (people, without, wanted, may) in [
        (412, 37, 95, false),
        (412, 20, 95, true),
        (412, 0, 100, true),
        (412, 1, 100, false),
        (100, 5, 95, true),
        (100, 6, 95, false),
        (0, 0, 100, true),
        (1, 1, 0, true),
        (u64::MAX, 1, 100, false),
    ] {
        assert_eq!(may_enforce(people, without, wanted), may, "{without} of {people}, {wanted} % wanted");
    }
}

#[test]
fn a_factor_counts_when_it_is_allowed_and_not_locked() {
    type Case<'a> = (&'a [FactorKind], bool, &'a [FactorKind], Option<Lack>);
    let cases: [Case<'_>; 8] = [
        (&[], false, &[Passkey, Totp], Some(Lack::Nothing)),
        (&[], true, &[Passkey, Totp], Some(Lack::Nothing)),
        (&[Totp], false, &[Passkey, Totp], None),
        (&[Totp], false, &[Passkey], Some(Lack::SwitchedOff)),
        (&[Totp], true, &[Passkey, Totp], Some(Lack::Locked)),
        (&[Totp, Passkey], true, &[Passkey, Totp], None),
        (&[Totp, Passkey], true, &[Totp], Some(Lack::Locked)),
        (&[Hotp, Totp], false, &[Hotp], None),
    ];
    for (kinds, locked, allowed, lack) in cases {
        let held = kinds.iter().copied().map(Holding::from).collect();
        let means = Means { locked, held, ..Means::default() };
        let counts = Counts { kinds: allowed, models: None };
        assert_eq!(means.lack(&counts), lack, "{kinds:?}, locked: {locked}, allowed: {allowed:?}");
    }
}

#[test]
fn a_key_of_a_model_that_a_policy_does_not_take_does_not_count() {
    let key = Holding { kind: Passkey, key: Some(KeyModel { aaguid: Some(Uuid::from_u128(5)), attested: false }) };
    let means = |held: &[Holding], locked| Means { locked, held: held.to_vec(), ..Means::default() };
    let denied = Attestation { mode: AttestationMode::Wanted, allow: Vec::new(), deny: vec![Uuid::from_u128(5)] };
    let counts = Counts { kinds: &[Passkey, Totp], models: Some(&denied) };
    assert_eq!(means(&[key], false).lack(&counts), Some(Lack::SwitchedOff));
    assert_eq!(means(&[key, Totp.into()], false).lack(&counts), None);
    assert_eq!(
        means(&[key, Totp.into()], true).lack(&counts),
        Some(Lack::Locked),
        "only a key that counts is no guess"
    );
    assert_eq!(means(&[key], true).lack(&Counts { models: None, ..counts }), None);
}

#[test]
fn a_plan_is_enough_when_it_has_conditional_access() {
    let sku = |status: &str, services: &[&str]| {
        let plans: Vec<_> = services.iter().map(|name| json!({ "servicePlanName": name })).collect();
        json!({ "capabilityStatus": status, "servicePlans": plans })
    };
    let cases = [
        (vec![], None, Some(false)),
        (vec![sku("Enabled", &["EXCHANGE_S_STANDARD"])], None, Some(false)),
        (vec![sku("Enabled", &["AAD_PREMIUM"])], Some("P1"), Some(true)),
        (vec![sku("Enabled", &["AAD_PREMIUM"]), sku("Warning", &["AAD_PREMIUM_P2"])], Some("P2"), Some(true)),
        (vec![sku("Suspended", &["AAD_PREMIUM_P2"])], None, Some(false)),
    ];
    for (skus, plan, enough) in cases {
        let licence = judge(&Ok(skus.clone()));
        assert_eq!((licence.plan, licence.enough), (plan, enough), "{skus:?}");
    }
}
