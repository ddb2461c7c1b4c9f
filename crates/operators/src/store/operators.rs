//! Statements on `operators_operators`.

use kernel::{Cursor, OperatorId, OrganisationId, Page, PageRequest, Role, Timestamp};
use store::{Row, Sql, StoreError, Tx, args};

use crate::rules::Standing;
use crate::store::sessions::Limits;
use crate::{OperatorState, OperatorView};

/// An operator as stored.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub id: OperatorId,
    pub organisation: OrganisationId,
    pub user_name: String,
    pub display_name: String,
    pub email: Option<String>,
    pub role: Role,
    pub state: OperatorState,
    pub password_hash: Option<String>,
    pub must_change_password: bool,
    pub failed_attempts: u32,
    pub locked_until: Option<Timestamp>,
    pub last_sign_in_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// An operator's open sessions, in short.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Presence {
    pub last_seen_at: Option<Timestamp>,
    pub session_count: u64,
}

impl Record {
    pub(crate) fn standing(&self) -> Standing {
        Standing { id: self.id, role: self.role, state: self.state }
    }

    pub(crate) fn view(self, presence: Presence) -> OperatorView {
        OperatorView {
            id: self.id,
            organisation: self.organisation,
            user_name: self.user_name,
            display_name: self.display_name,
            email: self.email,
            role: self.role,
            state: self.state,
            has_password: self.password_hash.is_some(),
            must_change_password: self.must_change_password,
            locked_until: self.locked_until,
            last_sign_in_at: self.last_sign_in_at,
            last_seen_at: presence.last_seen_at,
            session_count: presence.session_count,
            created_at: self.created_at,
        }
    }
}

pub(crate) async fn any(tx: &mut Tx) -> Result<bool, StoreError> {
    Ok(tx.one("SELECT id FROM operators_operators LIMIT 1", args![]).await?.is_some())
}

pub(crate) async fn insert(tx: &mut Tx, new: &Record) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO operators_operators (id, organisation, user_name, user_key, display_name, email, role, state,
             password_hash, must_change_password, failed_attempts, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11)",
        args![
            new.id,
            new.organisation,
            &new.user_name,
            key(&new.user_name),
            &new.display_name,
            new.email.clone(),
            new.role,
            new.state,
            new.password_hash.clone(),
            new.must_change_password,
            new.created_at
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: OperatorId,
) -> Result<Option<Record>, StoreError> {
    let sql = "SELECT * FROM operators_operators WHERE organisation = $1 AND id = $2";
    tx.one(sql, args![organisation, id]).await?.map(|row| record(&row)).transpose()
}

/// By user name, whichever organisation: people sign in without naming one.
pub(crate) async fn find_by_name(tx: &mut Tx, user_name: &str) -> Result<Option<Record>, StoreError> {
    let row = tx.one("SELECT * FROM operators_operators WHERE user_key = $1", args![key(user_name)]).await?;
    row.map(|row| record(&row)).transpose()
}

/// Counts an attempt to sign in, if the account takes any now.
pub(crate) async fn count_attempt(tx: &mut Tx, user_name: &str, now: Timestamp) -> Result<Option<Record>, StoreError> {
    let row = tx
        .one(
            "UPDATE operators_operators SET failed_attempts = failed_attempts + 1
             WHERE user_key = $1 AND state = 'active' AND (locked_until IS NULL OR locked_until <= $2) RETURNING *",
            args![key(user_name), now],
        )
        .await?;
    row.map(|row| record(&row)).transpose()
}

pub(crate) async fn lock(tx: &mut Tx, id: OperatorId, until: Timestamp) -> Result<(), StoreError> {
    tx.execute("UPDATE operators_operators SET locked_until = $2 WHERE id = $1", args![id, until]).await?;
    Ok(())
}

/// Forgets failures and locks.
pub(crate) async fn unlock(tx: &mut Tx, id: OperatorId) -> Result<(), StoreError> {
    let sql = "UPDATE operators_operators SET failed_attempts = 0, locked_until = NULL WHERE id = $1";
    tx.execute(sql, args![id]).await?;
    Ok(())
}

pub(crate) async fn signed_in(tx: &mut Tx, id: OperatorId, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE operators_operators SET last_sign_in_at = $2 WHERE id = $1";
    tx.execute(sql, args![id, now]).await?;
    Ok(())
}

/// Stores a password's hash and whether it is only good for the first sign-in.
pub(crate) async fn set_password(tx: &mut Tx, id: OperatorId, hash: &str, must_change: bool) -> Result<(), StoreError> {
    let sql = "UPDATE operators_operators SET password_hash = $2, must_change_password = $3 WHERE id = $1";
    tx.execute(sql, args![id, hash, must_change]).await?;
    Ok(())
}

