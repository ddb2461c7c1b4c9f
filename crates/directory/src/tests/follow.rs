//! Following the log ends where loading everything ends.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::follow::{View, catch_up, load};
use crate::index::Reach;
use crate::{GroupId, UserId};

/// One of the states by number.
fn state(number: u8) -> State {
    match number {
        0..=2 => State::Active,
        3 => State::Disabled,
        4 => conflict(Decision::Pending),
        5 => conflict(Decision::Ignored),
        6 => deleted(),
        _ => excluded(),
    }
}

fn member() -> impl Strategy<Value = Member> {
    prop_oneof![3 => (0u128..6).prop_map(human), 1 => (0u128..4).prop_map(nested)]
}

fn any_change() -> impl Strategy<Value = Change> {
    let purge = |kind, id| change(kind, id, Act::Purge, Cause::RetentionOver);
    let rows = || proptest::collection::vec(member(), 0..4);
    prop_oneof![
        4 => (0u128..6, 0u8..9, "[ab]{1,2}").prop_map(|(n, s, name)| put_user(n, &name, state(s))),
        2 => (0u128..6, 0u8..9).prop_map(|(n, s)| set_user(n, state(s))),
        1 => (0u128..6).prop_map(move |n| purge(ObjectKind::User, person(n))),
        4 => (0u128..4, 0u8..9, "[ab]{1,2}").prop_map(|(n, s, name)| put_group(n, &name, state(s))),
        2 => (0u128..4, 0u8..9).prop_map(|(n, s)| set_group(n, state(s))),
        1 => (0u128..4).prop_map(move |n| purge(ObjectKind::Group, team(n))),
        6 => (0u128..4, rows(), rows()).prop_map(|(n, added, removed)| members(n, &added, &removed)),
    ]
}

/// Everything the index says.
fn told(view: &View) -> impl PartialEq + std::fmt::Debug + use<> {
    let index = &view.index;
    let users: BTreeSet<(u32, UserId, bool)> =
        index.users().map(|(ordinal, id)| (ordinal.0, id, index.is_active(ordinal))).collect();
    let groups: BTreeSet<(u32, GroupId)> = index.groups().map(|(ordinal, id)| (ordinal.0, id)).collect();
    let of_users: Vec<_> = users
        .iter()
        .flat_map(|(_, user, _)| [Reach::Direct, Reach::Transitive].map(|reach| index.groups_of(*user, reach)))
        .collect();
    let of_groups: Vec<_> = groups
        .iter()
        .map(|(_, group)| {
            let users: Vec<_> = index.members_of(*group, Reach::Transitive).iter().map(|(user, _)| user.0).collect();
            (users, index.groups_within(*group, Reach::Direct), index.groups_above(*group, Reach::Transitive))
        })
        .collect();
    (index.revision(), index.counts(), users, groups, of_users, of_groups, index.cycles())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn any_changes_followed_in_any_portions_equal_a_fresh_load(
        batches in proptest::collection::vec((proptest::collection::vec(any_change(), 1..12), any::<bool>()), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(on_each_database(async |db| {
            let house = House::new(db);
            let (store, organisation) = (&house.db.store, house.db.organisation);
            let mut view = load(store, organisation).await.unwrap();
            for (changes, look) in &batches {
                house.apply(changes.clone()).await;
                if *look {
                    view = catch_up(store, organisation, &view).await.unwrap().unwrap_or(view);
                }
            }
            view = catch_up(store, organisation, &view).await.unwrap().unwrap_or(view);
            let fresh = load(store, organisation).await.unwrap();
            assert_eq!(told(&view), told(&fresh));
            assert_eq!(view.search, fresh.search);
        }));
    }
}

#[tokio::test]
async fn a_node_follows_what_another_wrote_and_says_how_far_behind_it_is() {
    on_each_database(async |db| {
        let house = House::new(db);
        let organisation = house.db.organisation;
        house.apply(vec![put_user(1, "Ada", State::Active), put_group(1, "Everybody", State::Active)]).await;
        let lag = house.directory.lag(organisation).await.unwrap();
        assert_eq!((lag.loaded, lag.newest, lag.behind), (false, 2, 2));
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let follower = tokio::spawn({
            let directory = house.directory.clone();
            async move { directory.follow_all(stopped).await }
        });
        house.apply(vec![members(1, &[human(1)], &[])]).await;
        let (user, group) = (house.user(1).await.id, house.group(1).await.id);
        let seen = async {
            while !house.directory.index(organisation).is_ok_and(|index| index.is_member(user, group)) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), seen).await.expect("the follower gets there");
        assert_eq!(house.directory.lag(organisation).await.unwrap().behind, 0);
        stop.send_replace(true);
        follower.await.unwrap();
    })
    .await;
}
