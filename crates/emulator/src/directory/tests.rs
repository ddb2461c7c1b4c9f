//! The directory as its editors and readers see it.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::collections::BTreeSet;
use std::time::Duration;

use kernel::Timestamp;
use serde_json::{Map, Value, json};

use super::property::{group, user};
use super::*;

fn now() -> Timestamp {
    Timestamp::parse("2026-03-01T12:00:00Z").unwrap()
}

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn small() -> Directory {
    let spec = Spec {
        seed: 7,
        users: 300,
        groups: 60,
        domains: vec!["contoso.com".to_owned(), "contoso.onmicrosoft.com".to_owned()],
        cyclic: true,
        now: now(),
    };
    generate_from(&spec)
}

fn dump(directory: &Directory) -> String {
    let mut all = String::new();
    for kind in [Kind::User, Kind::Group] {
        for ordinal in directory.live(kind) {
            let object = Ref { kind, ordinal };
            all += &directory.id(object).to_string();
            for (_, json) in directory.record(object) {
                all += std::str::from_utf8(json).unwrap();
            }
        }
    }
    for group in directory.live(Kind::Group) {
        all.extend([format!("{:?}", directory.member_users(group)), format!("{:?}", directory.member_groups(group))]);
    }
    all
}

#[test]
fn the_same_seed_makes_the_same_organisation() {
    assert_eq!(dump(&generate(5, 200, 40, now())), dump(&generate(5, 200, 40, now())));
    assert_ne!(dump(&generate(5, 200, 40, now())), dump(&generate(6, 200, 40, now())));
}

#[test]
fn an_organisation_has_what_real_ones_have() {
    let directory = generate(1, 2_000, 150, now());
    let count = |test: &dyn Fn(&User) -> bool| (0..2_000).filter(|ordinal| test(directory.user(*ordinal))).count();
    let is = |prop, json: &'static str| move |user: &User| user.record.get(prop) == Some(json.as_bytes());

    let guests = count(&is(user::USER_TYPE, "\"Guest\""));
    assert!((100..240).contains(&guests), "{guests} guests");
    let disabled = count(&is(user::ACCOUNT_ENABLED, "false"));
    assert!((60..180).contains(&disabled), "{disabled} disabled");
    assert!(count(&|user| user.record.text(user::DISPLAY_NAME).unwrap().starts_with("Meeting Room")) > 0);
    assert!(count(&is(user::ON_PREMISES_SYNC_ENABLED, "true")) > 400);
    assert_eq!(directory.live(Kind::Group).len(), 150);

    let names: BTreeSet<String> =
        (0..2_000).map(|o| directory.user(o).record.text(user::USER_PRINCIPAL_NAME).unwrap()).collect();
    assert_eq!(names.len(), 2_000, "names are unique");
    for ordinal in 0..2_000 {
        let (mut above, mut steps) = (directory.manager(ordinal), 0);
        while let Some(next) = above {
            above = directory.manager(next);
            steps += 1;
            assert!(steps < 50, "managers form a tree");
        }
    }
}

#[test]
fn nesting_is_walked_to_the_end_and_cycles_once() {
    let directory = small();
    let by_name = |name: &str| {
        directory
            .live(Kind::Group)
            .iter()
            .find(|group| directory.group(*group).record.text(group::DISPLAY_NAME).unwrap() == name)
            .unwrap()
    };
    let company = by_name("Company");
    let (users, groups) = directory.transitive_members(company);
    assert!(groups.len() >= 20, "divisions, departments, sites");
    assert!(users.len() > 200);
    assert!(directory.member_users(company).is_empty());

    let circle = by_name("Circle one");
    let (_, inside) = directory.transitive_members(circle);
    assert!(inside.contains(circle), "a cycle holds itself");

    let member = users.iter().nth(50).unwrap();
    assert!(directory.transitive_groups_of(Ref::user(member)).contains(company));
    assert!(!directory.groups_of(Ref::user(member)).contains(company));
}

#[test]
fn a_deleted_user_keeps_everything_for_thirty_days() {
    let mut directory = small();
    let ordinal = 30;
    let id = directory.user(ordinal).id;
    let name = directory.user(ordinal).record.text(user::USER_PRINCIPAL_NAME).unwrap();
    let groups = directory.groups_of(Ref::user(ordinal));
    let group = groups.iter().next().unwrap();

    directory.delete_user(ordinal, now());
    assert_eq!(directory.find_user(&name), None);
    assert_eq!(directory.find_user(&id.to_string()), None);
    assert!(!directory.is_member(group, Ref::user(ordinal)));
    assert!(
        directory.user(ordinal).record.text(user::USER_PRINCIPAL_NAME).unwrap().starts_with(&id.simple().to_string())
    );

    directory.restore_user(ordinal, None, now()).unwrap();
    assert_eq!(directory.find_user(&name.to_uppercase()), Some(ordinal));
    assert_eq!(directory.groups_of(Ref::user(ordinal)), groups);

    directory.delete_user(ordinal, now());
    let later = now().plus(Duration::from_hours(30 * 24));
    assert!(!directory.has_expired(later.minus(Duration::from_secs(1))));
    directory.purge_expired(later);
    assert_eq!(directory.life(Ref::user(ordinal)), Life::Purged);
    assert!(directory.restore_user(ordinal, None, later).is_err());
}

