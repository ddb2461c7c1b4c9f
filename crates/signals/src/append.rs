//! Appending: the only way into the log.

use kernel::{Actor, Env};
use store::{StoreError, Tx};

use crate::model::{actor_parts, address_text};
use crate::{Entry, Logged, Revision, chain, store as rows};

/// Appends entries in this unit of work; returns the revision of the last one.
///
/// Takes the lock on the organisation's head: appends of one organisation wait for each other until they commit, which
/// is what makes revisions gapless and ordered. Append late in the unit of work.
pub async fn append(tx: &mut Tx, env: &Env, actor: &Actor, entries: Vec<Entry>) -> Result<Revision, StoreError> {
    let organisation = actor.organisation;
    let (mut revision, mut previous) = rows::lock_head(tx, organisation).await?;
    if entries.is_empty() {
        return Ok(revision);
    }
    let (actor_kind, actor_id, actor_name) = actor_parts(actor);
    let at = env.now();
    let mut logged = Vec::with_capacity(entries.len());
    for entry in entries {
        revision += 1;
        let mut row = Logged {
            organisation,
            revision,
            at,
            stream: entry.stream,
            name: entry.name.to_owned(),
            actor_kind: actor_kind.to_owned(),
            actor_id,
            actor_name: actor_name.clone(),
            object: entry.object,
            cause: entry.cause,
            reason: entry.reason,
            address: address_text(actor.address),
            request_id: actor.request_id,
            before: entry.before,
            after: entry.after,
            members: entry.members,
            hash: Vec::new(),
        };
        row.hash = chain::link(&previous, &row).to_vec();
        previous.clone_from(&row.hash);
        logged.push(row);
    }
    rows::insert(tx, logged).await?;
    rows::move_head(tx, organisation, revision, previous).await?;
    tx.announce();
    Ok(revision)
}
