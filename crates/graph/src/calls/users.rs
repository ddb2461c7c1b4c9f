//! Users: one, many by id, their groups, the recycle bin.

use uuid::Uuid;

use crate::batch::{BatchAnswer, BatchCall};
use crate::call::Call;
use crate::client::Client;
use crate::error::GraphError;
use crate::list::List;
use crate::query::{Query, quote};
use crate::resources::{DirectoryObject, User};

/// How a user is named in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserKey {
    /// By object id.
    Id(Uuid),
    /// By user principal name.
    PrincipalName(String),
}

impl UserKey {
    fn segments(&self) -> Vec<String> {
        match self {
            Self::Id(id) => vec!["users".to_owned(), id.to_string()],
            // A name that begins with a dollar sign would be read as a segment of OData's own.
            Self::PrincipalName(name) if name.starts_with('$') => vec![format!("users({})", quote(name))],
            Self::PrincipalName(name) => vec!["users".to_owned(), name.clone()],
        }
    }
}

impl From<Uuid> for UserKey {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

/// What Graph says about an id. Made from Graph's own answers only: an error is an error, never "gone".
#[derive(Debug, Clone, PartialEq)]
pub enum Existence {
    /// The user is there.
    Found(Box<User>),
    /// The user is in the recycle bin.
    SoftDeleted(DirectoryObject),
    /// Neither there nor in the recycle bin.
    Gone,
}

impl Client {
    /// One user; `None` when Graph says that there is none.
    pub async fn user(&self, key: &UserKey, select: &[&str]) -> Result<Option<User>, GraphError> {
        let query = Query::new().select(select).to_text();
        let segments = key.segments();
        let url = self.root().path(&segments.iter().map(String::as_str).collect::<Vec<_>>(), &query);
        found(self.send(Call::get(self, url)).await.and_then(|answer| answer.json()))
    }

    /// The manager of a user; `None` when there is none.
    pub async fn manager(&self, id: Uuid) -> Result<Option<DirectoryObject>, GraphError> {
        let url = self.root().path(&["users", &id.to_string(), "manager"], "$select=id,displayName");
        found(self.send(Call::get(self, url)).await.and_then(|answer| answer.json()))
    }

    /// Users, by page.
    pub fn users(&self, query: &Query) -> List<User> {
        self.list(&["users"], query)
    }

    /// How many users match. An advanced query.
    pub async fn user_count(&self, filter: Option<&str>) -> Result<u64, GraphError> {
        self.count("users", filter).await
    }

    pub(crate) async fn count(&self, collection: &str, filter: Option<&str>) -> Result<u64, GraphError> {
        let query = filter.map_or_else(Query::new, |filter| Query::new().filter(filter)).to_text();
        let url = self.root().path(&[collection, "$count"], &query);
        let answer = self.send(Call::get(self, url).advanced(true)).await?;
        // A bare number; some front ends put a byte order mark before it.
        let text = String::from_utf8_lossy(&answer.body);
        text.trim_start_matches('\u{feff}').trim().parse().map_err(|_| answer.broken("the count is no number"))
    }

    /// The groups, roles and units that a user is a direct member of.
    pub fn member_of(&self, user: Uuid) -> List<DirectoryObject> {
        self.list(&["users", &user.to_string(), "memberOf"], &Query::new().select(["id", "displayName"]).top(999))
    }

    /// The groups, roles and units that a user is a member of, through other groups too.
    pub fn transitive_member_of(&self, user: Uuid) -> List<DirectoryObject> {
        let query = Query::new().select(["id", "displayName"]).top(999);
        self.list(&["users", &user.to_string(), "transitiveMemberOf"], &query)
    }

    /// An object in the recycle bin; `None` when Graph says that it is not there.
    pub async fn deleted_item(&self, id: Uuid) -> Result<Option<DirectoryObject>, GraphError> {
        let url = self.root().path(&["directory", "deletedItems", &id.to_string()], "");
        found(self.send(Call::get(self, url)).await.and_then(|answer| answer.json()))
    }

    /// Users in the recycle bin, by page.
    pub fn deleted_users(&self, query: &Query) -> List<User> {
        self.list(&["directory", "deletedItems", "microsoft.graph.user"], query)
    }

    /// Looks many users up by id, twenty in one exchange; those not found are looked for in the recycle bin.
    ///
    /// This is the evidence before a deletion: the answers come in the order of the ids, one for each, and every
    /// "gone" rests on two answers of Graph's own.
    pub async fn users_by_ids(&self, ids: &[Uuid], select: &[&str]) -> Result<Vec<Existence>, GraphError> {
        let query = Query::new().select(select).to_text();
        let calls: Vec<_> = ids.iter().map(|id| BatchCall::get(format!("/users/{id}?{query}"))).collect();
        let there = found_in_batch::<User>(&self.batch(&calls).await?)?;
        let missing = || ids.iter().zip(&there).filter(|(_, user)| user.is_none()).map(|(id, _)| id);
        let calls: Vec<_> = missing().map(|id| BatchCall::get(format!("/directory/deletedItems/{id}"))).collect();
        let mut binned = found_in_batch::<DirectoryObject>(&self.batch(&calls).await?)?.into_iter();
        let look = |user: Option<User>| match user {
            Some(user) => Existence::Found(Box::new(user)),
            None => binned.next().flatten().map_or(Existence::Gone, Existence::SoftDeleted),
        };
        Ok(there.into_iter().map(look).collect())
    }
}

fn found<T>(outcome: Result<T, GraphError>) -> Result<Option<T>, GraphError> {
    match outcome {
        Ok(found) => Ok(Some(found)),
        Err(GraphError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn found_in_batch<T: serde::de::DeserializeOwned>(answers: &[BatchAnswer]) -> Result<Vec<Option<T>>, GraphError> {
    answers.iter().map(|answer| found(answer.json())).collect()
}
