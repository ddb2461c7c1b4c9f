//! Which user of a connected source is the same person as a user of a disconnected one (VPR-13). Pure.
//!
//! Only what is exactly the same and belongs to one user on either side counts: a wrong match would give somebody
//! another one's place.

use std::collections::{HashMap, HashSet};

use aws_lc_rs::digest::{SHA256, digest};
use directory::UserAttributes;
use kernel::text_enum;
use uuid::Uuid;

text_enum!(
    /// By what two users are the same person.
    pub enum MatchedBy {
        /// The immutable id from on-premises.
        ImmutableId = "immutable_id",
        /// The mail address.
        Mail = "mail",
        /// The user principal name.
        UserPrincipalName = "user_principal_name",
    }
);

/// A user of a disconnected source and the one who may take its place, by our ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Of the disconnected source.
    pub old_user: Uuid,
    /// Of a connected one.
    pub new_user: Uuid,
    /// By what they match; the strongest where it is several.
    pub matched_by: MatchedBy,
}

/// What a user can be matched by, the strongest first.
pub fn keys(attributes: &UserAttributes) -> impl Iterator<Item = (MatchedBy, String)> {
    let plain =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let lower = |text: &Option<String>| plain(text).map(|text| text.to_lowercase());
    [
        (MatchedBy::ImmutableId, plain(&attributes.on_premises_immutable_id)),
        (MatchedBy::Mail, lower(&attributes.mail)),
        (MatchedBy::UserPrincipalName, lower(&attributes.user_principal_name)),
    ]
    .into_iter()
    .filter_map(|(by, key)| Some((by, key?)))
}

/// By what two users are the same person, if by anything.
pub fn matched(old: &UserAttributes, new: &UserAttributes) -> Option<MatchedBy> {
    let news: HashSet<_> = keys(new).collect();
    keys(old).find(|key| news.contains(key)).map(|(by, _)| by)
}

/// Finds pairs in two streams: first every old user, then every new one. Keeps 16 bytes of each key, not the users.
#[derive(Default)]
pub(crate) struct Matching {
    olds: Vec<Uuid>,
    /// Which old user has a key; none where several have.
    places: HashMap<[u8; 16], Option<u32>>,
    found: HashMap<u32, Found>,
    /// Of how many old users a new one is the match.
    claims: HashMap<Uuid, u32>,
}

enum Found {
    One(Uuid, MatchedBy),
    Several,
}

impl Matching {
    /// Takes in a user of the disconnected source.
    pub(crate) fn left(&mut self, id: Uuid, attributes: &UserAttributes) {
        let place = u32::try_from(self.olds.len()).unwrap_or(u32::MAX);
        self.olds.push(id);
        for key in keys(attributes) {
            self.places.entry(short(&key)).and_modify(|place| *place = None).or_insert(Some(place));
        }
    }

    /// Takes in a user of a connected source.
    pub(crate) fn candidate(&mut self, id: Uuid, attributes: &UserAttributes) {
        let mut seen = HashSet::new();
        for key in keys(attributes) {
            let Some(Some(place)) = self.places.get(&short(&key)).copied() else { continue };
            if seen.insert(place) {
                *self.claims.entry(id).or_default() += 1;
                let one = Found::One(id, key.0);
                self.found.entry(place).and_modify(|found| *found = Found::Several).or_insert(one);
            }
        }
    }

    /// The pairs of which both sides have no other match.
    pub(crate) fn pairs(self) -> Vec<Pair> {
        let Self { olds, found, claims, .. } = self;
        let pair = |(place, found): (u32, Found)| match found {
            Found::One(new_user, matched_by) if claims.get(&new_user) == Some(&1) => {
                Some(Pair { old_user: *olds.get(place as usize)?, new_user, matched_by })
            }
            _ => None,
        };
        let mut pairs: Vec<_> = found.into_iter().filter_map(pair).collect();
        pairs.sort_unstable_by_key(|pair| pair.old_user);
        pairs
    }
}

fn short((by, key): &(MatchedBy, String)) -> [u8; 16] {
    let whole = digest(&SHA256, format!("{by}\n{key}").as_bytes());
    let mut short = [0; 16];
    short.copy_from_slice(&whole.as_ref()[..16]);
    short
}

#[cfg(test)]
mod tests;
