//! The count of who could pass, over a directory.

use std::collections::BTreeSet;

use directory::{Act, Cause, Change, ObjectKind, Source, SourceId, SourceKind, State};
use kernel::{PageRequest, Role};
use serde_json::json;
use testkit::{on_each_database, operator};
use uuid::Uuid;

use super::desk::Desk;
use crate::permissions::ReadMfa;
use crate::readiness::count::AskedTwice;
use crate::readiness::policy::Policy;
use crate::readiness::walk::AT_ONCE;
use crate::readiness::{Lack, Unready, UnreadyFilter};
use crate::store::readiness as rows;

fn policy(id: &str, users: &serde_json::Value) -> Policy {
    let value = json!({
        "id": id, "displayName": id, "state": "enabled", "conditions": { "users": users },
        "grantControls": { "builtInControls": ["mfa"] },
    });
    Policy::read(&value).unwrap()
}

#[tokio::test]
async fn people_are_counted_by_policy_and_listed_without_a_factor() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let board = Uuid::from_u128(77);
        desk.directory_says(State::Active, Some(board)).await;
        let policies = || {
            vec![
                policy("everybody", &json!({ "includeUsers": ["All"] })),
                policy("board", &json!({ "includeGroups": [board] })),
                policy("others", &json!({ "includeUsers": ["All"], "excludeGroups": [board] })),
                policy("strangers", &json!({ "includeGroups": [Uuid::from_u128(99)] })),
            ]
        };
        let mfa = &desk.hall.mfa;
        let figures = async || {
            let counted = mfa.count(&desk.provider().await, policies()).await.unwrap();
            let policies = counted.policies.iter().map(|one| (one.name.clone(), one.people, one.without));
            (policies.collect::<Vec<_>>(), counted.people, desk.unready().await)
        };
        let (by_policy, people, unready) = figures().await;
        let expected = [("board", 1, 1), ("everybody", 1, 1), ("others", 0, 0), ("strangers", 0, 0)];
        assert_eq!(by_policy, expected.map(|(name, people, without)| (name.to_owned(), people, without)));
        assert_eq!((people, unready.len()), (1, 1));
        assert_eq!(
            (unready[0].why, unready[0].policies.clone()),
            (Lack::Nothing, vec!["board".into(), "everybody".into()])
        );

        desk.app().await;
        let (by_policy, _, unready) = figures().await;
        assert!(by_policy.iter().all(|(_, _, without)| *without == 0), "{by_policy:?}");
        assert!(unready.is_empty());

        desk.directory_says(State::Disabled, None).await;
        assert_eq!(figures().await.1, 0, "who is disabled is not counted");
    })
    .await;
}

#[tokio::test]
async fn what_was_counted_is_kept_and_replaced_by_the_next_count() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.directory_says(State::Active, None).await;
        let mfa = &desk.hall.mfa;
        let provider = desk.provider().await;
        let reader = operator(desk.hall.db.organisation, Role::Auditor);
        let may = reader.may(ReadMfa {}).unwrap();
        assert_eq!(mfa.get_readiness(&may, desk.hall.tenant).await.unwrap(), None);
        let keep = async |policies: Vec<Policy>| {
            let counted = mfa.count(&provider, policies).await.unwrap();
            let mut tx = desk.hall.db.store.begin().await.unwrap();
            rows::put(&mut tx, &provider, desk.hall.db.env.now(), "ada", &counted).await.unwrap();
            tx.commit().await.unwrap();
        };
        let list = async |policy: Option<&str>, text: Option<&str>| {
            let own = |text: &str| text.to_owned();
            let filter = UnreadyFilter { policy: policy.map(own), text: text.map(own) };
            let page = PageRequest::first(10);
            mfa.list_unready(&may, desk.hall.tenant, &filter, &page).await.unwrap().items.len()
        };
        keep(vec![policy("everybody", &json!({ "includeUsers": ["All"] }))]).await;
        let report = mfa.get_readiness(&may, desk.hall.tenant).await.unwrap().unwrap();
        assert_eq!((report.people, report.without, report.policies[0].may_enforce), (1, 1, false));
        assert_eq!(list(None, None).await, 1);
        assert_eq!(list(Some("everybody"), Some("MIA")).await, 1);
        assert_eq!(list(Some("every"), None).await, 0, "an id counts whole");
        assert_eq!(list(None, Some("nobody")).await, 0);
        desk.app().await;
        keep(vec![policy("everybody", &json!({ "includeUsers": ["All"] }))]).await;
        let report = mfa.get_readiness(&may, desk.hall.tenant).await.unwrap().unwrap();
        assert_eq!((report.without, report.policies[0].may_enforce), (0, true));
        assert_eq!(list(None, None).await, 0);
    })
    .await;
}

