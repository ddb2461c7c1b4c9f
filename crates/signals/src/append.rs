//! Appending: the only way into the log.

use kernel::{Actor, Env, OrganisationId};
use store::{StoreError, Tx};

use crate::model::{actor_parts, address_text};
use crate::{Entry, Logged, Revision, chain, store as rows};

/// An organisation's turn at the head of its log. Whoever else wants it waits until this unit of work ends, which is what
/// makes revisions gapless and ordered.
#[derive(Debug, Clone)]
pub struct Turn {
    organisation: OrganisationId,
    revision: Revision,
    hash: Vec<u8>,
}

/// Takes an organisation's turn, for what must not be done by two at once and ends in the log.
pub async fn turn(tx: &mut Tx, organisation: OrganisationId) -> Result<Turn, StoreError> {
    let (revision, hash) = rows::lock_head(tx, organisation).await?;
    Ok(Turn { organisation, revision, hash })
}

/// Appends entries in this unit of work; returns the revision of the last one. Takes the organisation's turn: append late
/// in the unit of work.
pub async fn append(tx: &mut Tx, env: &Env, actor: &Actor, entries: Vec<Entry>) -> Result<Revision, StoreError> {
    let mut turn = turn(tx, actor.organisation).await?;
    append_in(tx, env, actor, &mut turn, entries).await
}

/// Appends entries in a turn that was taken before in this unit of work, with nothing appended since but in this turn. What
/// is undone to a savepoint needs the turn as it was there. Entries are taken one by one, while the database has those
/// before.
pub async fn append_in(
    tx: &mut Tx,
    env: &Env,
    actor: &Actor,
    turn: &mut Turn,
    entries: impl IntoIterator<Item = Entry, IntoIter: Send>,
) -> Result<Revision, StoreError> {
    let Turn { organisation, mut revision, hash: mut previous } = turn.clone();
    let mut entries = entries.into_iter().peekable();
    if entries.peek().is_none() {
        return Ok(revision);
    }
    let (actor_kind, actor_id, actor_name) = actor_parts(actor);
    let at = env.now();
    // Rows are made while the database has those before them.
    let logged = entries.map(|entry| {
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
        row
    });
    rows::insert(tx, logged).await?;
    rows::move_head(tx, organisation, revision, previous.clone()).await?;
    *turn = Turn { organisation, revision, hash: previous };
    tx.announce();
    Ok(revision)
}
