//! `provisioning_users`, `provisioning_groups` and `provisioning_emails`: what was pushed.
//!
//! Users and groups are rows of one shape; a kind chooses the table.

use directory::SourceId;
use kernel::{OrganisationId, Timestamp};
use scim::{GROUP, Object, ResourceType, USER};
use serde_json::Value;
use store::{Backend, Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::model::ConnectionId;
use crate::store::members::Told;

mod lists;

pub(crate) use lists::{
    Condition, Slice, Window, added_after, by_numbers, candidates, count_of, number_at, numbers, page,
};

/// A user or a group as it was pushed.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// The place in lists; 0 before it has one.
    pub(crate) number: i64,
    /// The SCIM id.
    pub(crate) id: Uuid,
    /// `userName` or `displayName`, folded.
    pub(crate) name_key: String,
    /// `externalId`.
    pub(crate) external_id: Option<String>,
    /// Without id, meta, groups and members.
    pub(crate) resource: Object,
    /// Of a group: how many members it has.
    pub(crate) member_count: u64,
    /// Grows with every change.
    pub(crate) version: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    /// The directory's source.
    pub(crate) source_id: SourceId,
    /// The id there.
    pub(crate) object_id: Uuid,
    /// Of a user, where they were read with it: the groups it is a direct member of.
    pub(crate) groups: Option<Vec<Told>>,
}

/// Whose a row is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Home {
    pub(crate) organisation: OrganisationId,
    pub(crate) connection: ConnectionId,
}

impl Stored {
    /// What people call it: `displayName`, else `userName`.
    pub(crate) fn name(&self) -> String {
        let text = |name: &str| self.resource.get(name).and_then(Value::as_str).map(str::to_owned);
        text("displayName").or_else(|| text("userName")).unwrap_or_else(|| self.id.to_string())
    }

    /// Of a user: whether it may be used. Absent counts as yes (RFC 7643 §4.1.1 leaves it to us).
    pub(crate) fn active(&self) -> bool {
        self.resource.get("active") != Some(&Value::Bool(false))
    }
}

/// Whether a kind is that of users.
pub(crate) fn is_user(kind: &'static ResourceType) -> bool {
    std::ptr::eq(kind, &raw const USER)
}

/// What is read beside a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// Nothing.
    Nothing,
    /// A user's groups: they cost less with it than after it. For few users.
    Groups,
}

fn select(kind: &'static ResourceType) -> Sql {
    Sql::new(if is_user(kind) {
        "SELECT number, id, user_name_key AS name_key, external_id, resource, version, created_at, changed_at, source_id,
             object_id FROM provisioning_users WHERE connection = "
    } else {
        "SELECT number, id, name_key, external_id, resource, member_count, version, created_at, changed_at, source_id,
             object_id FROM provisioning_groups WHERE connection = "
    })
}

fn select_beside(tx: &Tx, kind: &'static ResourceType, beside: Beside) -> Sql {
    if beside == Beside::Nothing || !is_user(kind) {
        return select(kind);
    }
    Sql::new(
        "SELECT number, id, user_name_key AS name_key, external_id, resource, version, created_at, changed_at, source_id,
             object_id, (SELECT ",
    )
    .push(match tx.backend() {
        Backend::Sqlite => "json_group_array(json_array(g.number, hex(g.id), g.resource ->> '$.displayName'))",
        Backend::Postgres => {
            "COALESCE(json_agg(json_build_array(g.number, g.id, g.resource::json ->> 'displayName'))::text, '[]')"
        }
    })
    .push(
        " FROM provisioning_members m JOIN provisioning_groups g ON g.number = m.group_number
             WHERE m.member_kind = 0 AND m.member_number = provisioning_users.number) AS told
             FROM provisioning_users WHERE connection = ",
    )
}

