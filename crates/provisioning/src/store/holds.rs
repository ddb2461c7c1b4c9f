//! `provisioning_holds` and `provisioning_held`: calls that wait for a person's decision.

use kernel::{Cursor, OrganisationId, Page, PageRequest, Timestamp};
use scim::bulk::Method;
use scim::{GROUP, ResourceType, USER};
use store::{Row, Sql, StoreError, Tx, args, json};
use uuid::Uuid;

use crate::guard::{Asked, Breach, Loss, LossKind};
use crate::holds::model::{Held, HeldFilter, HeldId, HeldState, Hold, HoldFilter, HoldState, Tally};
use crate::model::{ConnectionId, HoldId};

/// The open hold of a kind of loss, if there is one.
pub(crate) async fn find_open(
    tx: &mut Tx,
    connection: ConnectionId,
    kind: LossKind,
) -> Result<Option<Hold>, StoreError> {
    let sql = "SELECT * FROM provisioning_holds WHERE connection = $1 AND kind = $2 AND state = 'open'";
    tx.one(sql, args![connection, kind]).await?.as_ref().map(hold).transpose()
}

/// Opens a hold; `false` when there is an open one of the kind already.
pub(crate) async fn insert(tx: &mut Tx, hold: &Hold) -> Result<bool, StoreError> {
    let sql = "INSERT INTO provisioning_holds
                   (id, organisation, connection, kind, state, breach, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let args = args![
        hold.id,
        hold.organisation,
        hold.connection,
        hold.kind,
        hold.state,
        json(&hold.breach),
        hold.created_at,
        hold.expires_at
    ];
    Ok(tx.execute(sql, args).await? > 0)
}

/// One hold of an organisation.
pub(crate) async fn find(tx: &mut Tx, organisation: OrganisationId, id: HoldId) -> Result<Option<Hold>, StoreError> {
    let sql = "SELECT * FROM provisioning_holds WHERE id = $1 AND organisation = $2";
    tx.one(sql, args![id, organisation]).await?.as_ref().map(hold).transpose()
}

/// Holds, newest first.
pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &HoldFilter,
    page: &PageRequest,
) -> Result<Page<Hold>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM provisioning_holds WHERE organisation = ").bind(organisation);
    if let Some(connection) = filter.connection {
        sql = sql.push(" AND connection = ").bind(connection);
    }
    if let Some(state) = filter.state {
        sql = sql.push(" AND state = ").bind(state);
    }
    if let Some((at, id)) = page.after.as_ref().and_then(Cursor::decode::<(i64, Uuid)>) {
        sql = sql.push(" AND (created_at, id) < (").bind(at).push(", ").bind(id).push(")");
    }
    let rows = tx.select(sql.push(" ORDER BY created_at DESC, id DESC LIMIT ").bind(page.limit + 1)).await?;
    let holds = rows.iter().map(hold).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(holds, page.limit, |hold: &Hold| (hold.created_at.micros(), hold.id.0)))
}

/// Decides an open hold; `false` when somebody else has.
pub(crate) async fn decide(
    tx: &mut Tx,
    id: HoldId,
    state: HoldState,
    by: &str,
    reason: Option<&str>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE provisioning_holds SET state = $2, decided_by = $3, reason = $4, decided_at = $5
               WHERE id = $1 AND state = 'open'";
    Ok(tx.execute(sql, args![id, state, by, reason, at]).await? > 0)
}

/// Open holds whose time is over.
pub(crate) async fn expired(tx: &mut Tx, now: Timestamp, most: u64) -> Result<Vec<Hold>, StoreError> {
    let sql = "SELECT * FROM provisioning_holds WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
    tx.all(sql, args![now, most]).await?.iter().map(hold).collect()
}

/// Removes what was decided before a moment, calls and all.
pub(crate) async fn prune(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let old = "SELECT id FROM provisioning_holds WHERE state <> 'open' AND decided_at < ";
    let sql = Sql::new("DELETE FROM provisioning_held WHERE state <> 'allowed' AND hold IN (").push(old).bind(before);
    tx.alter(sql.push(")")).await?;
    let sql = Sql::new("DELETE FROM provisioning_holds WHERE state <> 'open' AND decided_at < ").bind(before);
    tx.alter(sql.push(" AND NOT EXISTS (SELECT 1 FROM provisioning_held WHERE hold = provisioning_holds.id)")).await
}

