//! What a push means for the directory, case by case.

use std::time::Duration;

use directory::{Source, SourceId};
use kernel::OrganisationId;
use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

fn known(kind: SourceKind, state: State, enabled: bool) -> User {
    let source = Source { organisation: OrganisationId(Uuid::nil()), kind, id: SourceId(Uuid::nil()) };
    User {
        ordinal: 1,
        id: Uuid::nil().into(),
        source,
        object_id: Uuid::nil(),
        state,
        missing_since: None,
        attributes: UserAttributes { account_enabled: Some(enabled), ..UserAttributes::default() },
        created_at: NOW,
        changed_at: NOW,
        seen_at: NOW,
        revision: 7,
    }
}

/// `None` as the state that follows: nothing changes.
fn check(kind: SourceKind, state: State, enabled: bool, fate: Fate, expected: Option<(State, Cause)>) {
    let before = known(kind, state, enabled);
    let wanted = UserAttributes { account_enabled: Some(fate == Fate::Active), ..UserAttributes::default() };
    let change = user(Some(&before), Uuid::nil(), wanted, fate, NOW);
    let found = change.map(|change| {
        assert_eq!(change.base, Some(7));
        match change.act {
            Act::PutUser { state, .. } | Act::SetState { state } => (state, change.cause),
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(found, expected, "{kind:?} {:?} {fate:?}", before.state);
}

fn deleted() -> State {
    State::Deleted { since: NOW, purge_at: NOW.plus(Duration::from_mins(1)) }
}

const GONE: Fate = Fate::Deleted { purge_at: Timestamp::from_seconds(1_800_000_060) };

#[test]
fn a_push_rules_over_what_it_made() {
    use SourceKind::Scim;
    check(Scim, State::Active, true, Fate::Active, None);
    check(Scim, State::Active, true, Fate::Disabled, Some((State::Disabled, Cause::DisabledInSource)));
    check(Scim, State::Disabled, false, Fate::Active, Some((State::Active, Cause::EnabledInSource)));
    check(Scim, State::Active, true, GONE, Some((deleted(), Cause::DeletedInSource)));
    check(Scim, State::Disabled, false, GONE, Some((deleted(), Cause::DeletedInSource)));
    check(Scim, deleted(), true, Fate::Active, Some((State::Active, Cause::RestoredInSource)));
    check(Scim, deleted(), true, GONE, None);
}

#[test]
fn what_graph_reads_a_push_may_only_take_away() {
    use SourceKind::Graph;
    check(Graph, State::Active, true, Fate::Active, None);
    check(Graph, State::Active, true, Fate::Disabled, Some((State::Disabled, Cause::DisabledInSource)));
    check(Graph, State::Active, true, GONE, Some((State::Disabled, Cause::DeletedInSource)));
    // It gives back only what it took: Graph itself has the user enabled.
    check(Graph, State::Disabled, true, Fate::Active, Some((State::Active, Cause::EnabledInSource)));
    check(Graph, State::Disabled, false, Fate::Active, None);
    check(Graph, deleted(), true, Fate::Active, None);
    check(Graph, State::Excluded { because: directory::ExcludedBecause::Filter }, true, Fate::Active, None);
}

#[test]
fn a_new_user_gets_graphs_names() {
    let resource = object(json!({
        "userName": "Mia.Okafor@harbor.example", "displayName": "Mia Okafor", "title": "Pilot", "externalId": "x-1",
        "name": { "givenName": "Mia", "familyName": "Okafor" },
        "emails": [{ "value": "home@x.example", "type": "home" }, { "value": "mia@harbor.example", "type": "work" }],
        "phoneNumbers": [{ "value": "+47 1", "type": "mobile" }, { "value": "+47 2", "type": "work" }],
        "addresses": [{ "type": "work", "formatted": "Quay 3", "locality": "Bergen", "country": "NO" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Docks", "employeeNumber": "7" },
    }));
    let manager = Uuid::from_u128(9);
    let found = user_attributes(&resource, Some(manager));
    let expected = UserAttributes {
        user_principal_name: Some("Mia.Okafor@harbor.example".to_owned()),
        display_name: Some("Mia Okafor".to_owned()),
        given_name: Some("Mia".to_owned()),
        surname: Some("Okafor".to_owned()),
        mail: Some("mia@harbor.example".to_owned()),
        other_mails: vec!["home@x.example".to_owned()],
        job_title: Some("Pilot".to_owned()),
        department: Some("Docks".to_owned()),
        employee_id: Some("7".to_owned()),
        office_location: Some("Quay 3".to_owned()),
        city: Some("Bergen".to_owned()),
        country: Some("NO".to_owned()),
        mobile_phone: Some("+47 1".to_owned()),
        business_phones: vec!["+47 2".to_owned()],
        account_enabled: Some(true),
        external_id: Some("x-1".to_owned()),
        manager: Some(manager),
        ..UserAttributes::default()
    };
    assert_eq!(found, expected);
    let change = user(None, manager, found, Fate::Active, NOW).expect("a new user is a change");
    assert_eq!((change.name.as_str(), change.cause, change.base), ("Mia Okafor", Cause::NewInSource, None));
}

#[test]
fn of_a_group_that_graph_reads_only_who_leaves_is_told() {
    let member = |id| Member { object_id: Uuid::from_u128(id), kind: directory::MemberKind::User };
    let source = |kind| Source { organisation: OrganisationId(Uuid::nil()), kind, id: SourceId(Uuid::nil()) };
    let group = |kind| Group {
        ordinal: 1,
        id: Uuid::nil().into(),
        source: source(kind),
        object_id: Uuid::nil(),
        state: State::Active,
        missing_since: None,
        attributes: GroupAttributes::default(),
        created_at: NOW,
        changed_at: NOW,
        seen_at: NOW,
        revision: 3,
    };
    for (kind, expected) in [(SourceKind::Scim, (1, 1)), (SourceKind::Graph, (0, 1))] {
        let changes = members(Some(&group(kind)), Uuid::nil(), "g", vec![member(1)], vec![member(2)]);
        let count = changes.iter().fold((0, 0), |(add, remove), change| match &change.act {
            Act::Members { added, removed } => (add + added.len(), remove + removed.len()),
            _ => (add, remove),
        });
        assert_eq!(count, expected);
    }
    assert!(
        super::group(Some(&group(SourceKind::Graph)), Uuid::nil(), GroupAttributes::default(), GONE, NOW).is_none()
    );
}
