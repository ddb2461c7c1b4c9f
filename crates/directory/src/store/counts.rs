//! `directory_counts`: how many users and groups are in each state, kept with every change.

use std::collections::BTreeMap;

use kernel::OrganisationId;
use store::{Sql, StoreError, Tx, args};

use crate::change::ObjectKind;
use crate::model::{Source, SourceId};
use crate::state::{State, StateName};

/// How many come to a state or leave it, by kind, state and cause.
#[derive(Debug, Default)]
pub(crate) struct Moves(BTreeMap<(&'static str, &'static str, &'static str), i64>);

impl Moves {
    /// Notes one object that goes from one state to another; from nothing when it is made, to nothing when it is purged.
    pub(crate) fn note(&mut self, kind: ObjectKind, before: Option<&State>, after: Option<&State>) {
        for (state, step) in [(before, -1), (after, 1)] {
            if let Some(state) = state {
                let place = (kind.as_str(), state.name().as_str(), state.cause().unwrap_or_default());
                *self.0.entry(place).or_default() += step;
            }
        }
    }

    /// Counts them. Invariant: the organisation's turn at the log is taken, so that nobody else counts meanwhile.
    pub(crate) async fn write(self, tx: &mut Tx, source: Source) -> Result<(), StoreError> {
        let moves = self.0.into_iter().filter(|(_, step)| *step != 0);
        tx.insert_many(
            "INSERT INTO directory_counts (organisation, kind, source_id, state, cause, total) VALUES ",
            moves.map(|((kind, state, cause), step)| args![source.organisation, kind, source.id, state, cause, step]),
            "ON CONFLICT (organisation, kind, source_id, state, cause)
                 DO UPDATE SET total = directory_counts.total + excluded.total",
        )
        .await?;
        Ok(())
    }
}

/// How many users or groups of an organisation, or of one of its sources, are in each state and for which cause.
pub(crate) async fn of(
    tx: &mut Tx,
    organisation: OrganisationId,
    kind: ObjectKind,
    source: Option<SourceId>,
) -> Result<Vec<(StateName, Option<String>, u64)>, StoreError> {
    let sql =
        Sql::new("SELECT state, cause, CAST(SUM(total) AS BIGINT) AS n FROM directory_counts WHERE organisation = ");
    let mut sql = sql.bind(organisation).push(" AND kind = ").bind(kind.as_str());
    if let Some(source) = source {
        sql = sql.push(" AND source_id = ").bind(source);
    }
    let rows = tx.select(sql.push(" GROUP BY state, cause HAVING SUM(total) > 0 ORDER BY state, cause")).await?;
    rows.iter()
        .map(|row| {
            let cause: String = row.get("cause")?;
            Ok((row.get("state")?, Some(cause).filter(|cause| !cause.is_empty()), row.get("n")?))
        })
        .collect()
}
