//! The index is a pure function of the directory: after any history it equals a build from nothing and the naive walk.

use proptest::prelude::*;

use super::model::Model;
use super::*;

/// Spreads small numbers over leaves and pages.
const STRIDE: u32 = 97;

fn any_key(users: bool) -> impl Strategy<Value = MemberKey> {
    (0_u32..9).prop_map(move |number| if users { Synthetic::key(user(number)) } else { Synthetic::key(group(number)) })
}

/// Mostly everyone keeps number, id and key; now and then somebody comes back under another one.
fn identity() -> impl Strategy<Value = (u32, u32, u32)> {
    prop_oneof![
        8 => (0_u32..8).prop_map(|number| (number * STRIDE, number, number)),
        1 => (0_u32..8, 0_u32..8, 0_u32..9).prop_map(|(ordinal, id, key)| (ordinal * STRIDE, id, key)),
    ]
}

fn membership() -> impl Strategy<Value = (GroupOrdinal, MemberKey, MemberKind)> {
    let of = (0_u32..8).prop_map(|number| GroupOrdinal(number * STRIDE));
    let member = prop_oneof![
        3 => any_key(true).prop_map(|key| (key, MemberKind::User)),
        3 => any_key(false).prop_map(|key| (key, MemberKind::Group)),
        1 => any_key(true).prop_map(|key| (key, MemberKind::Device)),
    ];
    (of, member).prop_map(|(of, (member, kind))| (of, member, kind))
}

fn change() -> impl Strategy<Value = IndexChange> {
    let ordinal = || (0_u32..8).prop_map(|number| number * STRIDE);
    prop_oneof![
        4 => (identity(), any::<bool>()).prop_map(|((ordinal, id, key), active)| IndexChange::PutUser {
            ordinal: UserOrdinal(ordinal), id: user(id), key: Synthetic::key(user(key)), active,
        }),
        1 => ordinal().prop_map(|ordinal| IndexChange::RemoveUser { ordinal: UserOrdinal(ordinal) }),
        5 => identity().prop_map(|(ordinal, id, key)| IndexChange::PutGroup {
            ordinal: GroupOrdinal(ordinal), id: group(id), key: Synthetic::key(group(key)),
        }),
        1 => ordinal().prop_map(|ordinal| IndexChange::RemoveGroup { ordinal: GroupOrdinal(ordinal) }),
        1 => ordinal().prop_map(|ordinal| IndexChange::ForgetGroup { ordinal: GroupOrdinal(ordinal) }),
        12 => membership().prop_map(|(group, member, kind)| IndexChange::PutMembership { group, member, kind }),
        3 => membership().prop_map(|(group, member, kind)| IndexChange::RemoveMembership { group, member, kind }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_history_ends_where_a_build_from_nothing_does(
        history in prop::collection::vec(prop::collection::vec(change(), 1..30), 1..6),
        users_first in any::<bool>(),
    ) {
        let (mut model, mut index) = (Model::default(), Snapshot::empty());
        for (changes, revision) in history.iter().zip(1..) {
            let before = index.clone();
            let model_before = model.clone();
            index = index.refresh(changes, revision);
            for change in changes {
                model.apply(*change);
            }
            model.must_agree(&index);
            model_before.must_agree(&before);
            prop_assert_eq!(index.revision(), revision);
        }
        model.must_agree(&model.rebuild(users_first));
    }
}
