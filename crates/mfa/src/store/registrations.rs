//! `mfa_registrations` and `mfa_registered`.

use kernel::Timestamp;
use store::{Row, Sql, StoreError, Tx, args};
use tenants::TenantId;
use uuid::Uuid;

use crate::register::{Candidate, RegisteredPerson, RegisteredState, Registration, RegistrationId, RegistrationState};

/// A run with how many of its people are where.
const RUNS: &str = "SELECT r.*,
    (SELECT COUNT(*) FROM mfa_registered p WHERE p.registration = r.id AND p.state = 'registered') AS registered,
    (SELECT COUNT(*) FROM mfa_registered p WHERE p.registration = r.id AND p.state = 'asked') AS asked,
    (SELECT COUNT(*) FROM mfa_registered p WHERE p.registration = r.id AND p.state = 'already') AS already,
    (SELECT COUNT(*) FROM mfa_registered p WHERE p.registration = r.id AND p.state = 'failed') AS failed,
    (SELECT COUNT(*) FROM mfa_registered p WHERE p.registration = r.id AND p.state = 'removed') AS removed,
    (SELECT COUNT(*) FROM mfa_registered p WHERE p.registration = r.id AND p.state = 'kept') AS kept
    FROM mfa_registrations r WHERE ";

/// Inserts a run, unless another one of the tenant goes; says whether it did.
pub(crate) async fn insert(tx: &mut Tx, run: &Registration) -> Result<bool, StoreError> {
    let added = tx
        .execute(
            "INSERT INTO mfa_registrations
                 (id, organisation, provider, people_of, configuration, name, state, people, reason, started_at, started_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
            args![
                run.id,
                run.organisation,
                run.provider,
                run.group,
                &run.configuration,
                &run.name,
                run.state,
                run.people,
                run.reason.clone(),
                run.started_at,
                &run.started_by
            ],
        )
        .await?;
    Ok(added == 1)
}

const PEOPLE: &str = "INSERT INTO mfa_registered (registration, object_id, account, name, upn, state) VALUES ";

pub(crate) async fn insert_people(tx: &mut Tx, run: RegistrationId, people: &[Candidate]) -> Result<(), StoreError> {
    let values =
        |one: &Candidate| args![run, one.object_id, one.account, &one.name, &one.upn, RegisteredState::Waiting];
    tx.insert_many(PEOPLE, people.iter().map(values), "").await?;
    Ok(())
}

pub(crate) async fn find(tx: &mut Tx, id: RegistrationId) -> Result<Option<Registration>, StoreError> {
    let rows = tx.select(Sql::new(RUNS).push("r.id = ").bind(id)).await?;
    rows.first().map(run_of).transpose()
}

/// The last runs of a tenant, newest first.
pub(crate) async fn list(tx: &mut Tx, provider: TenantId, limit: usize) -> Result<Vec<Registration>, StoreError> {
    let sql = Sql::new(RUNS).push("r.provider = ").bind(provider);
    let rows = tx.select(sql.push(" ORDER BY r.started_at DESC, r.id DESC LIMIT ").bind(limit)).await?;
    rows.iter().map(run_of).collect()
}

/// Whether any run of a tenant goes.
pub(crate) async fn any_running(tx: &mut Tx, provider: TenantId) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM mfa_registrations WHERE provider = $1 AND state IN ('running', 'undoing')";
    Ok(tx.one(sql, args![provider]).await?.is_some())
}

/// Takes a run until the unit of work ends; its state.
pub(crate) async fn take(tx: &mut Tx, id: RegistrationId) -> Result<Option<RegistrationState>, StoreError> {
    let sql = "UPDATE mfa_registrations SET trouble = NULL WHERE id = $1 RETURNING state";
    tx.one(sql, args![id]).await?.map(|row| row.get("state")).transpose()
}

/// From one state to another; false when it is no longer in the first.
pub(crate) async fn turn(
    tx: &mut Tx,
    id: RegistrationId,
    from: RegistrationState,
    to: RegistrationState,
    ended: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_registrations SET state = $3, ended_at = $4, trouble = NULL WHERE id = $1 AND state = $2";
    Ok(tx.execute(sql, args![id, from, to, ended]).await? == 1)
}

/// Why it waits.
pub(crate) async fn trouble(tx: &mut Tx, id: RegistrationId, why: Option<&str>) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_registrations SET trouble = $2 WHERE id = $1", args![id, why]).await?;
    Ok(())
}

/// What could not be taken back is tried again.
pub(crate) async fn try_again(tx: &mut Tx, id: RegistrationId) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_registered SET state = 'registered' WHERE registration = $1 AND state = 'kept'";
    tx.execute(sql, args![id]).await?;
    Ok(())
}

/// The next people in a state.
pub(crate) async fn next(
    tx: &mut Tx,
    id: RegistrationId,
    state: RegisteredState,
    limit: usize,
) -> Result<Vec<RegisteredPerson>, StoreError> {
    let sql = "SELECT * FROM mfa_registered WHERE registration = $1 AND state = $2 ORDER BY object_id LIMIT $3";
    tx.all(sql, args![id, state, limit]).await?.iter().map(person_of).collect()
}

/// One more than asked for, by object id.
pub(crate) async fn people(
    tx: &mut Tx,
    id: RegistrationId,
    state: Option<RegisteredState>,
    limit: usize,
    after: Option<Uuid>,
) -> Result<Vec<RegisteredPerson>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM mfa_registered WHERE registration = ").bind(id);
    if let Some(state) = state {
        sql = sql.push(" AND state = ").bind(state);
    }
    if let Some(after) = after {
        sql = sql.push(" AND object_id > ").bind(after);
    }
    let rows = tx.select(sql.push(" ORDER BY object_id LIMIT ").bind(limit + 1)).await?;
    rows.iter().map(person_of).collect()
}

/// What became of somebody: the registration that was made, Entra's code, its words.
pub(crate) async fn became(
    tx: &mut Tx,
    id: RegistrationId,
    person: Uuid,
    state: RegisteredState,
    (method, code, detail): (Option<String>, Option<String>, Option<String>),
) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_registered SET state = $3, method = $4, code = $5, detail = $6
               WHERE registration = $1 AND object_id = $2";
    tx.execute(sql, args![id, person, state, method, code, detail]).await?;
    Ok(())
}

fn run_of(row: &Row) -> Result<Registration, StoreError> {
    Ok(Registration {
        id: row.get("id")?,
        provider: row.get("provider")?,
        organisation: row.get("organisation")?,
        group: row.get("people_of")?,
        configuration: row.get("configuration")?,
        name: row.get("name")?,
        state: row.get("state")?,
        people: row.get("people")?,
        registered: row.get("registered")?,
        asked: row.get("asked")?,
        already: row.get("already")?,
        failed: row.get("failed")?,
        removed: row.get("removed")?,
        kept: row.get("kept")?,
        reason: row.get("reason")?,
        trouble: row.get("trouble")?,
        started_at: row.get("started_at")?,
        started_by: row.get("started_by")?,
        ended_at: row.get("ended_at")?,
    })
}

fn person_of(row: &Row) -> Result<RegisteredPerson, StoreError> {
    Ok(RegisteredPerson {
        object_id: row.get("object_id")?,
        account: row.get("account")?,
        name: row.get("name")?,
        upn: row.get("upn")?,
        state: row.get("state")?,
        method: row.get("method")?,
        code: row.get("code")?,
        detail: row.get("detail")?,
    })
}