pub(crate) async fn update(tx: &mut Tx, changed: &Record) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE operators_operators SET display_name = $3, email = $4, role = $5, state = $6
         WHERE organisation = $1 AND id = $2",
        args![
            changed.organisation,
            changed.id,
            &changed.display_name,
            changed.email.clone(),
            changed.role,
            changed.state
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn delete(tx: &mut Tx, organisation: OrganisationId, id: OperatorId) -> Result<(), StoreError> {
    let sql = "DELETE FROM operators_operators WHERE organisation = $1 AND id = $2";
    tx.execute(sql, args![organisation, id]).await?;
    Ok(())
}

/// How many active owners an organisation has besides one.
pub(crate) async fn other_owners(
    tx: &mut Tx,
    organisation: OrganisationId,
    but: OperatorId,
) -> Result<u64, StoreError> {
    tx.count(
        "SELECT COUNT(*) AS n FROM operators_operators
         WHERE organisation = $1 AND role = 'owner' AND state = 'active' AND id <> $2",
        args![organisation, but],
    )
    .await
}

/// Whether somebody besides one is active in one of these roles.
pub(crate) async fn others_active(
    tx: &mut Tx,
    organisation: OrganisationId,
    but: OperatorId,
    roles: &[Role],
) -> Result<bool, StoreError> {
    let sql = "SELECT role FROM operators_operators WHERE organisation = $1 AND state = 'active' AND id <> $2";
    for row in tx.all(sql, args![organisation, but]).await? {
        if roles.contains(&row.get("role")?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The mail addresses of active operators who have one of these roles, each once.
pub(crate) async fn mails(
    tx: &mut Tx,
    organisation: OrganisationId,
    roles: &[Role],
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT role, email FROM operators_operators
               WHERE organisation = $1 AND state = 'active' AND email IS NOT NULL ORDER BY created_at, id";
    let mut found: Vec<String> = Vec::new();
    for row in tx.all(sql, args![organisation]).await? {
        let email = row.get("email")?;
        if roles.contains(&row.get("role")?) && !found.contains(&email) {
            found.push(email);
        }
    }
    Ok(found)
}

/// The oldest active owner.
pub(crate) async fn first_owner(tx: &mut Tx, organisation: OrganisationId) -> Result<Option<Record>, StoreError> {
    let row = tx
        .one(
            "SELECT * FROM operators_operators WHERE organisation = $1 AND role = 'owner' AND state = 'active'
             ORDER BY created_at, id LIMIT 1",
            args![organisation],
        )
        .await?;
    row.map(|row| record(&row)).transpose()
}

/// Operators of an organisation with their open sessions, in short.
fn with_presence(organisation: OrganisationId, limits: Limits) -> Sql {
    let open = |sql: Sql| sql.bind(limits.now).push(" AND s.last_seen_at > ").bind(limits.idle_since);
    let sql = Sql::new(
        "SELECT o.*, (SELECT MAX(s.last_seen_at) FROM operators_sessions s
             WHERE s.operator = o.id AND s.expires_at > ",
    );
    let sql = open(sql).push(
        ") AS last_seen_at, (SELECT COUNT(*) FROM operators_sessions s WHERE s.operator = o.id AND s.expires_at > ",
    );
    open(sql).push(") AS session_count FROM operators_operators o WHERE o.organisation = ").bind(organisation)
}

pub(crate) async fn find_view(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: OperatorId,
    limits: Limits,
) -> Result<Option<OperatorView>, StoreError> {
    let rows = tx.select(with_presence(organisation, limits).push(" AND o.id = ").bind(id)).await?;
    rows.first().map(view).transpose()
}

/// By user name.
pub(crate) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    limits: Limits,
    page: &PageRequest,
) -> Result<Page<OperatorView>, StoreError> {
    let mut sql = with_presence(organisation, limits);
    if let Some(after) = page.after.as_ref().and_then(Cursor::decode::<String>) {
        sql = sql.push(" AND o.user_key > ").bind(after);
    }
    let rows = tx.select(sql.push(" ORDER BY o.user_key LIMIT ").bind(page.limit + 1)).await?;
    let views = rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(views, page.limit, |view| key(&view.user_name)))
}

fn key(user_name: &str) -> String {
    user_name.trim().to_lowercase()
}

fn view(row: &Row) -> Result<OperatorView, StoreError> {
    let presence = Presence { last_seen_at: row.get("last_seen_at")?, session_count: row.get("session_count")? };
    Ok(record(row)?.view(presence))
}

pub(crate) fn record(row: &Row) -> Result<Record, StoreError> {
    Ok(Record {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        user_name: row.get("user_name")?,
        display_name: row.get("display_name")?,
        email: row.get("email")?,
        role: row.get("role")?,
        state: row.get("state")?,
        password_hash: row.get("password_hash")?,
        must_change_password: row.get("must_change_password")?,
        failed_attempts: row.get("failed_attempts")?,
        locked_until: row.get("locked_until")?,
        last_sign_in_at: row.get("last_sign_in_at")?,
        created_at: row.get("created_at")?,
    })
}
