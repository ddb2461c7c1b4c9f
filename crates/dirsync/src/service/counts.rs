//! How many users and groups a source has, by state and cause.
//!
//! Counting walks an index over all of them, half a second for a million. So what was counted is kept for as long as nothing
//! has been written into the organisation's log: every change of the directory is in it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use directory::{SourceId, read};
use kernel::OrganisationId;
use store::Tx;

use super::Dirsync;
use super::source_settings::StateCount;
use crate::error::DirsyncError;

/// Users and groups of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Users by state and cause.
    pub users: Vec<StateCount>,
    /// Groups by state and cause.
    pub groups: Vec<StateCount>,
}

/// What was counted last, each with where the log ended then.
#[derive(Default)]
pub(crate) struct Counts(Mutex<HashMap<SourceId, (i64, Counted)>>);

impl Dirsync {
    /// How many users and groups a source has, as this unit of work sees them.
    pub(crate) async fn counted(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        source: SourceId,
    ) -> Result<Counted, DirsyncError> {
        let newest = signals::newest(tx, organisation).await?;
        let known = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner).get(&source).cloned();
        if let Some((_, counted)) = known.filter(|(revision, _)| *revision == newest) {
            return Ok(counted);
        }
        let rows = |rows: Vec<(String, Option<String>, u64)>| -> Vec<StateCount> {
            rows.into_iter().map(|(state, cause, count)| StateCount { state, cause, count }).collect()
        };
        let users = rows(read::user_counts(tx, organisation, source).await?);
        let groups = rows(read::group_counts(tx, organisation, source).await?);
        let counted = Counted { users, groups };
        let kept = (newest, counted.clone());
        self.counts.0.lock().unwrap_or_else(PoisonError::into_inner).insert(source, kept);
        Ok(counted)
    }
}
