//! Users and groups in conflict, by what is due next.

use kernel::{Cursor, OrganisationId, Page, PageRequest, Timestamp};
use store::{Sql, StoreError, Tx};
use uuid::Uuid;

use crate::model::{Group, User};
use crate::state::{Conflict, State};

/// Users in conflict, the next due first; those without a due date last.
pub(crate) async fn users(
    tx: &mut Tx,
    organisation: OrganisationId,
    cause: Option<&str>,
    text: Option<&str>,
    page: &PageRequest,
) -> Result<Page<(User, Conflict)>, StoreError> {
    let sql =
        conflicts(Sql::new("SELECT * FROM directory_users WHERE organisation = "), organisation, cause, text, page);
    let users = super::users::select(tx, sql).await?;
    let users = users.into_iter().filter_map(|user| match user.state.clone() {
        State::Conflict(conflict) => Some((user, conflict)),
        _ => None,
    });
    Ok(Page::from_rows(users.collect(), page.limit, |(user, conflict)| due_key(conflict, user.id.0)))
}

/// Groups in conflict, the next due first; those without a due date last.
pub(crate) async fn groups(
    tx: &mut Tx,
    organisation: OrganisationId,
    cause: Option<&str>,
    text: Option<&str>,
    page: &PageRequest,
) -> Result<Page<(Group, Conflict)>, StoreError> {
    let sql =
        conflicts(Sql::new("SELECT * FROM directory_groups WHERE organisation = "), organisation, cause, text, page);
    let groups = super::groups::select(tx, sql).await?;
    let groups = groups.into_iter().filter_map(|group| match group.state.clone() {
        State::Conflict(conflict) => Some((group, conflict)),
        _ => None,
    });
    Ok(Page::from_rows(groups.collect(), page.limit, |(group, conflict)| due_key(conflict, group.id.0)))
}

fn due_key(conflict: &Conflict, id: Uuid) -> (i64, Uuid) {
    (conflict.due.map_or(i64::MAX, Timestamp::micros), id)
}

fn conflicts(
    sql: Sql,
    organisation: OrganisationId,
    cause: Option<&str>,
    text: Option<&str>,
    page: &PageRequest,
) -> Sql {
    let mut sql = sql.bind(organisation).push(" AND state = 'conflict'");
    if let Some(cause) = cause {
        sql = sql.push(" AND state_cause = ").bind(cause);
    }
    if let Some(text) = text {
        sql = sql.push(" AND sort_name").has(text);
    }
    let last = i64::MAX;
    if let Some((due, id)) = page.after.as_ref().and_then(Cursor::decode::<(i64, Uuid)>) {
        sql = sql.push(" AND (COALESCE(due, ").bind(last).push(") > ").bind(due);
        sql = sql.push(" OR (COALESCE(due, ").bind(last).push(") = ").bind(due).push(" AND id > ").bind(id).push("))");
    }
    sql.push(" ORDER BY COALESCE(due, ").bind(last).push("), id LIMIT ").bind(page.limit + 1)
}
