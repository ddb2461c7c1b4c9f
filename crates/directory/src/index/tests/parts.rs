//! The set and the pairs behave like the plain collections they stand for.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::pairs::PairMap;
use super::super::set::OrdinalSet;
use super::*;

#[derive(Debug, Clone)]
enum Step {
    Insert(u32),
    Remove(u32),
    Merge(Vec<u32>),
    RemoveBelow(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u32..2_000).prop_map(Step::Insert),
        2 => (0_u32..2_000).prop_map(Step::Remove),
        2 => prop::collection::btree_set(0_u32..2_000, 0..400).prop_map(|set| Step::Merge(set.into_iter().collect())),
        1 => (0_u32..2_000).prop_map(Step::RemoveBelow),
    ]
}

proptest! {
    #[test]
    fn a_set_is_a_set_whatever_its_shape(steps in prop::collection::vec(step(), 1..40), probe in prop::collection::btree_set(0_u32..2_000, 0..20)) {
        let (mut set, mut plain) = (OrdinalSet::default(), BTreeSet::new());
        for step in steps {
            match step {
                Step::Insert(one) => prop_assert_eq!(set.insert(one), plain.insert(one)),
                Step::Remove(one) => prop_assert_eq!(set.remove(one), plain.remove(&one)),
                Step::Merge(many) => { set.merge(&many); plain.extend(many); }
                Step::RemoveBelow(end) => for one in 0..end { prop_assert_eq!(set.remove(one), plain.remove(&one)); }
            }
            prop_assert!(set.iter().eq(plain.iter().copied()));
            prop_assert_eq!(set.len(), plain.len());
            prop_assert!(set.iter_from(700).eq(plain.range(700..).copied()));
            let sorted: Vec<u32> = probe.iter().copied().collect();
            prop_assert_eq!(set.meets(&sorted), probe.iter().any(|one| plain.contains(one)));
        }
    }

    #[test]
    fn pairs_are_found_again(pairs in prop::collection::vec((any::<u128>(), 0_u32..5), 0..300), crowd in 0_u128..3_000) {
        let (mut map, mut plain) = (PairMap::default(), BTreeSet::new());
        // Neighbours, as counters make them, and anything.
        let keys = pairs.into_iter().chain((0..crowd).map(|key| (key, 7)));
        for (key, value) in keys {
            prop_assert_eq!(map.insert(Uuid::from_u128(key), value), plain.insert((key, value)));
        }
        prop_assert_eq!(map.len(), plain.len());
        for (key, _) in &plain {
            let first = plain.range((*key, 0)..).next().unwrap().1;
            prop_assert_eq!(map.first(Uuid::from_u128(*key)), Some(first));
        }
        map.remove_value(7);
        plain.retain(|(_, value)| *value != 7);
        let keys: BTreeSet<u128> = plain.iter().map(|(key, _)| *key).collect();
        for key in keys {
            let own: Vec<u32> = plain.range((key, 0)..=(key, u32::MAX)).map(|(_, value)| *value).collect();
            prop_assert!(map.remove(Uuid::from_u128(key), own[0]));
            prop_assert_eq!(map.take(Uuid::from_u128(key)), &own[1..]);
        }
        prop_assert_eq!(map.len(), 0);
    }
}
