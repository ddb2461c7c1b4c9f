//! Which calls pass and which are held, as tables.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use kernel::Timestamp;
use serde_json::json;

use super::*;

fn loss(kind: LossKind, amount: u64, of: u64) -> Loss {
    let created_at = Timestamp::from_seconds(0);
    Loss { kind, resource_id: Uuid::from_u128(7), name: "Crane operators".to_owned(), amount, of, created_at }
}

fn asked(method: Method, kind: &'static ResourceType, body: serde_json::Value) -> Asked {
    Asked { method, kind, id: Uuid::from_u128(7), body: body.as_object().cloned() }
}

#[test]
fn the_first_limit_reached_by_count_or_by_part_holds_a_loss_of_users() {
    // (users, lost today, of them deleted, held)
    let cases = [
        (1_000, 0, 0, false),
        (10_000, 23, 0, false),
        (10_000, 24, 0, true),
        (9_976, 24, 24, true),
        (100, 3, 0, false),
        (100, 4, 0, true),
        (96, 4, 4, true),
        (97, 3, 3, false),
        (1, 0, 0, false),
        (3, 0, 0, false),
        (3, 1, 0, true),
        (0, 0, 0, false),
    ];
    for (users, lost, gone, held) in cases {
        let day = Day { users: lost, users_gone: gone, ..Day::default() };
        let population = Population { users, groups: 0 };
        let breach = judge(&[loss(LossKind::User, 1, 0)], &day, population, &Limits::default());
        assert_eq!(breach.is_some(), held, "{lost} of {users} users lost before, {gone} of them deleted: {breach:?}");
    }
}

#[test]
fn groups_and_members_have_limits_of_their_own() {
    // (kind, lost now, lost today, of, held)
    let cases = [
        (LossKind::Group, 1, 0, 5, false),
        (LossKind::Group, 1, 1, 4, true),
        (LossKind::Group, 1, 8, 1_000, false),
        (LossKind::Group, 1, 9, 1_000, true),
        (LossKind::Members, 9, 0, 9, false),
        (LossKind::Members, 2, 0, 10, false),
        (LossKind::Members, 3, 0, 10, true),
        (LossKind::Members, 1, 2, 8, true),
        (LossKind::Members, 1, 1, 9, false),
        (LossKind::Members, 100_000, 0, 100_000, true),
        (LossKind::Members, 0, 0, 0, false),
    ];
    for (kind, lost, before, of, held) in cases {
        let mut day = Day { groups: before, ..Day::default() };
        day.members.insert(Uuid::from_u128(7), before);
        let population = Population { users: 1_000, groups: of };
        let breach = judge(&[loss(kind, lost, of)], &day, population, &Limits::default());
        assert_eq!(breach.is_some(), held, "{kind}: {lost} and {before} before, of {of}: {breach:?}");
    }
}

#[test]
fn nothing_lost_is_never_held_and_what_one_group_lost_is_not_anothers() {
    let mut day = Day { users: 900, groups: 900, ..Day::default() };
    assert_eq!(judge(&[], &day, Population { users: 100, groups: 10 }, &Limits::default()), None);
    day.members.insert(Uuid::from_u128(8), 99);
    let members = [loss(LossKind::Members, 1, 100)];
    assert_eq!(judge(&members, &day, Population { users: 100, groups: 10 }, &Limits::default()), None);
}

#[test]
fn a_breach_says_what_happened_in_a_sentence() {
    let limits = Limits::default();
    let day = Day { users: 24, users_gone: 24, ..Day::default() };
    let users = judge(&[loss(LossKind::User, 1, 0)], &day, Population { users: 376, groups: 0 }, &limits).unwrap();
    assert_eq!(
        users.describe(),
        "25 of 400 users would be disabled or deleted within 24 hours; the limit is 25 or 5 %"
    );
    let members = judge(&[loss(LossKind::Members, 40, 80)], &Day::default(), Population::default(), &limits).unwrap();
    assert_eq!(members.describe(), "Crane operators would lose 40 of 80 members within 24 hours; the limit is 30 %");
}

#[test]
fn a_call_asked_again_is_the_same_and_a_later_one_replaces_what_it_speaks_of() {
    use scim::{GROUP, USER};
    let off = || {
        asked(Method::Patch, &USER, json!({ "Operations": [{ "op": "Replace", "path": "active", "value": "False" }] }))
    };
    let also =
        asked(Method::Patch, &USER, json!({ "Operations": [{ "op": "replace", "value": { "active": false } }] }));
    let without = |id: &str| {
        asked(
            Method::Patch,
            &GROUP,
            json!({ "Operations": [{ "op": "remove", "path": "members", "value": [{ "value": id }] }] }),
        )
    };
    let put = || asked(Method::Put, &GROUP, json!({ "displayName": "Crane operators", "members": [] }));
    let delete = || asked(Method::Delete, &GROUP, json!(null));
    let cases = [
        (off(), off(), Relation::Same),
        (off(), also, Relation::Replaced),
        (off(), asked(Method::Delete, &USER, json!(null)), Relation::Replaced),
        (without("a"), without("a"), Relation::Same),
        (without("a"), without("b"), Relation::Beside),
        (without("a"), put(), Relation::Replaced),
        (put(), without("a"), Relation::Beside),
        (without("a"), delete(), Relation::Replaced),
        (delete(), without("a"), Relation::Replaced),
        (delete(), delete(), Relation::Same),
    ];
    for (earlier, later, relation) in cases {
        assert_eq!(earlier.relation_to(&later), relation, "{earlier:?} then {later:?}");
    }
}
