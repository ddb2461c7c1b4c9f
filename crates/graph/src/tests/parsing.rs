//! Resources from bytes and back.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::resources::{GroupKind, ProxyAddresses};
use crate::{DeltaGroup, DeltaUser, Field, Group, ObjectKind, RemovedReason, User};

const A: Uuid = Uuid::from_u128(0xa1);

fn user(json: &Value) -> User {
    serde_json::from_slice(json.to_string().as_bytes()).unwrap()
}

#[test]
fn absent_null_and_value_are_three_things() {
    let read = user(&json!({ "id": A, "mail": null, "displayName": "Ada \"L\" ü", "accountEnabled": false }));
    assert_eq!((read.mail.is_null(), read.surname.is_absent()), (true, true));
    assert_eq!((read.display_name.text(), read.account_enabled), (Some("Ada \"L\" ü"), Field::Value(false)));
}

#[test]
fn silence_changes_nothing_and_null_clears() {
    let mut known = user(&json!({ "id": A, "mail": "a@b.c", "city": "Ulm", "x_own": 1, "y_own": 1 }));
    known.overlay(user(&json!({ "id": A, "mail": null, "surname": "L", "x_own": 2 })));
    assert_eq!(known, user(&json!({ "id": A, "mail": null, "city": "Ulm", "surname": "L", "x_own": 2, "y_own": 1 })));
}

