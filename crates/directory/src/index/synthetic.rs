//! A made-up organisation of any size, the same for the same seed: for measuring.

use uuid::Uuid;

use super::{GroupOrdinal, IndexBuilder, MemberKey, UserOrdinal};
use crate::model::{GroupId, MemberKind, SourceId, UserId};

/// The deepest nesting that is made.
const DEEPEST: u32 = 10;

/// The ids of a made-up organisation.
#[derive(Debug, Clone, Copy)]
pub struct Synthetic;

impl Synthetic {
    /// The id of the `number`th user.
    pub fn user(number: u32) -> UserId {
        UserId(Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | u64::from(number)))
    }

    /// The id of the `number`th group.
    pub fn group(number: u32) -> GroupId {
        GroupId(Uuid::from_u64_pair(0x0190_0000_0001_7000, 0x8000_0000_0000_0000 | u64::from(number)))
    }

    /// What memberships name the user or group with this id by.
    pub fn key(id: impl Into<Uuid>) -> MemberKey {
        MemberKey::new(SourceId(Uuid::nil()), id.into())
    }
}

/// A small generator whose numbers only have to look random (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u32) -> u32 {
        u32::try_from((u128::from(self.next()) * u128::from(bound.max(1))) >> 64).unwrap_or(0)
    }
}

/// An organisation: memberships are spread so that some groups are very large and most are small; groups are nested up
/// to ten deep, some of them in two others.
pub fn synthetic(users: u32, groups: u32, memberships: u64, seed: u64) -> IndexBuilder {
    let mut chance = Chance(seed);
    let mut builder = IndexBuilder::new();
    for number in 0..users {
        let id = Synthetic::user(number);
        builder.add_user(UserOrdinal(number), id, Synthetic::key(id), chance.below(20) != 0);
    }
    for number in 0..groups {
        let id = Synthetic::group(number);
        builder.add_group(GroupOrdinal(number), id, Synthetic::key(id));
    }
    nest(&mut builder, &mut chance, groups);
    for _ in 0..memberships {
        // The cube of an even draw: the first fiftieth of the groups gets a quarter of the memberships.
        let draw = f64::from(chance.below(1 << 24)) / f64::from(1 << 24);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a draw below one times a count")]
        let group = (draw * draw * draw * f64::from(groups)) as u32;
        let user = Synthetic::key(Synthetic::user(chance.below(users)));
        builder.add_membership(GroupOrdinal(group), user, MemberKind::User);
    }
    builder
}

/// Group `n` stands on level `n % 10`; three in four are in a group one level up, one in eight in a second one.
fn nest(builder: &mut IndexBuilder, chance: &mut Chance, groups: u32) {
    for number in 0..groups {
        let level = number % DEEPEST;
        let parents = u32::from(chance.below(4) != 0) + u32::from(chance.below(8) == 0);
        for _ in 0..if level == 0 { 0 } else { parents } {
            let parent = chance.below(groups.div_ceil(DEEPEST)) * DEEPEST + level - 1;
            if parent < groups {
                let child = Synthetic::key(Synthetic::group(number));
                builder.add_membership(GroupOrdinal(parent), child, MemberKind::Group);
            }
        }
    }
}