/// Tells the directory of many people, by their numbers.
async fn directory_says_of_many(desk: &Desk, numbers: impl Iterator<Item = u128>, state: State) {
    let id = SourceId(desk.hall.tenant.into());
    let source = Source { organisation: desk.hall.db.organisation, kind: SourceKind::Graph, id };
    let mut tx = desk.hall.db.store.begin().await.unwrap();
    let ids: Vec<Uuid> = numbers.map(Uuid::from_u128).collect();
    let known = directory::read::users_by_object_ids(&mut tx, id, &ids).await.unwrap();
    let changes: Vec<Change> = ids
        .into_iter()
        .map(|object_id| Change {
            kind: ObjectKind::User,
            object_id,
            name: format!("Person {object_id}"),
            act: Act::PutUser { attributes: Box::default(), state: state.clone() },
            cause: Cause::ChangedInSource,
            base: known.iter().find(|user| user.object_id == object_id).map(|user| user.revision),
        })
        .collect();
    let actor = operator(desk.hall.db.organisation, Role::Owner);
    let origin = directory::Origin { kind: "run", id: None };
    directory::apply(&mut tx, &desk.hall.db.env, &actor, source, &changes, origin).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn many_are_counted_some_at_a_time_and_nobody_twice_or_not_at_all() {
    const PEOPLE: u128 = 2 * AT_ONCE as u128 + 100;
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (mfa, provider) = (&desk.hall.mfa, desk.provider().await);
        let everybody = || vec![policy("everybody", &json!({ "includeUsers": ["All"] }))];
        let figures = async || {
            let kept = mfa.count(&provider, everybody()).await.unwrap();
            let unready = desk.unready().await;
            let ids: BTreeSet<u128> = unready.iter().map(|one| one.object_id.as_u128()).collect();
            assert_eq!(ids.len(), unready.len(), "nobody is there twice");
            (kept.people, kept.without, kept.policies[0].without, ids)
        };
        directory_says_of_many(&desk, 1..=PEOPLE, State::Active).await;
        let all = PEOPLE.try_into().unwrap();
        assert_eq!(figures().await, (all, all, all, (1..=PEOPLE).collect()));

        // Every third is disabled since, and somebody of the count before is no longer in the directory.
        let gone = Unready { object_id: Uuid::from_u128(PEOPLE + 1), ..desk.unready().await.pop().unwrap() };
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        rows::replace(&mut tx, &provider, (Some(Uuid::from_u128(PEOPLE)), None), &[gone]).await.unwrap();
        tx.commit().await.unwrap();
        directory_says_of_many(&desk, (1..=PEOPLE).step_by(3), State::Disabled).await;
        let left: BTreeSet<u128> = (1..=PEOPLE).filter(|number| number % 3 != 1).collect();
        let count = left.len().try_into().unwrap();
        assert_eq!(figures().await, (count, count, count, left));
    })
    .await;
}

#[tokio::test]
async fn whoever_is_asked_twice_is_counted_among_so_many_people_at_most() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (mfa, provider) = (&desk.hall.mfa, desk.provider().await);
        let old = json!({
            "id": "old", "displayName": "old", "state": "enabled",
            "conditions": { "users": { "includeUsers": ["All"] } },
            "grantControls": { "customAuthenticationFactors": ["Old"] },
        });
        let policies = [policy("new", &json!({ "includeUsers": ["All"] })), Policy::read(&old).unwrap()];
        let asked = async |most| mfa.count_asked_twice(&provider, &policies, most).await.unwrap();
        assert_eq!(asked(10).await, None, "the directory holds nobody");
        desk.directory_says(State::Active, None).await;
        let all = Some(AskedTwice { people: 1, looked_at: 1, more: false });
        assert_eq!((asked(10).await, asked(1).await), (all, all), "the last one is looked at too");
        assert_eq!(asked(0).await, Some(AskedTwice { people: 0, looked_at: 0, more: true }));
        desk.directory_says(State::Disabled, None).await;
        assert_eq!(asked(10).await, None, "who is disabled is asked for nothing");
    })
    .await;
}