fn stored_beside(kind: &'static ResourceType, row: &Row, beside: Beside) -> Result<Stored, StoreError> {
    let mut stored = stored(kind, row)?;
    if beside == Beside::Groups && is_user(kind) {
        let of = stored.number;
        // In order here: there are few, and SQLite would make a table to sort them in.
        let mut told: Vec<(i64, Uuid, Option<String>)> = row.json("told")?;
        told.sort_unstable_by_key(|(number, ..)| *number);
        let told = told.into_iter().map(|(_, id, name)| Told { of, kind: GROUP.name, id, name });
        stored.groups = Some(told.collect());
    }
    Ok(stored)
}

fn stored(kind: &'static ResourceType, row: &Row) -> Result<Stored, StoreError> {
    Ok(Stored {
        number: row.get("number")?,
        id: row.get("id")?,
        name_key: row.get("name_key")?,
        external_id: row.get("external_id")?,
        resource: row.json("resource")?,
        member_count: if is_user(kind) { 0 } else { row.get("member_count")? },
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        changed_at: row.get("changed_at")?,
        source_id: row.get("source_id")?,
        object_id: row.get("object_id")?,
        groups: None,
    })
}

/// One resource.
pub(crate) async fn find(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    id: Uuid,
    beside: Beside,
) -> Result<Option<Stored>, StoreError> {
    let sql = select_beside(tx, kind, beside).bind(connection).push(" AND id = ").bind(id);
    tx.select(sql).await?.first().map(|row| stored_beside(kind, row, beside)).transpose()
}

/// The ids of these, and the directory's of each, in no order: SCIM id, number, object id.
pub(crate) async fn locate(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, i64, Uuid)>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let sql = Sql::new(if is_user(kind) {
            "SELECT id, number, object_id FROM provisioning_users WHERE "
        } else {
            "SELECT id, number, object_id FROM provisioning_groups WHERE "
        });
        let sql = sql.among("connection", connection).push(" AND id IN ").bind_list(ids.iter().copied());
        for row in tx.select(sql).await? {
            found.push((row.get("id")?, row.get("number")?, row.get("object_id")?));
        }
    }
    Ok(found)
}

/// A SCIM id as we write it, and in no other spelling.
pub(crate) fn canonical(id: &str) -> Option<Uuid> {
    let parsed = (id.len() == 36).then(|| Uuid::try_parse(id).ok()).flatten()?;
    (parsed.to_string() == id).then_some(parsed)
}

/// Adds a resource; its number, or `None` when its name is taken.
pub(crate) async fn insert(
    tx: &mut Tx,
    kind: &'static ResourceType,
    home: Home,
    row: &Stored,
) -> Result<Option<i64>, StoreError> {
    let values = args![
        row.id,
        home.organisation,
        home.connection,
        row.name_key.as_str(),
        row.external_id.as_deref(),
        store::json(&row.resource),
        row.version,
        row.created_at,
        row.changed_at,
        row.source_id,
        row.object_id
    ];
    let found = if is_user(kind) {
        let mut values = values;
        values.push(kernel::Stored::to_scalar(row.active()));
        tx.one(
            "INSERT INTO provisioning_users (id, organisation, connection, user_name_key, external_id, resource, version,
                 created_at, changed_at, source_id, object_id, active)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (connection, user_name_key) DO NOTHING RETURNING number",
            values,
        )
        .await?
    } else {
        tx.one(
            "INSERT INTO provisioning_groups (id, organisation, connection, name_key, external_id, resource, version,
                 created_at, changed_at, source_id, object_id, member_count)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)
             ON CONFLICT (connection, name_key) DO NOTHING RETURNING number",
            values,
        )
        .await?
    };
    found.map(|row| row.get("number")).transpose()
}

/// Whether another resource of the connection has this name.
pub(crate) async fn name_taken(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    name_key: &str,
    but: Uuid,
) -> Result<bool, StoreError> {
    let sql = if is_user(kind) {
        "SELECT id FROM provisioning_users WHERE connection = $1 AND user_name_key = $2 AND id <> $3"
    } else {
        "SELECT id FROM provisioning_groups WHERE connection = $1 AND name_key = $2 AND id <> $3"
    };
    Ok(tx.one(sql, args![connection, name_key, but]).await?.is_some())
}

