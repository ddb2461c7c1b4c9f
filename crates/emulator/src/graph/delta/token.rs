//! What delta tokens remember.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::view::View;
use crate::directory::property::Mask;
use crate::directory::{Directory, Kind};
use crate::switches::Switches;

/// What the first request of a chain of rounds fixed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Plan {
    /// Users or groups.
    pub kind: Kind,
    /// The properties that are shown.
    #[serde(with = "hexadecimal")]
    pub mask: Mask,
    /// The properties whose change makes an object appear.
    #[serde(with = "hexadecimal")]
    pub tracked: Mask,
    /// Managers of users, members of groups.
    pub relation: bool,
    /// Only these objects.
    pub ids: Option<Vec<String>>,
    /// `users(id,displayName)`, for the context.
    pub fragment: String,
}

/// A delta link: changes since a position.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct DeltaToken {
    pub plan: Plan,
    /// The position.
    pub since: u64,
    /// Where the news of the round before began, for replays.
    pub before: u64,
    /// How much was hidden.
    pub hidden: u32,
    /// The directory that the position is of.
    pub origin: u64,
    /// When it was given.
    pub issued: Timestamp,
}

impl DeltaToken {
    /// Changes from a position on.
    pub fn at(view: View<'_>, plan: Plan, since: u64) -> Self {
        let (hidden, origin) = (view.hidden_below(), view.directory.origin());
        Self { plan, since, before: since, hidden, origin, issued: view.now }
    }
}

/// What stays the same for all pages of a round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Round {
    pub plan: Plan,
    /// The position that the changes begin after; `None` in a full round.
    pub since: Option<u64>,
    /// The position when the round began: it tells of what stood there then, and the next round begins at it.
    pub until: u64,
    /// The position that the round before ended at: what lies before it is only replayed.
    pub told: u64,
    /// How many slots there were at the beginning.
    pub slots: u32,
    /// Decides a shuffled order; 0 keeps the order.
    pub shuffle: u64,
    /// How much was hidden when the round before ended.
    pub hidden_before: u32,
    /// How much is hidden in this round.
    pub hidden: u32,
    /// The directory that the positions are of.
    pub origin: u64,
    /// When the round began.
    pub issued: Timestamp,
}

impl Round {
    /// Whether the round is of this directory, not of one that it has replaced.
    pub fn is_of(&self, directory: &Directory) -> bool {
        self.origin == directory.origin()
            && self.until <= directory.position()
            && self.slots <= directory.slots(self.plan.kind)
    }
}

/// The place in a round where the next page begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SkipToken {
    pub round: Round,
    /// The index of the next candidate.
    pub index: u64,
    /// The next member of that candidate, when it was split.
    pub member: u64,
    /// Where the page before began, for repetitions.
    pub repeat: Option<(u64, u64)>,
    /// How many pages there were.
    pub page: u64,
    /// The page before was left empty on purpose.
    pub emptied: bool,
}

impl SkipToken {
    /// The beginning of a full round.
    pub fn full(view: View<'_>, switches: &Switches, plan: Plan) -> Self {
        Self::begin(view, switches, plan, None, view.position(), view.hidden_below())
    }

    /// The beginning of a round of changes.
    pub fn since(view: View<'_>, switches: &Switches, mark: DeltaToken) -> Self {
        let since = if switches.delta_replay { mark.before } else { mark.since };
        Self::begin(view, switches, mark.plan, Some(since), mark.since, mark.hidden)
    }

    fn begin(
        view: View<'_>,
        switches: &Switches,
        plan: Plan,
        since: Option<u64>,
        told: u64,
        hidden_before: u32,
    ) -> Self {
        let until = view.position().max(told);
        let round = Round {
            slots: view.directory.slots(plan.kind),
            plan,
            since,
            until,
            told,
            shuffle: if switches.delta_shuffle { until.wrapping_mul(2) + 1 } else { 0 },
            hidden_before,
            hidden: view.hidden_below(),
            origin: view.directory.origin(),
            issued: view.now,
        };
        Self { round, index: 0, member: 0, repeat: None, page: 0, emptied: false }
    }
}

/// JSON numbers end at 64 bits; masks do not.
mod hexadecimal {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(mask: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{mask:x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
    }
}
