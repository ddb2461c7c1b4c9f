//! Lists of users and of groups: filtered, in any order, page by page.
//!
//! What memory knows better than the database (a text, membership at any depth) comes as the set of numbers that may be
//! shown. A small set goes into the statement; for a large one the order is walked until the page is full.

use kernel::{Cursor, OrganisationId, Page, PageRequest, Scalar, Stored};
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use store::{Row, Sql, StoreError, Tx};
use uuid::Uuid;

use super::{counts, groups, users};
use crate::change::ObjectKind;
use crate::error::DirectoryError;
use crate::filter::{GroupFilter, GroupSort, Order, UserFilter, UserSort};
use crate::model::{Group, User};
use crate::state::StateName;

/// Up to so many numbers go into a statement.
const FEW: u64 = 5_000;
/// How many rows a walk looks at together.
const STRIDE: usize = 5_000;

/// One page of users.
pub(crate) async fn list_users(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &UserFilter,
    order: Order<UserSort>,
    among: Option<&RoaringBitmap>,
    page: &PageRequest,
) -> Result<Page<User>, DirectoryError> {
    let key = match order.by {
        UserSort::Name => Key::text("sort_name"),
        UserSort::Upn => Key::text("sort_upn"),
        UserSort::ChangedAt => Key::number("changed_at"),
        UserSort::State => Key::text("state"),
        UserSort::Department => Key::text("LOWER(COALESCE(department, ''))"),
    };
    let conditions = |sql: Sql| {
        let sql = sql.push(" FROM directory_users WHERE organisation = ").bind(organisation);
        user_conditions(sql, filter)
    };
    let list = List { key, descending: order.descending, among, conditions };
    let rows = list.page(tx, page).await?;
    let found: Result<Vec<_>, StoreError> = rows.iter().map(|row| Ok((users::user_of(row)?, key.of(row)?))).collect();
    Ok(paged(found?, page, |user| user.id.0))
}

/// One page of groups.
pub(crate) async fn list_groups(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &GroupFilter,
    order: Order<GroupSort>,
    among: Option<&RoaringBitmap>,
    page: &PageRequest,
) -> Result<Page<Group>, DirectoryError> {
    let key = match order.by {
        GroupSort::Name => Key::text("sort_name"),
        GroupSort::ChangedAt => Key::number("changed_at"),
        GroupSort::State => Key::text("state"),
        GroupSort::Kind => Key::text("kind"),
    };
    let conditions = |sql: Sql| {
        let sql = sql.push(" FROM directory_groups WHERE organisation = ").bind(organisation);
        group_conditions(sql, filter)
    };
    let list = List { key, descending: order.descending, among, conditions };
    let rows = list.page(tx, page).await?;
    let found: Result<Vec<_>, StoreError> = rows.iter().map(|row| Ok((groups::group_of(row)?, key.of(row)?))).collect();
    Ok(paged(found?, page, |group| group.id.0))
}

fn paged<T>(found: Vec<(T, KeyValue)>, page: &PageRequest, id: impl Fn(&T) -> Uuid) -> Page<T> {
    Page::from_rows(found, page.limit, |(one, key)| (key.clone(), id(one))).map(|(one, _)| one)
}

/// How many users match.
pub(crate) async fn count_users(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &UserFilter,
) -> Result<u64, StoreError> {
    let UserFilter { state, cause, source, .. } = filter.clone();
    if *filter == (UserFilter { state, cause: cause.clone(), source, ..UserFilter::default() }) {
        let counts = counts::of(tx, organisation, ObjectKind::User, source).await?;
        let held = |found: StateName| !matches!(found, StateName::Deleted | StateName::Excluded);
        let wanted = counts.into_iter().filter(|(found, _, _)| state.map_or(held(*found), |state| state == *found));
        let wanted = wanted.filter(|(_, found, _)| cause.is_none() || cause == *found);
        return Ok(wanted.map(|(_, _, count)| count).sum());
    }
    let sql = Sql::new("SELECT COUNT(*) AS n FROM directory_users WHERE organisation = ").bind(organisation);
    let rows = tx.select(user_conditions(sql, filter)).await?;
    rows.first().map_or(Ok(0), |row| row.get("n"))
}

fn user_conditions(sql: Sql, filter: &UserFilter) -> Sql {
    let mut sql = in_state(sql, filter.state);
    if let Some(cause) = &filter.cause {
        sql = sql.push(" AND state_cause = ").bind(cause);
    }
    if let Some(source) = filter.source {
        sql = sql.push(" AND source_id = ").bind(source);
    }
    if let Some(kind) = filter.source_kind {
        sql = sql.push(" AND source = ").bind(kind);
    }
    if let Some(department) = &filter.department {
        sql = sql.push(" AND LOWER(department) = LOWER(CAST(").bind(department).push(" AS TEXT))");
    }
    if let Some(user_type) = &filter.user_type {
        sql = sql.push(" AND LOWER(COALESCE(user_type, 'Member')) = ").bind(user_type.to_lowercase());
    }
    for word in words(filter.text.as_deref()) {
        sql = sql.push(" AND (sort_name").has(word).push(" OR sort_upn").has(word);
        sql = sql.push(" OR LOWER(COALESCE(mail, ''))").has(word).push(")");
    }
    sql
}

