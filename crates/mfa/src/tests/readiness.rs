//! The count of who could pass, over a directory.

use std::collections::BTreeSet;

use directory::{Act, Cause, Change, ObjectKind, Source, SourceId, SourceKind, State};
use kernel::{PageRequest, Role, Timestamp};
use serde_json::json;
use store::args;
use testkit::{on_each_database, operator};
use uuid::Uuid;

use super::desk::Desk;
use crate::MfaError;
use crate::model::{FactorKind, Provider};
use crate::permissions::{ChangeProvider, ReadMfa};
use crate::policy::AffectedFilter;
use crate::policy::weigh::Rulebook;
use crate::readiness::count::AskedTwice;
use crate::readiness::policy::{Gap, Policy};
use crate::readiness::walk::AT_ONCE;
use crate::readiness::{Kept, Lack, Unready, UnreadyFilter};
use crate::store::policies::people;
use crate::store::readiness as rows;

fn policy(id: &str, users: &serde_json::Value) -> Policy {
    let value = json!({
        "id": id, "displayName": id, "state": "enabled", "conditions": { "users": users },
        "grantControls": { "builtInControls": ["mfa"] },
    });
    Policy::read(&value).unwrap()
}

/// Counts, as whoever has the turn.
pub(super) async fn count(desk: &Desk, provider: &Provider, policies: Vec<Policy>) -> Kept {
    let mfa = &desk.hall.mfa;
    let turn = mfa.take_turn(provider, "ada").await.unwrap();
    let done = mfa.count(provider, policies, &turn).await;
    mfa.end_turn(turn, done).await.unwrap()
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
        let figures = async || {
            let counted = count(&desk, &desk.provider().await, policies()).await;
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
            let counted = count(&desk, &provider, policies).await;
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

#[tokio::test]
async fn whoever_is_sent_codes_passes_as_in_the_preview_of_policies() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.directory_says(State::Active, None).await;
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let sql = "INSERT INTO mfa_addresses (account, target, hash, since) VALUES ($1, 'mobile', $2, 0)";
        tx.execute(sql, args![desk.mia.id, vec![1_u8]]).await.unwrap();
        tx.commit().await.unwrap();
        let everybody = || vec![policy("everybody", &json!({ "includeUsers": ["All"] }))];
        let sms = [FactorKind::Totp, FactorKind::Sms];
        let cases = [
            (sms.as_slice(), None, None),
            (&sms[..1], None, Some(Lack::SwitchedOff)),
            (&sms, Some(0), Some(Lack::Locked)),
        ];
        for (kinds, locked_at, lack) in cases {
            let mut tx = desk.hall.db.store.begin().await.unwrap();
            let sql = "UPDATE mfa_accounts SET locked_at = $2 WHERE id = $1";
            tx.execute(sql, args![desk.mia.id, locked_at.map(Timestamp::from_micros)]).await.unwrap();
            tx.commit().await.unwrap();
            let mut provider = desk.provider().await;
            provider.settings.kinds = kinds.to_vec();
            let counted = count(&desk, &provider, everybody()).await;
            let whys: Vec<Lack> = desk.unready().await.iter().map(|one| one.why).collect();
            assert_eq!(whys, lack.into_iter().collect::<Vec<_>>(), "{kinds:?}");
            assert_eq!(counted.policies[0].without, u64::from(lack.is_some()));
        }
    })
    .await;
}

#[tokio::test]
async fn one_walk_goes_at_a_time_and_one_that_is_given_up_stops_nobody_for_long() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.directory_says(State::Active, None).await;
        let (mfa, provider) = (&desk.hall.mfa, desk.provider().await);
        let may = desk.may(ChangeProvider { tenant: desk.hall.tenant });
        let first = mfa.take_turn(&provider, "Ada").await.unwrap();
        let second = mfa.preview_settings(&may, &provider.settings).await;
        assert!(matches!(&second, Err(MfaError::Conflict(why)) if why.contains("Ada")), "{second:?}");
        // Ada's node has ended.
        desk.pass(121);
        let preview = mfa.preview_settings(&may, &provider.settings).await.unwrap();
        let late = mfa.count(&provider, Vec::new(), &first).await;
        assert!(matches!(late, Err(MfaError::Conflict(_))), "who has lost the turn writes nothing");
        mfa.end_turn(first, Ok(())).await.unwrap();
        let read = desk.may(ReadMfa {});
        assert_eq!(mfa.get_settings_preview(&read, desk.hall.tenant).await.unwrap(), Some(preview));
        let refused: Result<(), _> =
            mfa.end_turn(mfa.take_turn(&provider, "Ada").await.unwrap(), Err(MfaError::Stale)).await;
        assert!(refused.is_err());
        mfa.take_turn(&provider, "Bob").await.expect("what failed has ended");
    })
    .await;
}

#[tokio::test]
async fn people_of_a_preview_under_way_are_not_forgotten_by_another() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        desk.directory_says(State::Active, None).await;
        desk.app().await;
        let (mfa, provider) = (&desk.hall.mfa, desk.provider().await);
        let may = desk.may(ChangeProvider { tenant: desk.hall.tenant });
        let mut wanted = provider.settings.clone();
        wanted.kinds = vec![FactorKind::Passkey];
        let turn = mfa.take_turn(&provider, "Ada").await.unwrap();
        let after = Rulebook { settings: &wanted, policies: &[] };
        let id = desk.hall.db.env.new_id();
        let figures = mfa.weigh_against(&provider, after, Some((id, &turn))).await.unwrap();
        assert_eq!(figures.loses_last, 1);
        assert!(mfa.preview_settings(&may, &provider.settings).await.is_err(), "Ada's is under way");
        let kept =
            people(&mut desk.hall.db.store.read().await.unwrap(), id, &AffectedFilter::default(), 10, None).await;
        assert_eq!(kept.unwrap().len(), 1);
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
        let provider = desk.provider().await;
        let everybody = || vec![policy("everybody", &json!({ "includeUsers": ["All"] }))];
        let figures = async || {
            let kept = count(&desk, &provider, everybody()).await;
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
        let all = Some(AskedTwice { people: 1, looked_at: 1, ..AskedTwice::default() });
        assert_eq!((asked(10).await, asked(1).await), (all.clone(), all), "the last one is looked at too");
        let named = Policy::read(&json!({
            "id": "old", "displayName": "old", "state": "enabled",
            "conditions": { "users": { "includeRoles": ["r"] } },
            "grantControls": { "customAuthenticationFactors": ["Old"] },
        }));
        let by_role = [policies[0].clone(), named.unwrap()];
        let unsure = mfa.count_asked_twice(&provider, &by_role, 10).await.unwrap().unwrap();
        assert_eq!((unsure.people, unsure.unweighed), (0, vec![("old".to_owned(), vec![Gap::Roles])]));
        assert_eq!(asked(0).await, Some(AskedTwice { more: true, ..AskedTwice::default() }));
        desk.directory_says(State::Disabled, None).await;
        assert_eq!(asked(10).await, None, "who is disabled is asked for nothing");
    })
    .await;
}
