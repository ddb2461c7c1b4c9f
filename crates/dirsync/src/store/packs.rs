//! `dirsync_packs`: the attributes of users who were planned while they were read, many to a row, by their places in the
//! plan.
//!
//! A row for each, with a key of its own, would cost as much as the directory's own row.

use std::collections::BTreeMap;

use store::{StoreError, Tx, args};

use crate::model::RunId;

/// The most bodies in a row.
const MOST: usize = 100;

/// Some packs, by the place in the plan of the first body of each.
#[derive(Debug, Default)]
pub(crate) struct Packs(BTreeMap<i64, Vec<u8>>);

impl Packs {
    /// The packs that have the bodies of the items behind `after`, up to `last`.
    pub(crate) async fn between(tx: &mut Tx, run: RunId, after: i64, last: i64) -> Result<Self, StoreError> {
        let before = after.saturating_sub(i64::try_from(MOST).unwrap_or(0));
        let rows = tx
            .all(
                "SELECT first_seq, bodies FROM dirsync_packs WHERE run_id = $1 AND first_seq > $2 AND first_seq <= $3",
                args![run, before, last],
            )
            .await?;
        let mut packs = Self::default();
        for row in rows {
            packs.0.insert(row.get("first_seq")?, row.get("bodies")?);
        }
        Ok(packs)
    }

    /// The packs that have the bodies of these items, which stand in the order of the plan or against it.
    pub(crate) async fn of(tx: &mut Tx, run: RunId, seqs: impl Iterator<Item = i64>) -> Result<Self, StoreError> {
        let mut packs = Self::default();
        for seq in seqs {
            if packs.body(seq).is_some() {
                continue;
            }
            let row = tx
                .one(
                    "SELECT first_seq, bodies FROM dirsync_packs WHERE run_id = $1 AND first_seq <= $2
                     ORDER BY first_seq DESC LIMIT 1",
                    args![run, seq],
                )
                .await?;
            if let Some(row) = row {
                packs.0.insert(row.get("first_seq")?, row.get("bodies")?);
            }
        }
        Ok(packs)
    }

    /// The body of an item, as JSON.
    pub(crate) fn body(&self, seq: i64) -> Option<&[u8]> {
        let (first, bodies) = self.0.range(..=seq).next_back()?;
        let place = usize::try_from(seq - first).ok()?;
        let mut rest = bodies.as_slice();
        for _ in 0..place {
            rest = split(rest)?.1;
        }
        Some(split(rest)?.0)
    }
}

/// The first body, and what follows it.
fn split(bodies: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bodies.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// Keeps the bodies of items that follow each other.
pub(crate) async fn put(tx: &mut Tx, run: RunId, first: i64, bodies: &[String]) -> Result<(), StoreError> {
    let rows = bodies.chunks(MOST).zip((first..).step_by(MOST)).map(|(part, first)| args![run, first, pack(part)]);
    tx.insert_many("INSERT INTO dirsync_packs (run_id, first_seq, bodies) VALUES ", rows, "").await?;
    Ok(())
}

fn pack(bodies: &[String]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(bodies.iter().map(|body| body.len() + 4).sum());
    for body in bodies {
        bytes.extend_from_slice(&u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
        bytes.extend_from_slice(body.as_bytes());
    }
    bytes
}

/// Drops the bodies of a run. Those of items that are planned and not applied stay as long as the plan.
pub(crate) async fn clear(tx: &mut Tx, run: RunId) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM dirsync_packs WHERE run_id = $1 AND NOT EXISTS (SELECT 1 FROM dirsync_changes
             WHERE run_id = $1 AND applied_at IS NULL
                 AND (decision <> 'allowed' OR seq > (SELECT applied_until FROM dirsync_runs WHERE id = $1)))",
        args![run],
    )
    .await?;
    Ok(())
}

/// Drops the bodies of items up to one of them.
pub(crate) async fn drop_until(tx: &mut Tx, run: RunId, seq: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM dirsync_packs WHERE run_id = $1 AND first_seq <= $2", args![run, seq]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test says enough")]

    use super::{Packs, pack};

    #[test]
    fn each_body_is_found_by_its_place_and_no_other() {
        let bodies: Vec<String> = ["{}", "", r#"{"a":1}"#].map(str::to_owned).into();
        let mut packs = Packs::default();
        packs.0.insert(5, pack(&bodies));
        packs.0.insert(10, pack(&bodies[..1]));
        let found = |seq| packs.body(seq).map(|body| str::from_utf8(body).unwrap());
        let expected = [None, Some("{}"), Some(""), Some(r#"{"a":1}"#), None, None, Some("{}"), None];
        assert_eq!((4..12).map(found).collect::<Vec<_>>(), expected);
    }
}