#[test]
fn a_name_taken_meanwhile_stops_a_restoration_until_another_is_given() {
    let mut directory = small();
    let name = directory.user(40).record.text(user::USER_PRINCIPAL_NAME).unwrap();
    directory.delete_user(40, now());
    directory.create_user(&fields(json!({ "userPrincipalName": name })), Author::Service, now()).unwrap();

    assert_eq!(directory.restore_user(40, None, now()), Err(EditError::Conflict("userPrincipalName")));
    directory.restore_user(40, Some("other@contoso.com"), now()).unwrap();
    assert_eq!(directory.find_user("other@contoso.com"), Some(40));
}

#[test]
fn callers_are_held_to_what_graph_allows() {
    let mut directory = small();
    let synced = (0..300).find(|o| directory.user(*o).record.is_true(user::ON_PREMISES_SYNC_ENABLED)).unwrap();
    let cloud = (20..300).find(|o| !directory.user(*o).record.is_true(user::ON_PREMISES_SYNC_ENABLED)).unwrap();
    let check = |directory: &mut Directory, ordinal: u32, body: Value, expected: Result<bool, EditError>| {
        assert_eq!(directory.patch_user(ordinal, &fields(body.clone()), Author::Caller, now()), expected, "{body}");
    };
    check(&mut directory, synced, json!({"displayName": "X"}), Err(EditError::Synced));
    check(&mut directory, synced, json!({"usageLocation": "NO"}), Ok(true));
    check(&mut directory, cloud, json!({"displayName": "X"}), Ok(true));
    check(&mut directory, cloud, json!({"displayName": "X"}), Ok(false));
    check(&mut directory, cloud, json!({"DisplayName": "X"}), Err(EditError::UnknownProperty("DisplayName".into())));
    check(&mut directory, cloud, json!({"accountEnabled": "yes"}), Err(EditError::WrongType("accountEnabled".into())));
    check(
        &mut directory,
        cloud,
        json!({"createdDateTime": "2026-01-01T00:00:00Z"}),
        Err(EditError::ReadOnly("createdDateTime".into())),
    );
    check(
        &mut directory,
        cloud,
        json!({"userPrincipalName": "a@elsewhere.test"}),
        Err(EditError::UnverifiedDomain("a@elsewhere.test".into())),
    );
    check(
        &mut directory,
        cloud,
        json!({"employeeId": "12345678901234567"}),
        Err(EditError::InvalidValue("employeeId".into())),
    );
    let taken = directory.user(0).record.text(user::USER_PRINCIPAL_NAME).unwrap();
    check(&mut directory, cloud, json!({"userPrincipalName": taken}), Err(EditError::Conflict("userPrincipalName")));
}

#[test]
fn a_new_mail_becomes_the_primary_address_and_the_old_one_an_alias() {
    let mut directory = Directory::empty(1, vec!["contoso.com".to_owned()]);
    directory
        .create_user(
            &fields(json!({"userPrincipalName": "a@contoso.com", "mail": "a@contoso.com"})),
            Author::Service,
            now(),
        )
        .unwrap();
    directory.patch_user(0, &fields(json!({"mail": "b@contoso.com"})), Author::Caller, now()).unwrap();
    assert_eq!(directory.user(0).record.texts(user::PROXY_ADDRESSES), ["SMTP:b@contoso.com", "smtp:a@contoso.com"]);
}

#[test]
fn a_change_of_department_moves_between_dynamic_groups() {
    let mut directory = small();
    let automatic = |directory: &Directory, name: &str| {
        directory
            .live(Kind::Group)
            .iter()
            .find(|group| directory.group(*group).record.text(group::DISPLAY_NAME).unwrap() == name)
    };
    let (engineering, security) =
        (automatic(&directory, "Engineering (automatic)"), automatic(&directory, "Information Security (automatic)"));
    let (engineering, security) = (engineering.unwrap(), security.unwrap());
    let person = directory.member_users(engineering).max().unwrap();

    directory
        .patch_user(person, &fields(json!({"department": "Information Security"})), Author::Service, now())
        .unwrap();
    assert!(!directory.is_member(engineering, Ref::user(person)));
    assert!(directory.is_member(security, Ref::user(person)));
    assert_eq!(directory.add_member(security, Ref::user(0), Author::Caller, now()), Err(EditError::Dynamic));
}

#[test]
fn the_log_tells_what_changed_since_a_position() {
    let mut directory = small();
    let start = directory.position();
    directory.patch_user(40, &fields(json!({"jobTitle": "One"})), Author::Service, now()).unwrap();
    let middle = directory.position();
    directory.patch_user(40, &fields(json!({"city": "Two"})), Author::Service, now()).unwrap();

    let masks = |since| -> Vec<Change> {
        directory.history(Ref::user(40), since, u64::MAX).map(|entry| entry.change).collect()
    };
    assert_eq!(masks(start), [Change::Set(user::CITY.bit()), Change::Set(user::JOB_TITLE.bit())]);
    assert_eq!(masks(middle), [Change::Set(user::CITY.bit())]);
    assert!(directory.is_first_since(&directory.entries(start, u64::MAX)[0], start));
    assert!(!directory.is_first_since(&directory.entries(start, u64::MAX)[1], start));
}

#[test]
fn life_goes_on_for_long_and_the_edges_agree_both_ways() {
    let mut directory = small();
    let mut draw = Draw::new(3);
    let told = (0..3_000).filter(|_| life::step(&mut directory, &mut draw, now()).is_some()).count();
    assert!(told > 1_500, "only {told} of 3000 steps did something");

    for group in 0..directory.slots(Kind::Group) {
        for member in &directory.group(group).users {
            assert!(directory.user(member).groups.contains(&group));
        }
    }
    for ordinal in 0..directory.slots(Kind::User) {
        assert!(directory.user(ordinal).groups.iter().all(|group| directory.group(*group).users.contains(ordinal)));
    }
}
