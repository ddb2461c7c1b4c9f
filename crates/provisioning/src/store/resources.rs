//! `provisioning_users`, `provisioning_groups` and `provisioning_emails`: what was pushed.
//!
//! Users and groups are rows of one shape; a kind chooses the table.

use directory::SourceId;
use kernel::{OrganisationId, Timestamp};
use scim::filter::{Key, Operator};
use scim::{Object, ResourceType, USER};
use serde_json::Value;
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use crate::model::ConnectionId;

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

fn select(kind: &'static ResourceType) -> Sql {
    Sql::new(if is_user(kind) {
        "SELECT number, id, user_name_key AS name_key, external_id, resource, version, created_at, changed_at, source_id,
             object_id FROM provisioning_users WHERE connection = "
    } else {
        "SELECT number, id, name_key, external_id, resource, member_count, version, created_at, changed_at, source_id,
             object_id FROM provisioning_groups WHERE connection = "
    })
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
    })
}

/// One resource.
pub(crate) async fn find(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    id: Uuid,
) -> Result<Option<Stored>, StoreError> {
    let sql = select(kind).bind(connection).push(" AND id = ").bind(id);
    tx.select(sql).await?.first().map(|row| stored(kind, row)).transpose()
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
            "SELECT id, number, object_id FROM provisioning_users WHERE connection = "
        } else {
            "SELECT id, number, object_id FROM provisioning_groups WHERE connection = "
        });
        for row in tx.select(sql.bind(connection).push(" AND id IN ").bind_list(ids.iter().copied())).await? {
            found.push((row.get("id")?, row.get("number")?, row.get("object_id")?));
        }
    }
    Ok(found)
}

/// A page of what the keys let through, in the order of creation. `None` when they let nothing through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// Only after this number.
    pub(crate) after: i64,
    /// How many at most.
    pub(crate) limit: usize,
}

/// Resources that the keys let through, after a number, in the order of creation.
pub(crate) async fn candidates(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    keys: &[Condition],
    window: Window,
) -> Result<Vec<Stored>, StoreError> {
    let mut sql = select(kind).bind(connection);
    for key in keys {
        sql = key.push(sql, connection);
    }
    let sql = sql.push(" AND number > ").bind(window.after).push(" ORDER BY number LIMIT ").bind(window.limit);
    tx.select(sql).await?.iter().map(|row| stored(kind, row)).collect()
}

/// Resources by their numbers, in no order.
pub(crate) async fn by_numbers(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    numbers: &[i64],
) -> Result<Vec<Stored>, StoreError> {
    let sql = select(kind).bind(connection).push(" AND number IN ").bind_list(numbers.iter().copied());
    tx.select(sql).await?.iter().map(|row| stored(kind, row)).collect()
}

/// The number just before the resource at a place, counted from zero: where a page that begins there goes on from.
/// `None` when there are not so many.
pub(crate) async fn number_before(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    place: usize,
) -> Result<Option<i64>, StoreError> {
    if place == 0 {
        return Ok(Some(0));
    }
    let sql = Sql::new(if is_user(kind) {
        "SELECT number FROM provisioning_users WHERE connection = "
    } else {
        "SELECT number FROM provisioning_groups WHERE connection = "
    });
    let sql = sql.bind(connection).push(" ORDER BY number LIMIT 1 OFFSET ").bind(place - 1);
    tx.select(sql).await?.first().map(|row| row.get("number")).transpose()
}

/// A condition that an index answers.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    Id(Uuid),
    ExternalId(String),
    UserName(String),
    GroupName(String),
    Email(String),
    Active(bool),
    /// The group with this number is one of the user's.
    InGroup(i64),
    /// The user (0) or group (1) with this number is a member.
    HasMember(i64, i64),
    Moment(Column, Operator, Timestamp),
    Nothing,
}

/// A column of moments.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    Created,
    Changed,
}

impl Condition {
    /// What a key asks of the rows; `None` when only the resources themselves can tell.
    pub(crate) fn of(kind: &'static ResourceType, key: Key<'_>) -> Option<Self> {
        let user = is_user(kind);
        Some(match key {
            Key::Id(id) => canonical(id).map_or(Self::Nothing, Self::Id),
            Key::ExternalId(id) => Self::ExternalId(id.to_owned()),
            Key::UserName(name) if user => Self::UserName(name.to_owned()),
            Key::DisplayName(name) if !user => Self::GroupName(name.to_owned()),
            Key::Email(email) if user => Self::Email(email.to_owned()),
            Key::Active(active) if user => Self::Active(active),
            Key::ResourceType(name) if name != kind.name => Self::Nothing,
            Key::LastModified(operator, moment) => Self::Moment(Column::Changed, operator, moment),
            Key::Created(operator, moment) => Self::Moment(Column::Created, operator, moment),
            _ => return None,
        })
    }

    fn push(&self, sql: Sql, connection: ConnectionId) -> Sql {
        match self {
            Self::Id(id) => sql.push(" AND id = ").bind(*id),
            Self::ExternalId(id) => sql.push(" AND external_id = ").bind(id.as_str()),
            Self::UserName(name) => sql.push(" AND user_name_key = ").bind(name.as_str()),
            Self::GroupName(name) => sql.push(" AND name_key = ").bind(name.as_str()),
            Self::Email(email) => sql
                .push(" AND number IN (SELECT user_number FROM provisioning_emails WHERE connection = ")
                .bind(connection)
                .push(" AND email_key = ")
                .bind(email.as_str())
                .push(")"),
            Self::Active(active) => sql.push(" AND active = ").bind(*active),
            Self::InGroup(group) => sql
                .push(" AND number IN (SELECT member_number FROM provisioning_members WHERE member_kind = 0 AND group_number = ")
                .bind(*group)
                .push(")"),
            Self::HasMember(kind, number) => sql
                .push(" AND number IN (SELECT group_number FROM provisioning_members WHERE member_kind = ")
                .bind(*kind)
                .push(" AND member_number = ")
                .bind(*number)
                .push(")"),
            Self::Moment(column, operator, moment) => {
                let sql = sql.push(match column {
                    Column::Created => " AND created_at ",
                    Column::Changed => " AND changed_at ",
                });
                sql.push(sign(*operator)).bind(*moment)
            }
            Self::Nothing => sql.push(" AND 1 = 0"),
        }
    }
}

/// The sign of a comparison of moments; a moment contains nothing, and `Key` offers none of those.
const fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Gt => "> ",
        Operator::Ge => ">= ",
        Operator::Lt => "< ",
        Operator::Le => "<= ",
        _ => "= ",
    }
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
) -> Result<(), StoreError> {
    let sql = if is_user(kind) {
        "UPDATE provisioning_connections SET user_count = user_count + $2 WHERE id = $1"
    } else {
        "UPDATE provisioning_connections SET group_count = group_count + $2 WHERE id = $1"
    };
    tx.execute(sql, args![connection, by]).await?;
    Ok(())
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