/// What is still of weight about a resource: calls that wait, that are allowed and not yet carried out, and that were
/// rejected since a moment.
pub(crate) async fn of_resource(
    tx: &mut Tx,
    connection: ConnectionId,
    resource: Uuid,
    rejected_since: Timestamp,
) -> Result<Vec<Held>, StoreError> {
    let sql = "SELECT * FROM provisioning_held WHERE connection = $1 AND resource_id = $2
                   AND (state IN ('waiting', 'allowed') OR state = 'rejected' AND decided_at > $3)
               ORDER BY number";
    tx.all(sql, args![connection, resource, rejected_since]).await?.iter().map(held).collect()
}

/// The limit that a call about one of these reached which still stands: it waits, is allowed and not yet carried out, or
/// was rejected since a moment. What a group loses is not one thing, so of that only what is undecided stands; what was
/// rejected of it is known member by member (`Provisioning::refused`).
pub(crate) async fn standing(
    tx: &mut Tx,
    connection: ConnectionId,
    resources: impl Iterator<Item = Uuid>,
    rejected_since: Timestamp,
) -> Result<Option<Breach>, StoreError> {
    let sql = Sql::new("SELECT h.breach FROM provisioning_held c JOIN provisioning_holds h ON h.id = c.hold")
        .push(" WHERE c.connection = ")
        .bind(connection)
        .push(" AND c.resource_id IN ")
        .bind_list(resources)
        .push(" AND (c.state IN ('waiting', 'allowed') OR c.state = 'rejected' AND h.kind <> 'members' AND c.decided_at > ")
        .bind(rejected_since);
    tx.select(sql.push(") ORDER BY c.number LIMIT 1")).await?.first().map(|row| row.json("breach")).transpose()
}

/// Keeps a call.
pub(crate) async fn insert_held(tx: &mut Tx, held: &Held) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO provisioning_held (id, hold, connection, method, kind, resource_id, name, body, loss, amount,
                   asked, first_at, last_at, state)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let call = &held.call;
    let args = args![
        held.id,
        held.hold,
        held.connection,
        call.method.as_str(),
        call.kind.name,
        call.id,
        held.name.as_str(),
        call.body.as_ref().map(|body| serde_json::Value::Object(body.clone()).to_string()),
        json(&held.losses),
        held.amount,
        held.asked,
        held.first_at,
        held.last_at,
        held.state
    ];
    tx.execute(sql, args).await?;
    Ok(())
}

/// Notes that a call was asked again.
pub(crate) async fn ask_again(tx: &mut Tx, id: HeldId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE provisioning_held SET asked = asked + 1, last_at = $2 WHERE id = $1";
    tx.execute(sql, args![id, at]).await?;
    Ok(())
}

/// Moves a call on, if it still stands where it is thought to; says what came of it.
pub(crate) async fn move_held(
    tx: &mut Tx,
    id: HeldId,
    from: HeldState,
    to: HeldState,
    outcome: Option<&str>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE provisioning_held SET state = $3, outcome = $4, decided_at = $5 WHERE id = $1 AND state = $2";
    Ok(tx.execute(sql, args![id, from, to, outcome, at]).await? > 0)
}

/// Moves every call of a hold that waits, or the chosen ones.
pub(crate) async fn move_waiting(
    tx: &mut Tx,
    hold: HoldId,
    chosen: Option<&[HeldId]>,
    to: HeldState,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let sql = || {
        let sql = Sql::new("UPDATE provisioning_held SET state = ").bind(to).push(", decided_at = ").bind(at);
        sql.push(" WHERE state = 'waiting' AND hold = ").bind(hold)
    };
    let Some(chosen) = chosen else { return tx.alter(sql()).await };
    let mut moved = 0;
    for ids in chosen.chunks(500) {
        moved += tx.alter(sql().push(" AND id IN ").bind_list(ids.iter().copied())).await?;
    }
    Ok(moved)
}

