//! Reading the log: newest first for people, oldest first for machines that follow it.

use kernel::{Cursor, OrganisationId, Page, PageRequest, Timestamp};
use store::{Sql, StoreError, Tx};
use uuid::Uuid;

use crate::{Logged, Revision, Stream, store as rows};

/// Which entries are wanted; everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this stream.
    pub stream: Option<Stream>,
    /// Only these event names; one that ends in `*` stands for all that begin so: `user.*`.
    pub names: Vec<String>,
    /// Only event names that begin so: `user.`.
    pub name_prefix: Option<String>,
    /// Only this actor, by name.
    pub actor: Option<String>,
    /// Only about this object.
    pub object: Option<Uuid>,
    /// Only with this cause, such as a run.
    pub cause: Option<Uuid>,
    /// Only from this moment on.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
}

/// One page, newest first.
pub async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page<Logged>, StoreError> {
    let mut sql = select(organisation, filter);
    if let Some(before) = page.after.as_ref().and_then(Cursor::decode::<Revision>) {
        sql = sql.push(" AND revision < ").bind(before);
    }
    let entries = rows::select(tx, sql.push(" ORDER BY revision DESC LIMIT ").bind(page.limit + 1)).await?;
    Ok(Page::from_rows(entries, page.limit, |entry| entry.revision))
}

/// Up to `limit` entries after a revision, oldest first.
pub async fn oldest_first(
    tx: &mut Tx,
    organisation: OrganisationId,
    filter: &Filter,
    after: Revision,
    limit: usize,
) -> Result<Vec<Logged>, StoreError> {
    let sql = select(organisation, filter).push(" AND revision > ").bind(after);
    rows::select(tx, sql.push(" ORDER BY revision LIMIT ").bind(limit)).await
}

/// The newest revision of an organisation; 0 when its log is empty.
pub async fn newest(tx: &mut Tx, organisation: OrganisationId) -> Result<Revision, StoreError> {
    Ok(rows::head(tx, organisation).await?.map_or(0, |(revision, _)| revision))
}

fn select(organisation: OrganisationId, filter: &Filter) -> Sql {
    let mut sql = Sql::new("SELECT * FROM signals_log WHERE organisation = ").bind(organisation);
    match filter.stream {
        // Written out, because the index on acts has this very condition.
        Some(Stream::Act) => sql = sql.push(" AND stream = 'act'"),
        Some(Stream::Change) => sql = sql.push(" AND stream = 'change'"),
        None => {}
    }
    if !filter.names.is_empty() {
        let exact = filter.names.iter().filter(|name| !name.ends_with('*'));
        sql = sql.push(" AND (name IN ").bind_list(exact);
        for prefix in filter.names.iter().filter_map(|name| name.strip_suffix('*')) {
            sql = begins_with(sql.push(" OR "), prefix);
        }
        sql = sql.push(")");
    }
    if let Some(prefix) = &filter.name_prefix {
        sql = begins_with(sql.push(" AND "), prefix);
    }
    if let Some(actor) = &filter.actor {
        sql = sql.push(" AND actor_name = ").bind(actor);
    }
    if let Some(object) = filter.object {
        sql = sql.push(" AND object_id = ").bind(object);
    }
    if let Some(cause) = filter.cause {
        sql = sql.push(" AND cause_id = ").bind(cause);
    }
    if let Some(from) = filter.from {
        sql = sql.push(" AND at >= ").bind(from);
    }
    if let Some(until) = filter.until {
        sql = sql.push(" AND at < ").bind(until);
    }
    sql
}

/// Written so, because `LIKE` has wildcards and differs in case between the databases.
fn begins_with(sql: Sql, prefix: &str) -> Sql {
    let length = prefix.chars().count();
    sql.push("substr(name, 1, CAST(").bind(length).push(" AS INTEGER)) = ").bind(prefix)
}
