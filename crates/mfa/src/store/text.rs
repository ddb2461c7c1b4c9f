//! What lists of people have in common: they are searched by a text, and are by name.

use store::Sql;
use uuid::Uuid;

/// Narrows a list of people to those whose name or user name has a text in it, and goes on with it after a place: by name,
/// one more than asked for.
pub(crate) fn by_name(mut sql: Sql, text: Option<&str>, after: Option<(String, Uuid)>, limit: usize) -> Sql {
    if let Some(text) = text {
        let text = text.trim();
        sql = sql.push(" AND (lower(name)").has(text).push(" OR lower(upn)").has(text).push(")");
    }
    if let Some((name, id)) = after {
        sql = sql.push(" AND (name > ").bind(name.clone()).push(" OR name = ").bind(name);
        sql = sql.push(" AND object_id > ").bind(id).push(")");
    }
    sql.push(" ORDER BY name, object_id LIMIT ").bind(limit + 1)
}
