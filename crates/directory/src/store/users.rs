//! `directory_users`.

use kernel::{OrganisationId, Scalar, Timestamp};
use store::{Row, Sql, StoreError, Tx, args};
use uuid::Uuid;

use super::{detail_of, source_of, state_of};
use crate::model::{Source, SourceId, User, UserId};
use crate::search;

/// What is read of a user: the columns beside these are for finding and sorting.
macro_rules! users {
    () => {
        "SELECT ordinal, id, organisation, source, source_id, object_id, state, state_detail, missing_since, attributes,
             created_at, changed_at, seen_at, revision FROM directory_users"
    };
}

const HEAD: &str = "INSERT INTO directory_users (id, organisation, source, source_id, object_id, state, state_cause,
    state_detail, due, missing_since, display_name, user_principal_name, mail, department, job_title, user_type,
    account_enabled, manager_object_id, sort_name, sort_upn, attributes, created_at, changed_at, seen_at, revision) VALUES ";

const TAIL: &str = "ON CONFLICT (source_id, object_id) DO UPDATE SET source = excluded.source, state = excluded.state,
    state_cause = excluded.state_cause, state_detail = excluded.state_detail, due = excluded.due,
    missing_since = excluded.missing_since, display_name = excluded.display_name,
    user_principal_name = excluded.user_principal_name, mail = excluded.mail, department = excluded.department,
    job_title = excluded.job_title, user_type = excluded.user_type, account_enabled = excluded.account_enabled,
    manager_object_id = excluded.manager_object_id, sort_name = excluded.sort_name, sort_upn = excluded.sort_upn,
    attributes = excluded.attributes, changed_at = excluded.changed_at, seen_at = excluded.seen_at,
    revision = excluded.revision";

/// The same for users whose place in no list but the one by the last change moves: SQLite writes every index of which a
/// column is named here, whether its value changes or not.
const TAIL_IN_PLACE: &str = "ON CONFLICT (source_id, object_id) DO UPDATE SET source = excluded.source,
    missing_since = excluded.missing_since, display_name = excluded.display_name, mail = excluded.mail,
    job_title = excluded.job_title, user_type = excluded.user_type, account_enabled = excluded.account_enabled,
    manager_object_id = excluded.manager_object_id, attributes = excluded.attributes, changed_at = excluded.changed_at,
    seen_at = excluded.seen_at, revision = excluded.revision";

/// Whether a change leaves a user at the same place in every list but the one by the last change.
pub(crate) fn in_place(before: &User, after: &User) -> bool {
    let (a, b) = (&before.attributes, &after.attributes);
    before.state == after.state
        && before.name() == after.name()
        && a.user_principal_name == b.user_principal_name
        && a.department == b.department
}

/// Replaces users who are there and were changed [`in_place`].
pub(crate) async fn put_in_place(tx: &mut Tx, users: &[User]) -> Result<(), StoreError> {
    tx.insert_many(HEAD, users.iter().map(values), TAIL_IN_PLACE).await?;
    Ok(())
}

/// Replaces users, or inserts those who are not there; the ordinal of a new one is given by the database.
pub(crate) async fn put(tx: &mut Tx, users: &[User]) -> Result<(), StoreError> {
    tx.insert_many(HEAD, users.iter().map(values), TAIL).await?;
    Ok(())
}

/// Inserts users who are certainly not there.
pub(crate) async fn add(tx: &mut Tx, users: &[User]) -> Result<(), StoreError> {
    tx.insert_many(HEAD, users.iter().map(values), "").await?;
    Ok(())
}

fn values(user: &User) -> Vec<Scalar> {
    let a = &user.attributes;
    let json = serde_json::to_string(a).expect("invariant: attributes are plain data");
    args![
        user.id,
        user.source.organisation,
        user.source.kind,
        user.source.id,
        user.object_id,
        user.state.name(),
        user.state.cause(),
        detail_of(&user.state),
        user.state.due(),
        user.missing_since,
        a.display_name.as_deref(),
        a.user_principal_name.as_deref(),
        a.mail.as_deref(),
        a.department.as_deref(),
        a.job_title.as_deref(),
        a.user_type.as_deref(),
        a.account_enabled.unwrap_or(true),
        a.manager,
        user.name().to_lowercase(),
        a.user_principal_name.as_deref().unwrap_or_default().to_lowercase(),
        json,
        user.created_at,
        user.changed_at,
        user.seen_at,
        user.revision,
    ]
}

/// Users of a source by their ids there, in no order.
pub(crate) async fn by_object_ids(tx: &mut Tx, source: SourceId, ids: &[Uuid]) -> Result<Vec<User>, StoreError> {
    let mut users = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let sql = Sql::new(concat!(users!(), " WHERE source_id = ")).bind(source);
        // Understood as they come, which takes as long as finding the next.
        tx.for_each(sql.push(" AND object_id IN ").bind_list(ids.iter().copied()), |row| {
            users.push(user_of(&row)?);
            Ok(())
        })
        .await?;
    }
    Ok(users)
}