/// Whether another resource of the connection is linked to this directory object.
pub(crate) async fn object_taken(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    object_id: Uuid,
) -> Result<bool, StoreError> {
    let sql = if is_user(kind) {
        "SELECT id FROM provisioning_users WHERE connection = $1 AND object_id = $2"
    } else {
        "SELECT id FROM provisioning_groups WHERE connection = $1 AND object_id = $2"
    };
    Ok(tx.one(sql, args![connection, object_id]).await?.is_some())
}

/// Writes what may change of a resource.
pub(crate) async fn update(tx: &mut Tx, kind: &'static ResourceType, row: &Stored) -> Result<(), StoreError> {
    if is_user(kind) {
        tx.execute(
            "UPDATE provisioning_users SET user_name_key = $2, external_id = $3, active = $4, resource = $5, version = $6,
                 changed_at = $7 WHERE number = $1",
            args![
                row.number,
                row.name_key.as_str(),
                row.external_id.as_deref(),
                row.active(),
                store::json(&row.resource),
                row.version,
                row.changed_at
            ],
        )
        .await?;
    } else {
        tx.execute(
            "UPDATE provisioning_groups SET name_key = $2, external_id = $3, member_count = $4, resource = $5, version = $6,
                 changed_at = $7 WHERE number = $1",
            args![
                row.number,
                row.name_key.as_str(),
                row.external_id.as_deref(),
                row.member_count,
                store::json(&row.resource),
                row.version,
                row.changed_at
            ],
        )
        .await?;
    }
    Ok(())
}

/// Removes a resource for good.
pub(crate) async fn remove(tx: &mut Tx, kind: &'static ResourceType, number: i64) -> Result<(), StoreError> {
    if is_user(kind) {
        tx.execute("DELETE FROM provisioning_emails WHERE user_number = $1", args![number]).await?;
        tx.execute("DELETE FROM provisioning_users WHERE number = $1", args![number]).await?;
    } else {
        tx.execute("DELETE FROM provisioning_groups WHERE number = $1", args![number]).await?;
    }
    Ok(())
}

/// Makes a user's addresses findable.
pub(crate) async fn put_emails(
    tx: &mut Tx,
    connection: ConnectionId,
    number: i64,
    emails: &[String],
) -> Result<(), StoreError> {
    tx.execute("DELETE FROM provisioning_emails WHERE user_number = $1", args![number]).await?;
    add_emails(tx, connection, number, emails).await
}

/// The same for a new user.
pub(crate) async fn add_emails(
    tx: &mut Tx,
    connection: ConnectionId,
    number: i64,
    emails: &[String],
) -> Result<(), StoreError> {
    tx.insert_many(
        "INSERT INTO provisioning_emails (user_number, connection, email_key) VALUES ",
        emails.iter().map(|email| args![number, connection, email.as_str()]),
        "ON CONFLICT DO NOTHING",
    )
    .await?;
    Ok(())
}

/// Counts a resource in (`1`) or out (`-1`).
pub(crate) async fn count(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    by: i64,
) -> Result<bool, StoreError> {
    let sql = if is_user(kind) {
        "UPDATE provisioning_connections SET user_count = user_count + $2 WHERE id = $1"
    } else {
        "UPDATE provisioning_connections SET group_count = group_count + $2 WHERE id = $1"
    };
    Ok(tx.execute(sql, args![connection, by]).await? > 0)
}

/// How many resources of a kind a connection has.
pub(crate) async fn total(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
) -> Result<usize, StoreError> {
    let sql = if is_user(kind) {
        "SELECT user_count AS n FROM provisioning_connections WHERE id = $1"
    } else {
        "SELECT group_count AS n FROM provisioning_connections WHERE id = $1"
    };
    Ok(usize::try_from(tx.count(sql, args![connection]).await?).unwrap_or(usize::MAX))
}
