//! Which resources a list is about: what indexes answer, and parts of the order of creation.

use kernel::Timestamp;
use scim::ResourceType;
use scim::filter::{Key, Operator};
use store::{Sql, StoreError, Tx};
use uuid::Uuid;

use super::{Beside, Stored, canonical, is_user, select, select_beside, stored, stored_beside};
use crate::model::ConnectionId;
use crate::resources::Way;

/// A part of what the keys let through, in the order of creation or back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// Only beyond this number.
    pub(crate) from: i64,
    /// Whether the last come first.
    pub(crate) back: bool,
    /// How many at most.
    pub(crate) limit: usize,
}

impl Window {
    /// All there is.
    pub(crate) const EVERYTHING: Self = Self { from: 0, back: false, limit: usize::MAX };

    /// The first after a number.
    pub(crate) const fn after(number: i64, limit: usize) -> Self {
        Self { from: number, back: false, limit }
    }

    /// The last before a number, the last first.
    pub(crate) const fn before(number: i64, limit: usize) -> Self {
        Self { from: number, back: true, limit }
    }

    fn push(self, sql: Sql) -> Sql {
        let sql = sql.push(if self.back { " AND number < " } else { " AND number > " }).bind(self.from);
        let sql = sql.push(if self.back { " ORDER BY number DESC LIMIT " } else { " ORDER BY number LIMIT " });
        sql.bind(self.limit)
    }
}

fn with_keys(sql: Sql, connection: ConnectionId, keys: &[Condition]) -> Sql {
    keys.iter().fold(sql.bind(connection), |sql, key| key.push(sql, connection))
}

fn select_numbers(kind: &'static ResourceType) -> Sql {
    Sql::new(if is_user(kind) {
        "SELECT number FROM provisioning_users WHERE connection = "
    } else {
        "SELECT number FROM provisioning_groups WHERE connection = "
    })
}

/// Resources that the keys let through, within a window.
pub(crate) async fn candidates(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    keys: &[Condition],
    window: Window,
) -> Result<Vec<Stored>, StoreError> {
    let sql = window.push(with_keys(select(kind), connection, keys));
    tx.select(sql).await?.iter().map(|row| stored(kind, row)).collect()
}

/// The numbers of the resources that the keys let through, within a window.
pub(crate) async fn numbers(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    keys: &[Condition],
    window: Window,
) -> Result<Vec<i64>, StoreError> {
    let sql = window.push(with_keys(select_numbers(kind), connection, keys));
    tx.select(sql).await?.iter().map(|row| row.get("number")).collect()
}

/// A part of a list by its places, counted from zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slice {
    /// How many are skipped.
    pub(crate) skip: usize,
    /// How many are wanted at most.
    pub(crate) limit: usize,
    /// How many there are in all, where that is known: then a place is counted from the nearer end.
    pub(crate) total: Option<usize>,
}

impl Slice {
    /// The way from the end, where that is the shorter one: how many to skip there, and how many to read.
    fn counted_back(self) -> Option<(usize, usize)> {
        let total = self.total.filter(|total| self.skip > total / 2)?;
        let read = self.limit.min(total.saturating_sub(self.skip));
        Some((total.saturating_sub(self.skip + read), read))
    }
}

/// Resources that the keys let through, in the order of creation, some of them skipped.
pub(crate) async fn page(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    keys: &[Condition],
    slice: Slice,
    beside: Beside,
) -> Result<Vec<Stored>, StoreError> {
    let sql = with_keys(select_beside(tx, kind, beside), connection, keys);
    if keys.iter().any(Condition::finds_one) {
        // Without a bound: with one, PostgreSQL makes a new plan for each call.
        let rows = tx.select(sql).await?;
        let wanted = rows.iter().skip(slice.skip).take(slice.limit);
        return wanted.map(|row| stored_beside(kind, row, beside)).collect();
    }
    let Some((skip, read)) = slice.counted_back() else {
        let sql = sql.push(" ORDER BY number LIMIT ").bind(slice.limit).push(" OFFSET ").bind(slice.skip);
        return tx.select(sql).await?.iter().map(|row| stored_beside(kind, row, beside)).collect();
    };
    if read == 0 {
        return Ok(Vec::new());
    }
    let sql = sql.push(" ORDER BY number DESC LIMIT ").bind(read).push(" OFFSET ").bind(skip);
    let rows = tx.select(sql).await?;
    rows.iter().rev().map(|row| stored_beside(kind, row, beside)).collect()
}

/// How many resources the keys let through.
pub(crate) async fn count_of(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    keys: &[Condition],
) -> Result<usize, StoreError> {
    let sql = Sql::new(if is_user(kind) {
        "SELECT COUNT(*) AS n FROM provisioning_users WHERE connection = "
    } else {
        "SELECT COUNT(*) AS n FROM provisioning_groups WHERE connection = "
    });
    let rows = tx.select(with_keys(sql, connection, keys)).await?;
    rows.first().map_or(Ok(0), |row| row.get("n"))
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

/// The number at the end of a way; `None` when there are not so many.
pub(crate) async fn number_at(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    way: Way,
) -> Result<Option<i64>, StoreError> {
    let sql = select_numbers(kind).bind(connection);
    let sql = match way {
        Way::Here(number) => return Ok(Some(number)),
        Way::After(number, skip) => {
            sql.push(" AND number > ").bind(number).push(" ORDER BY number LIMIT 1 OFFSET ").bind(skip)
        }
        Way::Before(number, skip) => {
            sql.push(" AND number < ").bind(number).push(" ORDER BY number DESC LIMIT 1 OFFSET ").bind(skip)
        }
    };
    tx.select(sql).await?.first().map(|row| row.get("number")).transpose()
}

/// How many resources have come after a number; no more than `most` are counted.
pub(crate) async fn added_after(
    tx: &mut Tx,
    kind: &'static ResourceType,
    connection: ConnectionId,
    number: i64,
    most: usize,
) -> Result<usize, StoreError> {
    let sql = Sql::new(if is_user(kind) {
        "SELECT COUNT(*) AS n FROM (SELECT number FROM provisioning_users WHERE connection = "
    } else {
        "SELECT COUNT(*) AS n FROM (SELECT number FROM provisioning_groups WHERE connection = "
    });
    let sql = sql.bind(connection).push(" AND number > ").bind(number).push(" ORDER BY number LIMIT ").bind(most);
    let rows = tx.select(sql.push(") newer")).await?;
    rows.first().map_or(Ok(0), |row| row.get("n"))
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

    /// Whether it lets one through at most.
    const fn finds_one(&self) -> bool {
        matches!(self, Self::Id(_) | Self::UserName(_) | Self::GroupName(_) | Self::Nothing)
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