/// Users of a source in the order of their ids there, after one of them.
pub(crate) async fn after(
    tx: &mut Tx,
    source: SourceId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<User>, StoreError> {
    let rows = tx
        .all(
            concat!(users!(), " WHERE source_id = $1 AND object_id > $2 ORDER BY object_id LIMIT $3"),
            args![source, after.unwrap_or(Uuid::nil()), limit],
        )
        .await?;
    rows.iter().map(user_of).collect()
}

/// Only the ids and whether they are held, in the order of the ids; for comparing with a complete read.
pub(crate) async fn keys_after(
    tx: &mut Tx,
    source: SourceId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Uuid>, StoreError> {
    let rows = tx
        .all(
            "SELECT object_id FROM directory_users WHERE source_id = $1 AND object_id > $2 ORDER BY object_id LIMIT $3",
            args![source, after.unwrap_or(Uuid::nil()), limit],
        )
        .await?;
    rows.iter().map(|row| row.get("object_id")).collect()
}

/// One user of an organisation.
pub(crate) async fn find(tx: &mut Tx, organisation: OrganisationId, id: UserId) -> Result<Option<User>, StoreError> {
    let row = tx.one(concat!(users!(), " WHERE organisation = $1 AND id = $2"), args![organisation, id]).await?;
    row.as_ref().map(user_of).transpose()
}

/// One user of an organisation by its id in a source.
pub(crate) async fn find_by_object_id(
    tx: &mut Tx,
    organisation: OrganisationId,
    source: SourceId,
    object_id: Uuid,
) -> Result<Option<User>, StoreError> {
    let row = tx
        .one(
            concat!(users!(), " WHERE organisation = $1 AND source_id = $2 AND object_id = $3"),
            args![organisation, source, object_id],
        )
        .await?;
    row.as_ref().map(user_of).transpose()
}

/// Users of an organisation that have a user principal name, those in use first.
pub(crate) async fn by_upn(tx: &mut Tx, organisation: OrganisationId, upn: &str) -> Result<Vec<User>, StoreError> {
    let rows = tx
        .all(
            concat!(users!(), " WHERE organisation = $1 AND sort_upn = $2
             ORDER BY CASE state WHEN 'active' THEN 0 WHEN 'disabled' THEN 1 WHEN 'conflict' THEN 1 WHEN 'deleted' THEN 2
                 ELSE 3 END, changed_at DESC, id LIMIT 10"),
            args![organisation, upn.to_lowercase()],
        )
        .await?;
    rows.iter().map(user_of).collect()
}

/// Users of an organisation's source that are held and whose reported attributes have `text` in them somewhere.
pub(crate) async fn with_text_in_attributes(
    tx: &mut Tx,
    source: Source,
    text: &str,
    limit: usize,
) -> Result<Vec<User>, StoreError> {
    let sql = Sql::new(concat!(users!(), " WHERE state NOT IN ('deleted', 'excluded') AND organisation = "));
    let sql = sql.bind(source.organisation).push(" AND source_id = ").bind(source.id);
    select(tx, sql.push(" AND LOWER(attributes)").has(text).push(" ORDER BY id LIMIT ").bind(limit)).await
}

/// Users of an organisation's source that are not in use and whose reported attributes have one of some texts in them somewhere.
pub(crate) async fn gone_with_text_in_attributes(
    tx: &mut Tx,
    source: Source,
    texts: &[&str],
    limit: usize,
) -> Result<Vec<User>, StoreError> {
    let sql = Sql::new(concat!(users!(), " WHERE state <> 'active' AND organisation = "));
    let mut sql = sql.bind(source.organisation).push(" AND source_id = ").bind(source.id).push(" AND (1 = 0");
    for text in texts {
        sql = sql.push(" OR LOWER(attributes)").has(text);
    }
    select(tx, sql.push(") ORDER BY id LIMIT ").bind(limit)).await
}

/// The organisations that have users or groups, found by leaps along an index.
pub(crate) async fn organisations(tx: &mut Tx) -> Result<Vec<OrganisationId>, StoreError> {
    let mut found = Vec::new();
    for first in [
        "SELECT organisation FROM directory_users WHERE organisation > $1 ORDER BY organisation LIMIT 1",
        "SELECT organisation FROM directory_groups WHERE organisation > $1 ORDER BY organisation LIMIT 1",
    ] {
        let mut last = OrganisationId(Uuid::nil());
        while let Some(row) = tx.one(first, args![last]).await? {
            last = row.get("organisation")?;
            found.push(last);
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Users of an organisation by our ids, in no order.
pub(crate) async fn by_ids(tx: &mut Tx, organisation: OrganisationId, ids: &[Uuid]) -> Result<Vec<User>, StoreError> {
    let mut users = Vec::with_capacity(ids.len());
    for ids in ids.chunks(500) {
        let sql = Sql::new(concat!(users!(), " WHERE ")).among("organisation", organisation);
        users.extend(select(tx, sql.push(" AND id IN ").bind_list(ids.iter().copied())).await?);
    }
    Ok(users)
}

/// What the index and the search keep of a user.
pub(crate) struct HeldUser {
    pub(crate) ordinal: u32,
    pub(crate) id: Uuid,
    pub(crate) source: SourceId,
    pub(crate) object_id: Uuid,
    pub(crate) usable: bool,
    pub(crate) line: String,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proxies {
    #[serde(default)]
    proxy_addresses: Vec<String>,
}

/// Hands every user that the organisation holds to `each`, in the order of their numbers.
pub(crate) async fn each_held(
    tx: &mut Tx,
    organisation: OrganisationId,
    mut each: impl FnMut(HeldUser),
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "SELECT ordinal, id, source_id, object_id, state, state_detail, display_name, user_principal_name, mail,
             attributes FROM directory_users
         WHERE state IN ('active', 'disabled', 'conflict') AND organisation = ",
    );
    tx.for_each(sql.bind(organisation).push(" ORDER BY ordinal"), |row| {
        let object_id: Uuid = row.get("object_id")?;
        let texts: [Option<String>; 3] = [row.get("display_name")?, row.get("user_principal_name")?, row.get("mail")?];
        let proxies: Proxies = row.json("attributes")?;
        let [name, upn, mail] = texts.each_ref().map(Option::as_deref);
        each(HeldUser {
            ordinal: row.get("ordinal")?,
            id: row.get("id")?,
            source: row.get("source_id")?,
            object_id,
            usable: state_of(&row)?.usable(),
            line: line(object_id, name, upn, mail, &proxies.proxy_addresses),
        });
        Ok(())
    })
    .await
}

/// What a user can be found by.
pub(crate) fn line_of(user: &User) -> String {
    let a = &user.attributes;
    let texts = [&a.display_name, &a.user_principal_name, &a.mail].map(Option::as_deref);
    line(user.object_id, texts[0], texts[1], texts[2], &a.proxy_addresses)
}

fn line(object_id: Uuid, name: Option<&str>, upn: Option<&str>, mail: Option<&str>, proxies: &[String]) -> String {
    let nameless = name.or(upn).is_none().then(|| object_id.to_string());
    let fields = [nameless.as_deref(), name, upn, mail].into_iter().flatten();
    search::line(fields.chain(search::mail_addresses(proxies)))
}

/// Users by a built `SELECT * FROM directory_users …`.
pub(crate) async fn select(tx: &mut Tx, sql: Sql) -> Result<Vec<User>, StoreError> {
    tx.select(sql).await?.iter().map(user_of).collect()
}

/// Users of a source whose state is due, oldest first.
pub(crate) async fn due(tx: &mut Tx, source: Source, now: Timestamp, limit: usize) -> Result<Vec<User>, StoreError> {
    let rows = tx
        .all(
            concat!(
                users!(),
                " WHERE organisation = $1 AND state IN ('conflict', 'deleted')
                 AND due <= $3 AND source_id = $2 ORDER BY due LIMIT $4"
            ),
            args![source.organisation, source.id, now, limit],
        )
        .await?;
    rows.iter().map(user_of).collect()
}

/// Notes that complete reads have not shown these users since `since`; keeps an earlier note.
pub(crate) async fn mark_missing(
    tx: &mut Tx,
    source: SourceId,
    ids: &[Uuid],
    since: Timestamp,
) -> Result<(), StoreError> {
    for ids in ids.chunks(500) {
        let sql = Sql::new("UPDATE directory_users SET missing_since = COALESCE(missing_since, ").bind(since);
        let sql = sql.push(") WHERE source_id = ").bind(source);
        tx.alter(sql.push(" AND object_id IN ").bind_list(ids.iter().copied())).await?;
    }
    Ok(())
}

/// Which of these user principal names some user has, and which user.
pub(crate) async fn names_in_use(
    tx: &mut Tx,
    organisation: OrganisationId,
    names: &[String],
) -> Result<Vec<(Uuid, String)>, StoreError> {
    let mut found = Vec::new();
    for names in names.chunks(500) {
        let sql = Sql::new("SELECT object_id, sort_upn FROM directory_users WHERE organisation = ").bind(organisation);
        for row in tx.select(sql.push(" AND sort_upn IN ").bind_list(names.iter().map(String::as_str))).await? {
            found.push((row.get("object_id")?, row.get("sort_upn")?));
        }
    }
    Ok(found)
}

/// Removes users for good.
pub(crate) async fn remove(tx: &mut Tx, source: SourceId, ids: &[Uuid]) -> Result<(), StoreError> {
    for ids in ids.chunks(500) {
        let sql = Sql::new("DELETE FROM directory_users WHERE source_id = ").bind(source);
        tx.alter(sql.push(" AND object_id IN ").bind_list(ids.iter().copied())).await?;
    }
    Ok(())
}

pub(crate) fn user_of(row: &Row) -> Result<User, StoreError> {
    Ok(User {
        ordinal: row.get("ordinal")?,
        id: row.get("id")?,
        source: source_of(row)?,
        object_id: row.get("object_id")?,
        state: state_of(row)?,
        missing_since: row.get("missing_since")?,
        attributes: row.json("attributes")?,
        created_at: row.get("created_at")?,
        changed_at: row.get("changed_at")?,
        seen_at: row.get("seen_at")?,
        revision: row.get("revision")?,
    })
}
