//! Reading for planners: the current side of a comparison, in the order and the portions they ask for.
//!
//! For people's pages and the API see `service`.

use std::collections::HashMap;

use kernel::{OrganisationId, Page, PageRequest, Timestamp};
use store::{StoreError, Tx};
use uuid::Uuid;

use crate::change::ObjectKind;
use crate::model::{Group, GroupId, Member, Source, SourceId, User, UserId};
use crate::state::Conflict;
use crate::store as rows;

/// Users of a source by their ids there, in no order.
pub async fn users_by_object_ids(tx: &mut Tx, source: SourceId, ids: &[Uuid]) -> Result<Vec<User>, StoreError> {
    rows::users::by_object_ids(tx, source, ids).await
}

/// One user of an organisation.
pub async fn user(tx: &mut Tx, organisation: OrganisationId, id: UserId) -> Result<Option<User>, StoreError> {
    rows::users::find(tx, organisation, id).await
}

/// Users of an organisation by our ids, in no order.
pub async fn users_by_ids(tx: &mut Tx, organisation: OrganisationId, ids: &[Uuid]) -> Result<Vec<User>, StoreError> {
    rows::users::by_ids(tx, organisation, ids).await
}

/// One group of an organisation.
pub async fn group(tx: &mut Tx, organisation: OrganisationId, id: GroupId) -> Result<Option<Group>, StoreError> {
    rows::groups::find(tx, organisation, id).await
}

/// Users in conflict, the next due first; those without a due date last.
pub async fn user_conflicts(
    tx: &mut Tx,
    organisation: OrganisationId,
    cause: Option<&str>,
    text: Option<&str>,
    page: &PageRequest,
) -> Result<Page<(User, Conflict)>, StoreError> {
    rows::conflicts::users(tx, organisation, cause, text, page).await
}

/// Groups in conflict, the next due first; those without a due date last.
pub async fn group_conflicts(
    tx: &mut Tx,
    organisation: OrganisationId,
    cause: Option<&str>,
    text: Option<&str>,
    page: &PageRequest,
) -> Result<Page<(Group, Conflict)>, StoreError> {
    rows::conflicts::groups(tx, organisation, cause, text, page).await
}

/// Groups of an organisation by our ids, in no order.
pub async fn groups_by_ids(tx: &mut Tx, organisation: OrganisationId, ids: &[Uuid]) -> Result<Vec<Group>, StoreError> {
    rows::groups::by_ids(tx, organisation, ids).await
}

/// Groups of an organisation that have this security identifier, in the cloud or on the premises. Looks at every group.
pub async fn groups_by_sid(tx: &mut Tx, organisation: OrganisationId, sid: &str) -> Result<Vec<Group>, StoreError> {
    rows::groups::by_sid(tx, organisation, sid).await
}

/// Deleted groups of an organisation with one of these names in lower case, in no order.
pub async fn deleted_groups_named(
    tx: &mut Tx,
    organisation: OrganisationId,
    names: &[String],
) -> Result<Vec<Group>, StoreError> {
    rows::groups::deleted_named(tx, organisation, names).await
}

/// Who of the same source is not in use and shares with somebody what stays when people are made again: the mail address, the
/// user name, an id on premises.
pub async fn former_selves(tx: &mut Tx, user: &User, limit: usize) -> Result<Vec<User>, StoreError> {
    let own = lasting(user);
    // As it is written in JSON, so that quotes and the like are found.
    let json: Vec<String> =
        own.iter().flatten().map(|text| serde_json::Value::from(text.as_str()).to_string()).collect();
    let texts: Vec<&str> = json.iter().map(|text| text.trim_matches('"')).collect();
    let mut found = rows::users::gone_with_text_in_attributes(tx, user.source, &texts, limit).await?;
    found.retain(|other| {
        let shared = lasting(other).into_iter().zip(&own).any(|(other, own)| other.is_some() && other == *own);
        other.id != user.id && shared
    });
    Ok(found)
}

/// What stays when somebody is made again, whatever the case.
fn lasting(user: &User) -> [Option<String>; 4] {
    let a = &user.attributes;
    let named = [&a.mail, &a.user_principal_name, &a.on_premises_immutable_id, &a.on_premises_security_identifier];
    named.map(|text| text.as_deref().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty()))
}

