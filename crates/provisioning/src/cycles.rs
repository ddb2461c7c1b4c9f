//! A client's cycles: calls with little time between them, counted. Pure.

use std::time::Duration;

use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::operation::Operation;

/// The pause that ends a cycle. Entra comes every forty minutes (scim.md §9.1), and within a cycle without long pauses.
pub const PAUSE: Duration = Duration::from_mins(10);
/// The most calls that are counted; an initial cycle of a large directory is cut there.
const MOST_CALLS: u64 = 500_000;

/// The most cycles that are counted at once.
pub const fn most_recent() -> usize {
    20
}

/// What a cycle is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When it came.
    pub at: Timestamp,
    /// What it meant.
    pub operation: Operation,
    /// How it was answered.
    pub status: u16,
    /// How many members it named to add.
    pub members_added: u64,
    /// How many members it named to remove.
    pub members_removed: u64,
}

/// What a client did between two pauses; only what went through counts, but for failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProvisioningCycle)]
pub struct Cycle {
    /// The first call.
    pub first_at: Timestamp,
    /// The last call.
    pub last_at: Timestamp,
    /// The time between them, in seconds.
    pub seconds: u64,
    /// Calls in all.
    pub calls: u64,
    /// Calls that looked for somebody, or read somebody.
    pub looked_up: u64,
    /// Users created.
    pub users_created: u64,
    /// Users changed.
    pub users_updated: u64,
    /// Users made active.
    pub users_enabled: u64,
    /// Users made inactive.
    pub users_disabled: u64,
    /// Users deleted.
    pub users_deleted: u64,
    /// Groups created.
    pub groups_created: u64,
    /// Groups changed.
    pub groups_updated: u64,
    /// Groups deleted.
    pub groups_deleted: u64,
    /// Members named to be added.
    pub members_added: u64,
    /// Members named to be removed.
    pub members_removed: u64,
    /// Calls that failed.
    pub failures: u64,
    /// Calls of those that may be asked again: held, busy, paused.
    pub put_off: u64,
    /// Whether there were more calls than are counted: then the cycle began earlier.
    pub cut: bool,
}

/// Cycles in the counting, from the newest call backwards.
#[derive(Debug)]
pub struct Count {
    most: usize,
    counted: u64,
    done: Vec<Cycle>,
    open: Option<Cycle>,
}

impl Count {
    /// Counts so many cycles.
    pub fn new(most: usize) -> Self {
        Self { most, counted: 0, done: Vec::new(), open: None }
    }

    /// Whether all that is wanted has been counted.
    pub fn is_complete(&self) -> bool {
        self.done.len() >= self.most || self.counted >= MOST_CALLS
    }

    /// Counts the next older call.
    pub fn add(&mut self, step: &Step) {
        if self.is_complete() {
            if let Some(open) = &mut self.open {
                open.cut = true;
            }
            return;
        }
        self.counted += 1;
        if let Some(open) = self.open.take_if(|open| open.first_at.since(step.at) > PAUSE) {
            self.done.push(open);
            if self.is_complete() {
                return;
            }
        }
        self.open.get_or_insert_with(|| Cycle::ending_at(step.at)).add(step);
    }

    /// The cycles, newest first.
    pub fn finish(mut self) -> Vec<Cycle> {
        if self.done.len() < self.most {
            self.done.extend(self.open);
        }
        self.done
    }
}

impl Cycle {
    fn ending_at(at: Timestamp) -> Self {
        Self {
            first_at: at,
            last_at: at,
            seconds: 0,
            calls: 0,
            looked_up: 0,
            users_created: 0,
            users_updated: 0,
            users_enabled: 0,
            users_disabled: 0,
            users_deleted: 0,
            groups_created: 0,
            groups_updated: 0,
            groups_deleted: 0,
            members_added: 0,
            members_removed: 0,
            failures: 0,
            put_off: 0,
            cut: false,
        }
    }

    fn add(&mut self, step: &Step) {
        // Calls of several nodes are written down in portions, and may be a little out of order.
        self.first_at = self.first_at.min(step.at);
        self.last_at = self.last_at.max(step.at);
        self.seconds = self.last_at.since(self.first_at).as_secs();
        self.calls += 1;
        if step.status >= 400 {
            self.failures += 1;
            self.put_off += u64::from(matches!(step.status, 429 | 503));
            return;
        }
        self.members_added += step.members_added;
        self.members_removed += step.members_removed;
        if let Some(count) = self.count_of(step.operation) {
            *count += 1;
        }
    }

    fn count_of(&mut self, operation: Operation) -> Option<&mut u64> {
        use Operation as Op;
        Some(match operation {
            Op::TestConnection
            | Op::MatchUser
            | Op::MatchGroup
            | Op::CheckReference
            | Op::ListUsers
            | Op::ListGroups
            | Op::ReadUser
            | Op::ReadGroup => &mut self.looked_up,
            Op::CreateUser => &mut self.users_created,
            Op::UpdateUser => &mut self.users_updated,
            Op::EnableUser => &mut self.users_enabled,
            Op::DisableUser => &mut self.users_disabled,
            Op::DeleteUser => &mut self.users_deleted,
            Op::CreateGroup => &mut self.groups_created,
            Op::UpdateGroup => &mut self.groups_updated,
            Op::DeleteGroup => &mut self.groups_deleted,
            // Members are counted by name; the rest changes nothing by itself.
            Op::AddMember
            | Op::RemoveMember
            | Op::ChangeMembers
            | Op::Bulk
            | Op::Discover
            | Op::IssueToken
            | Op::Unknown => return None,
        })
    }
}

#[cfg(test)]
mod tests;