fn group_conditions(sql: Sql, filter: &GroupFilter) -> Sql {
    let mut sql = in_state(sql, filter.state);
    if let Some(cause) = &filter.cause {
        sql = sql.push(" AND state_cause = ").bind(cause);
    }
    if let Some(source) = filter.source {
        sql = sql.push(" AND source_id = ").bind(source);
    }
    if let Some(kind) = filter.kind {
        sql = sql.push(" AND kind = ").bind(kind);
    }
    if let Some(dynamic) = filter.dynamic {
        sql = sql.push(" AND dynamic = ").bind(dynamic);
    }
    for word in words(filter.text.as_deref()) {
        sql = sql.push(" AND (sort_name").has(word).push(" OR LOWER(COALESCE(mail, ''))").has(word);
        sql = sql.push(" OR LOWER(COALESCE(description, ''))").has(word).push(")");
    }
    sql
}

fn words(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.into_iter().flat_map(str::split_whitespace).take(8)
}

/// Most are active: written so that the order's index is walked and not the states'. Few are in the other states.
fn in_state(sql: Sql, state: Option<StateName>) -> Sql {
    match state {
        None => sql.push(" AND state NOT IN ('deleted', 'excluded')"),
        Some(StateName::Active) => sql.push(" AND state || '' = 'active'"),
        Some(state) => sql.push(" AND state = ").bind(state),
    }
}

/// What a list is ordered by: an expression over the row, and its kind.
#[derive(Debug, Clone, Copy)]
struct Key {
    expression: &'static str,
    number: bool,
}

/// One row's place in the order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum KeyValue {
    Number(i64),
    Text(String),
}

impl Key {
    const fn text(expression: &'static str) -> Self {
        Self { expression, number: false }
    }

    const fn number(expression: &'static str) -> Self {
        Self { expression, number: true }
    }

    fn of(self, row: &Row) -> Result<KeyValue, StoreError> {
        Ok(if self.number { KeyValue::Number(row.get("sort_key")?) } else { KeyValue::Text(row.get("sort_key")?) })
    }

    /// Where a cursor says to go on; a cursor of another order is refused.
    fn place(self, cursor: &Cursor) -> Result<(Scalar, Uuid), DirectoryError> {
        match (cursor.decode::<(KeyValue, Uuid)>(), self.number) {
            (Some((KeyValue::Number(number), id)), true) => Ok((number.to_scalar(), id)),
            (Some((KeyValue::Text(text), id)), false) => Ok((text.to_scalar(), id)),
            _ => Err(DirectoryError::Invalid("`after` is not from a page of this list in this order".to_owned())),
        }
    }
}

struct List<'a, C> {
    key: Key,
    descending: bool,
    among: Option<&'a RoaringBitmap>,
    conditions: C,
}

impl<C: Fn(Sql) -> Sql> List<'_, C> {
    /// Up to one row more than the page holds.
    async fn page(&self, tx: &mut Tx, page: &PageRequest) -> Result<Vec<Row>, DirectoryError> {
        let after = page.after.as_ref().map(|cursor| self.key.place(cursor)).transpose()?;
        let most = page.limit + 1;
        match self.among {
            None => Ok(tx.select(self.rows(None, after, most)).await?),
            Some(few) if few.len() <= FEW => Ok(tx.select(self.rows(Some(few), after, most)).await?),
            Some(many) => {
                let found = self.walk(tx, many, after, most).await?;
                Ok(tx.select(self.rows(Some(&found), None, most)).await?)
            }
        }
    }

    fn rows(&self, among: Option<&RoaringBitmap>, after: Option<(Scalar, Uuid)>, most: usize) -> Sql {
        let mut sql = (self.conditions)(Sql::new("SELECT *, ").push(self.key.expression).push(" AS sort_key"));
        if let Some(among) = among {
            sql = sql.push(" AND ordinal IN ").bind_list(among.iter());
        }
        self.from(sql, after, most)
    }

    /// The first numbers of a large set in the list's order.
    async fn walk(
        &self,
        tx: &mut Tx,
        among: &RoaringBitmap,
        mut after: Option<(Scalar, Uuid)>,
        most: usize,
    ) -> Result<RoaringBitmap, StoreError> {
        let mut found = RoaringBitmap::new();
        loop {
            let sql = Sql::new("SELECT ordinal, id, ").push(self.key.expression).push(" AS sort_key");
            let rows = tx.select(self.from((self.conditions)(sql), after, STRIDE)).await?;
            for row in &rows {
                let ordinal: u32 = row.get("ordinal")?;
                if among.contains(ordinal) {
                    found.insert(ordinal);
                }
                if found.len() == most as u64 {
                    return Ok(found);
                }
            }
            let Some(last) = rows.last().filter(|_| rows.len() == STRIDE) else { return Ok(found) };
            let key = match self.key.of(last)? {
                KeyValue::Number(number) => number.to_scalar(),
                KeyValue::Text(text) => text.to_scalar(),
            };
            after = Some((key, last.get("id")?));
        }
    }

    fn from(&self, mut sql: Sql, after: Option<(Scalar, Uuid)>, most: usize) -> Sql {
        let key = self.key.expression;
        if let Some((value, id)) = after {
            let beyond = if self.descending { ", id) < (" } else { ", id) > (" };
            sql = sql.push(" AND (").push(key).push(beyond).bind(value).push(", ").bind(id).push(")");
        }
        let (key_way, id_way) = if self.descending { (" DESC", ", id DESC LIMIT ") } else { ("", ", id LIMIT ") };
        sql.push(" ORDER BY ").push(key).push(key_way).push(id_way).bind(most)
    }
}
