//! Reading the log: newest first for people, oldest first for machines that follow it.

use kernel::{Cursor, OrganisationId, Page, PageRequest, Timestamp};
use store::{StoreError, Tx};
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
    let mut sql = rows::matching(organisation, filter);
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
    let sql = rows::matching(organisation, filter).push(" AND revision > ").bind(after);
    rows::select(tx, sql.push(" ORDER BY revision LIMIT ").bind(limit)).await
}

/// The newest revision of an organisation; 0 when its log is empty.
pub async fn newest(tx: &mut Tx, organisation: OrganisationId) -> Result<Revision, StoreError> {
    Ok(rows::head(tx, organisation).await?.map_or(0, |(revision, _)| revision))
}

/// The entries about some objects that have one cause, without those about members, oldest first.
pub async fn of_objects(
    tx: &mut Tx,
    organisation: OrganisationId,
    cause: Uuid,
    objects: &[Uuid],
) -> Result<Vec<Logged>, StoreError> {
    let mut entries = Vec::with_capacity(objects.len());
    for ids in objects.chunks(500) {
        let sql = rows::among(organisation).push(" AND members IS NULL AND object_id IN ");
        // A cause may have a million entries, an object a handful: written so that the index on objects is taken.
        let sql = sql.bind_list(ids.iter().copied()).push(" AND COALESCE(cause_id, cause_id) = ").bind(cause);
        entries.extend(rows::select(tx, sql.push(" ORDER BY object_id, revision")).await?);
    }
    Ok(entries)
}