/// The next calls that are to be carried out, in the order in which they were asked.
pub(crate) async fn to_carry_out(tx: &mut Tx, hold: HoldId, most: u64) -> Result<Vec<Held>, StoreError> {
    let sql = "SELECT * FROM provisioning_held WHERE hold = $1 AND state = 'allowed' ORDER BY number LIMIT $2";
    tx.all(sql, args![hold, most]).await?.iter().map(held).collect()
}

/// Calls of a hold, in the order in which they were asked.
pub(crate) async fn list_held(
    tx: &mut Tx,
    hold: HoldId,
    filter: &HeldFilter,
    page: &PageRequest,
) -> Result<Page<Held>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM provisioning_held WHERE hold = ").bind(hold);
    if let Some(state) = filter.state {
        sql = sql.push(" AND state = ").bind(state);
    }
    if let Some(text) = &filter.text {
        sql = sql.push(" AND lower(name)").has(text);
    }
    if let Some(after) = page.after.as_ref().and_then(Cursor::decode::<i64>) {
        sql = sql.push(" AND number > ").bind(after);
    }
    let rows = tx.select(sql.push(" ORDER BY number LIMIT ").bind(page.limit + 1)).await?;
    let calls = rows.iter().map(held).collect::<Result<_, _>>()?;
    Ok(Page::from_rows(calls, page.limit, |held: &Held| held.number))
}

/// How many calls of some holds stand where.
pub(crate) async fn tally(tx: &mut Tx, holds: &[HoldId]) -> Result<Vec<(HoldId, Tally)>, StoreError> {
    let sql = Sql::new("SELECT hold, state, COUNT(*) AS calls, CAST(SUM(amount) AS BIGINT) AS amount")
        .push(" FROM provisioning_held WHERE hold IN ")
        .bind_list(holds.iter().copied());
    let mut tallies: Vec<(HoldId, Tally)> = holds.iter().map(|hold| (*hold, Tally::default())).collect();
    for row in tx.select(sql.push(" GROUP BY hold, state")).await? {
        let hold: HoldId = row.get("hold")?;
        let (calls, amount): (u64, u64) = (row.get("calls")?, row.get("amount")?);
        if let Some((_, tally)) = tallies.iter_mut().find(|(known, _)| *known == hold) {
            tally.add(row.get("state")?, calls, amount);
        }
    }
    Ok(tallies)
}

/// How many holds of an organisation are open.
pub(crate) async fn count_open(tx: &mut Tx, organisation: OrganisationId) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM provisioning_holds WHERE organisation = $1 AND state = 'open'";
    tx.count(sql, args![organisation]).await
}

fn hold(row: &Row) -> Result<Hold, StoreError> {
    Ok(Hold {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        connection: row.get("connection")?,
        kind: row.get("kind")?,
        state: row.get("state")?,
        breach: row.json::<Breach>("breach")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        decided_at: row.get("decided_at")?,
        decided_by: row.get("decided_by")?,
        reason: row.get("reason")?,
    })
}

fn held(row: &Row) -> Result<Held, StoreError> {
    let corrupt = |column: &str| StoreError::Corrupt { column: column.to_owned() };
    let body: Option<String> = row.get("body")?;
    let body = body.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| corrupt("body"))?;
    let call = Asked {
        method: method(&row.get::<String>("method")?).ok_or_else(|| corrupt("method"))?,
        kind: kind(&row.get::<String>("kind")?).ok_or_else(|| corrupt("kind"))?,
        id: row.get("resource_id")?,
        body,
    };
    Ok(Held {
        number: row.get("number")?,
        id: row.get("id")?,
        hold: row.get("hold")?,
        connection: row.get("connection")?,
        call,
        name: row.get("name")?,
        losses: row.json::<Vec<Loss>>("loss")?,
        amount: row.get("amount")?,
        asked: row.get("asked")?,
        first_at: row.get("first_at")?,
        last_at: row.get("last_at")?,
        state: row.get("state")?,
        outcome: row.get("outcome")?,
    })
}

fn method(word: &str) -> Option<Method> {
    [Method::Post, Method::Put, Method::Patch, Method::Delete].into_iter().find(|method| method.as_str() == word)
}

fn kind(name: &str) -> Option<&'static ResourceType> {
    [&USER, &GROUP].into_iter().find(|kind| kind.name == name)
}