#[test]
fn what_was_selected_beyond_is_kept_and_annotations_are_not() {
    let read = user(&json!({
        "@odata.context": "x", "@odata.type": "#microsoft.graph.user", "mail@odata.note": 1, "id": A,
        "extension_0123_badge": { "a": [1, 2.5] } }));
    let extras: Vec<_> = read.extras.iter().map(|(name, raw)| (name, raw.get())).collect();
    assert_eq!(extras, [("extension_0123_badge", r#"{"a":[1,2.5]}"#)]);
}

#[test]
fn wrong_types_and_missing_ids_are_refused() {
    for text in [
        json!({ "displayName": "no id" }),
        json!({ "id": "not-a-guid" }),
        json!({ "id": A, "accountEnabled": "yes" }),
        json!({ "id": A, "proxyAddresses": "SMTP:a@b" }),
        json!({ "id": A, "createdDateTime": "yesterday" }),
        json!([]),
    ] {
        assert!(serde_json::from_value::<User>(text.clone()).is_err(), "{text}");
        assert!(serde_json::from_slice::<DeltaUser>(text.to_string().as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn removal_has_a_reason_and_the_milder_one_in_doubt() {
    for (removed, expected) in [
        (json!({ "reason": "changed" }), RemovedReason::Changed),
        (json!({ "reason": "deleted" }), RemovedReason::Deleted),
        (json!({ "reason": "abducted" }), RemovedReason::Changed),
        (json!({}), RemovedReason::Changed),
    ] {
        let item: DeltaUser = serde_json::from_value(json!({ "id": A, "@removed": removed })).unwrap();
        assert_eq!(item.removed, Some(expected));
    }
}

#[test]
fn the_manager_is_the_last_word() {
    let gone = json!({ "id": A, "@odata.type": "#microsoft.graph.user", "@removed": { "reason": "deleted" } });
    for (changes, expected) in [
        (json!(null), Field::Absent),
        (json!([{ "id": A }]), Field::Value(A)),
        (json!([gone, { "id": Uuid::max() }]), Field::Value(Uuid::max())),
        (json!([gone]), Field::Null),
    ] {
        let mut item = json!({ "id": A });
        if !changes.is_null() {
            item["manager@delta"] = changes;
        }
        assert_eq!(serde_json::from_value::<DeltaUser>(item).unwrap().manager(), expected);
    }
}

#[test]
fn proxy_addresses_are_sorted_out() {
    let list = ["smtp:alias@x", "SMTP:main@x", "SMTP:second@x", "SIP:call@x", "x500:/o=x", "bare@x", "junk"];
    let list: Vec<String> = list.map(str::to_owned).to_vec();
    let sorted = ProxyAddresses::parse(&list);
    assert_eq!(sorted.primary, Some("main@x"));
    assert_eq!(sorted.aliases, ["alias@x", "second@x", "bare@x"]);
    assert_eq!(sorted.others, ["SIP:call@x", "x500:/o=x", "junk"]);
}

#[test]
fn guests_and_groups_are_told_apart() {
    for (json, guest) in [
        (json!({ "id": A, "userType": "Guest" }), true),
        (json!({ "id": A, "userType": "Member", "userPrincipalName": "a#EXT#@x" }), false),
        (json!({ "id": A, "userPrincipalName": "a_b#EXT#@x" }), true),
        (json!({ "id": A }), false),
    ] {
        assert_eq!(user(&json).is_guest(), guest, "{json}");
    }
    for (security, mail, types, expected) in [
        (true, false, json!([]), GroupKind::Security),
        (true, true, json!([]), GroupKind::MailSecurity),
        (false, true, json!([]), GroupKind::Distribution),
        (false, true, json!(["Unified", "DynamicMembership"]), GroupKind::Unified),
    ] {
        let group = json!({ "id": A, "securityEnabled": security, "mailEnabled": mail, "groupTypes": types });
        let group: Group = serde_json::from_value(group).unwrap();
        assert_eq!((group.kind(), group.is_dynamic()), (expected, expected == GroupKind::Unified));
    }
}

#[test]
fn what_a_sync_selects_has_a_field() {
    for name in User::SYNC_SELECT {
        assert!(User::PROPERTIES.contains(name), "{name}");
    }
    for name in Group::SYNC_SELECT {
        assert!(Group::PROPERTIES.contains(name), "{name}");
    }
}

/// A property of the right type for its name, or null.
fn property(name: &'static str) -> BoxedStrategy<Value> {
    let value = match name {
        "accountEnabled" | "onPremisesSyncEnabled" | "showInAddressList" | "isManagementRestricted" => {
            any::<bool>().prop_map(Value::from).boxed()
        }
        "otherMails" | "proxyAddresses" | "imAddresses" | "businessPhones" => {
            vec(".{0,12}", 0..3).prop_map(Value::from).boxed()
        }
        "identities" => Just(json!([{ "signInType": "federated", "issuer": "x" }])).boxed(),
        "assignedLicenses" => Just(json!([{ "skuId": A, "disabledPlans": [A] }])).boxed(),
        "employeeOrgData" => Just(json!({ "costCenter": "1", "division": null })).boxed(),
        "onPremisesExtensionAttributes" => {
            Just(json!({ "extensionAttribute1": "a", "extensionAttribute2": null })).boxed()
        }
        "signInActivity" => Just(json!({ "lastSignInDateTime": "2026-01-01T00:00:00Z",
            "lastNonInteractiveSignInDateTime": null, "lastSuccessfulSignInDateTime": null }))
        .boxed(),
        time if time.ends_with("DateTime") || time.ends_with("Date") => Just(json!("2026-01-02T03:04:05.678Z")).boxed(),
        _ => ".{0,20}".prop_map(Value::from).boxed(),
    };
    prop_oneof![1 => Just(Value::Null), 3 => value].boxed()
}

fn any_delta_user() -> impl Strategy<Value = Map<String, Value>> {
    let properties: Vec<_> =
        User::PROPERTIES.iter().map(|name| option::of(property(name)).prop_map(move |value| (*name, value))).collect();
    let extras = vec(("extension_[a-z]{1,6}", ".{0,8}".prop_map(Value::from)), 0..3);
    let removed = option::of(prop_oneof!["changed", "deleted"]);
    let managers = vec((any::<u128>().prop_map(Uuid::from_u128), any::<bool>()), 0..3);
    (1..=u128::MAX, properties, extras, removed, managers).prop_map(|(id, properties, extras, removed, managers)| {
        let mut item = Map::new();
        item.insert("id".into(), json!(Uuid::from_u128(id)));
        item.extend(properties.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        item.extend(extras);
        item.extend(removed.map(|reason| ("@removed".to_owned(), json!({ "reason": reason }))));
        let managers: Vec<_> = managers.into_iter().map(|(id, removed)| member(id, removed)).collect();
        if !managers.is_empty() {
            item.insert("manager@delta".into(), managers.into());
        }
        item
    })
}

fn member(id: Uuid, removed: bool) -> Value {
    let mut member = json!({ "@odata.type": "#microsoft.graph.user", "id": id });
    if removed {
        member["@removed"] = json!({ "reason": "deleted" });
    }
    member
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_is_lost_between_bytes_and_types(item in any_delta_user()) {
        let sent = Value::Object(item.clone());
        let read: DeltaUser = serde_json::from_slice(sent.to_string().as_bytes()).unwrap();
        for name in User::PROPERTIES {
            let written = serde_json::to_value(&read.user).unwrap();
            prop_assert_eq!(written.get(name).map(Value::is_null), item.get(*name).map(Value::is_null), "{}", name);
        }
        let written = serde_json::to_string(&read).unwrap();
        let again: DeltaUser = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(&again, &read);
        let written: Value = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(&written, &sent);
    }

    #[test]
    fn overlaying_twice_is_overlaying_once(one in any_delta_user(), two in any_delta_user()) {
        let read = |item: Map<String, Value>| serde_json::from_value::<DeltaUser>(item.into()).unwrap().user;
        let (mut once, two) = (read(one), read(two));
        once.overlay(two.clone());
        let mut twice = once.clone();
        twice.overlay(two);
        prop_assert_eq!(twice, once);
    }

    #[test]
    fn a_cut_is_never_a_shorter_answer(item in any_delta_user(), at in any::<prop::sample::Index>()) {
        let text = Value::Object(item).to_string();
        let end = at.index(text.len());
        prop_assert!(serde_json::from_slice::<DeltaUser>(&text.as_bytes()[..end]).is_err());
    }

    #[test]
    fn members_keep_their_order(members in vec((1..=u128::MAX, any::<bool>()), 0..50)) {
        let list: Vec<_> = members.iter().map(|(id, removed)| member(Uuid::from_u128(*id), *removed)).collect();
        let item = json!({ "id": A, "members@delta": list });
        let read: DeltaGroup = serde_json::from_slice(item.to_string().as_bytes()).unwrap();
        let seen: Vec<_> = read.member_changes.iter().map(|change| (change.id.as_u128(), change.removed)).collect();
        prop_assert_eq!(seen, members);
        prop_assert!(read.member_changes.iter().all(|change| change.kind == ObjectKind::User));
    }
}
