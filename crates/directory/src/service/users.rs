//! Users: lists, counts, one of them, looking them up by what others know them by.

use std::sync::Arc;

use kernel::{May, OrganisationId, Page, PageRequest};
use roaring::RoaringBitmap;
use uuid::Uuid;

use super::{Directory, rows};
use crate::change::ObjectKind;
use crate::error::DirectoryError;
use crate::filter::{Order, UserFilter, UserSort};
use crate::follow::View;
use crate::index::{Reach, Snapshot};
use crate::model::{GroupId, Source, SourceId, User, UserId};
use crate::permissions::ReadDirectory;
use crate::search::{Arena, Query, Search};
use crate::state::StateName;
use crate::views::StateCount;

impl Directory {
    /// One page of the users that match.
    pub async fn list_users(
        &self,
        may: &May<ReadDirectory>,
        filter: &UserFilter,
        order: Order<UserSort>,
        page: &PageRequest,
    ) -> Result<Page<User>, DirectoryError> {
        let organisation = may.actor().organisation;
        let (filter, among) = self.among_users(organisation, filter).await?;
        let mut tx = self.store.read().await?;
        rows::listing::list_users(&mut tx, organisation, &filter, order, among.as_ref(), page).await
    }

    /// How many users match; `None` where that is not worth its cost.
    pub async fn count_users(
        &self,
        may: &May<ReadDirectory>,
        filter: &UserFilter,
    ) -> Result<Option<u64>, DirectoryError> {
        let organisation = may.actor().organisation;
        let (rest, among) = self.among_users(organisation, filter).await?;
        match among {
            None => Ok(Some(rows::listing::count_users(&mut self.store.read().await?, organisation, &rest).await?)),
            Some(among) if rest == UserFilter::default() => Ok(Some(among.len())),
            Some(_) => Ok(None),
        }
    }

    /// How many users are in each state and for which cause, the excluded too.
    pub async fn user_counts(&self, may: &May<ReadDirectory>) -> Result<Vec<StateCount>, DirectoryError> {
        let mut tx = self.store.read().await?;
        let counts = rows::counts::of(&mut tx, may.actor().organisation, ObjectKind::User, None).await?;
        Ok(counts.into_iter().map(|(state, cause, count)| StateCount { state, cause, count }).collect())
    }

    /// One user by our id, whatever its state.
    pub async fn get_user(&self, may: &May<ReadDirectory>, id: UserId) -> Result<User, DirectoryError> {
        let mut tx = self.store.read().await?;
        rows::users::find(&mut tx, may.actor().organisation, id).await?.ok_or(DirectoryError::NoSuchUser)
    }

    /// One user by its immutable id in a source (NET-12).
    pub async fn get_user_by_object_id(
        &self,
        may: &May<ReadDirectory>,
        source: SourceId,
        object_id: Uuid,
    ) -> Result<User, DirectoryError> {
        let mut tx = self.store.read().await?;
        let user = rows::users::find_by_object_id(&mut tx, may.actor().organisation, source, object_id).await?;
        user.ok_or(DirectoryError::NoSuchUser)
    }

    /// The user that has a user principal name now, whatever the case; one in use before one that is not.
    pub async fn get_user_by_upn(&self, may: &May<ReadDirectory>, upn: &str) -> Result<User, DirectoryError> {
        plain(Some(upn))?;
        let mut tx = self.store.read().await?;
        let users = rows::users::by_upn(&mut tx, may.actor().organisation, upn).await?;
        users.into_iter().next().filter(|_| !upn.is_empty()).ok_or(DirectoryError::NoSuchUser)
    }