/// Users of a source in the order of their ids there, after one of them.
pub async fn users_after(
    tx: &mut Tx,
    source: SourceId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<User>, StoreError> {
    rows::users::after(tx, source, after, limit).await
}

/// The ids of users of a source, in order, after one of them.
pub async fn user_keys_after(
    tx: &mut Tx,
    source: SourceId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Uuid>, StoreError> {
    rows::users::keys_after(tx, source, after, limit).await
}

/// Users of a source whose conflict or retention is due.
pub async fn users_due(tx: &mut Tx, source: Source, now: Timestamp, limit: usize) -> Result<Vec<User>, StoreError> {
    rows::users::due(tx, source, now, limit).await
}

/// How many users of a source are in each state and for which cause.
pub async fn user_counts(
    tx: &mut Tx,
    organisation: OrganisationId,
    source: SourceId,
) -> Result<Vec<(String, Option<String>, u64)>, StoreError> {
    counts(tx, organisation, ObjectKind::User, source).await
}

async fn counts(
    tx: &mut Tx,
    organisation: OrganisationId,
    kind: ObjectKind,
    source: SourceId,
) -> Result<Vec<(String, Option<String>, u64)>, StoreError> {
    let counts = rows::counts::of(tx, organisation, kind, Some(source)).await?;
    Ok(counts.into_iter().map(|(state, cause, count)| (state.as_str().to_owned(), cause, count)).collect())
}

/// Which of these user principal names (in lower case) some user of the organisation has, and which user.
pub async fn names_in_use(
    tx: &mut Tx,
    organisation: OrganisationId,
    names: &[String],
) -> Result<Vec<(Uuid, String)>, StoreError> {
    rows::users::names_in_use(tx, organisation, names).await
}

/// Groups of a source by their ids there, in no order.
pub async fn groups_by_object_ids(tx: &mut Tx, source: SourceId, ids: &[Uuid]) -> Result<Vec<Group>, StoreError> {
    rows::groups::by_object_ids(tx, source, ids).await
}

/// Groups of a source in the order of their ids there, after one of them.
pub async fn groups_after(
    tx: &mut Tx,
    source: SourceId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Group>, StoreError> {
    rows::groups::after(tx, source, after, limit).await
}

/// The ids of groups of a source, in order, after one of them.
pub async fn group_keys_after(
    tx: &mut Tx,
    source: SourceId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Uuid>, StoreError> {
    rows::groups::keys_after(tx, source, after, limit).await
}

/// Groups of a source whose conflict or retention is due.
pub async fn groups_due(tx: &mut Tx, source: Source, now: Timestamp, limit: usize) -> Result<Vec<Group>, StoreError> {
    rows::groups::due(tx, source, now, limit).await
}

/// How many groups of a source are in each state and for which cause.
pub async fn group_counts(
    tx: &mut Tx,
    organisation: OrganisationId,
    source: SourceId,
) -> Result<Vec<(String, Option<String>, u64)>, StoreError> {
    counts(tx, organisation, ObjectKind::Group, source).await
}

/// Every direct member of a group, in the order of their object ids.
pub async fn members_of(tx: &mut Tx, group: &Group) -> Result<Vec<Member>, StoreError> {
    rows::members::of_group(tx, group.ordinal).await
}

/// Every direct member of some groups, by the groups' object ids, in the order of the members' object ids.
pub async fn members_of_groups(
    tx: &mut Tx,
    groups: impl IntoIterator<Item = &Group>,
) -> Result<HashMap<Uuid, Vec<Member>>, StoreError> {
    let ids: HashMap<u32, Uuid> = groups.into_iter().map(|group| (group.ordinal, group.object_id)).collect();
    let mut members: HashMap<Uuid, Vec<Member>> = HashMap::with_capacity(ids.len());
    rows::members::of_groups(tx, ids.keys().copied(), |ordinal, part| {
        if let Some(id) = ids.get(&ordinal) {
            members.entry(*id).or_default().extend(part);
        }
    })
    .await?;
    Ok(members)
}

/// Which of these are direct members of the groups they stand with, by the groups' object ids.
pub async fn members_among(
    tx: &mut Tx,
    wanted: &[(&Group, Vec<Member>)],
) -> Result<HashMap<Uuid, Vec<Member>>, StoreError> {
    let ids: HashMap<u32, Uuid> = wanted.iter().map(|(group, _)| (group.ordinal, group.object_id)).collect();
    let mut members: HashMap<Uuid, Vec<Member>> = HashMap::with_capacity(ids.len());
    let wanted: Vec<_> = wanted.iter().map(|(group, members)| (group.ordinal, members.as_slice())).collect();
    for (ordinal, member) in rows::members::among(tx, &wanted).await? {
        if let Some(id) = ids.get(&ordinal) {
            members.entry(*id).or_default().push(member);
        }
    }
    Ok(members)
}

/// How many direct members groups have, by their object ids; those that have none are left out.
pub async fn member_counts(tx: &mut Tx, groups: &[&Group]) -> Result<HashMap<Uuid, u64>, StoreError> {
    let ids: HashMap<u32, Uuid> = groups.iter().map(|group| (group.ordinal, group.object_id)).collect();
    let ordinals: Vec<_> = ids.keys().copied().collect();
    let counts = rows::members::counts(tx, &ordinals).await?;
    Ok(counts.into_iter().filter_map(|(ordinal, count)| Some((*ids.get(&ordinal)?, count))).collect())
}