    /// The held users of a source whose attribute (by Graph's name, or `extensionAttribute1` to `15`) has this value,
    /// whatever the case: who somebody is by the organisation's own user id. More than one is for the caller to refuse.
    pub async fn find_users_by_attribute(
        &self,
        may: &May<ReadDirectory>,
        source: Source,
        attribute: &str,
        value: &str,
    ) -> Result<Vec<User>, DirectoryError> {
        plain(Some(value))?;
        let value = value.trim();
        if value.is_empty() || source.organisation != may.actor().organisation {
            return Ok(Vec::new());
        }
        let mut tx = self.store.read().await?;
        let mut users = if attribute == "userPrincipalName" {
            rows::users::by_upn(&mut tx, source.organisation, value).await?
        } else {
            // As it is written in JSON, so that quotes and the like are found.
            let json = serde_json::Value::from(value).to_string();
            rows::users::with_text_in_attributes(&mut tx, source, json.trim_matches('"'), MOST_LIKE).await?
        };
        users.retain(|user| {
            let own = attribute_of(user, attribute);
            user.source == source && user.state.held() && own.is_some_and(|own| same(&own, value))
        });
        Ok(users)
    }

    /// The filter without what memory has answered, and that answer: the numbers that may be shown.
    async fn among_users(
        &self,
        organisation: OrganisationId,
        filter: &UserFilter,
    ) -> Result<(UserFilter, Option<RoaringBitmap>), DirectoryError> {
        plain([&filter.text, &filter.department, &filter.user_type, &filter.cause].into_iter().flatten())?;
        let mut rest = filter.clone();
        let group = rest.group.take();
        let query = rest.text.take().as_deref().and_then(Query::parse);
        if group.is_none() && query.is_none() {
            return Ok((rest, None));
        }
        // Only those that are held are in memory.
        let in_memory = !matches!(filter.state, Some(StateName::Deleted | StateName::Excluded));
        let view = if in_memory { self.view(organisation).await.ok() } else { None };
        let mut among = match group {
            Some(group) => Some(self.users_of(organisation, group, view.as_deref()).await?),
            None => None,
        };
        match (query, view) {
            (Some(query), Some(view)) => {
                let found = find(&view.search, query, |search| &search.users).await;
                among = Some(among.map_or(found.clone(), |among| among & found));
            }
            (Some(_), None) => rest.text.clone_from(&filter.text),
            (None, _) => {}
        }
        Ok((rest, among))
    }

    /// The numbers of the users in a group; of one that gives no rights, those that its own rows name.
    pub(super) async fn users_of(
        &self,
        organisation: OrganisationId,
        id: GroupId,
        view: Option<&View>,
    ) -> Result<RoaringBitmap, DirectoryError> {
        if let Some(numbers) = view.and_then(|view| numbers(&view.index, id, Reach::Transitive)) {
            return Ok(numbers);
        }
        let mut tx = self.store.read().await?;
        let group = rows::groups::find(&mut tx, organisation, id).await?.ok_or(DirectoryError::NoSuchGroup)?;
        let users = rows::members::users_of_group(&mut tx, &group).await?;
        Ok(users.into_iter().collect())
    }
}

/// How many users with a text somewhere in their attributes are looked at.
const MOST_LIKE: usize = 500;

/// The numbers of the users in a group of the index.
pub(super) fn numbers(index: &Snapshot, group: GroupId, reach: Reach) -> Option<RoaringBitmap> {
    index.group(group)?;
    Some(index.members_of(group, reach).iter().map(|(user, _)| user.0).collect())
}

/// Looks for a text off the threads that answer: a million lines take milliseconds.
pub(super) async fn find(search: &Arc<Search>, query: Query, of: fn(&Search) -> &Arena) -> RoaringBitmap {
    let search = search.clone();
    tokio::task::spawn_blocking(move || of(&search).matches(&query)).await.unwrap_or_default()
}

/// Refuses text that no database keeps.
pub(super) fn plain(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), DirectoryError> {
    if texts.into_iter().any(|text| text.as_ref().contains('\0')) {
        return Err(DirectoryError::Invalid("a text has the character NUL in it".to_owned()));
    }
    Ok(())
}

fn attribute_of(user: &User, attribute: &str) -> Option<String> {
    let all = serde_json::to_value(&user.attributes).ok()?;
    let extension = || all.get("onPremisesExtensionAttributes")?.get(attribute);
    all.get(attribute).or_else(extension)?.as_str().map(str::to_owned)
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.to_lowercase()
}
