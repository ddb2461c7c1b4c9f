//! Groups and their members.

use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::GraphError;
use crate::list::List;
use crate::query::Query;
use crate::resources::{DirectoryObject, Group};

impl Client {
    /// One group; `None` when Graph says that there is none.
    pub async fn group(&self, id: Uuid, select: &[&str]) -> Result<Option<Group>, GraphError> {
        let url = self.root().path(&["groups", &id.to_string()], &Query::new().select(select).to_text());
        match self.send(Call::get(self, url)).await {
            Ok(answer) => answer.json().map(Some),
            Err(GraphError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Groups, by page.
    pub fn groups(&self, query: &Query) -> List<Group> {
        self.list(&["groups"], query)
    }

    /// How many groups match. An advanced query.
    pub async fn group_count(&self, filter: Option<&str>) -> Result<u64, GraphError> {
        self.count("groups", filter).await
    }

    /// The direct members of a group, of all kinds.
    pub fn members(&self, group: Uuid) -> List<DirectoryObject> {
        self.list(&["groups", &group.to_string(), "members"], &Query::new().select(["id"]).top(999))
    }

    /// The members of a group, through nested groups too; the nested groups themselves are among them.
    pub fn transitive_members(&self, group: Uuid) -> List<DirectoryObject> {
        self.list(&["groups", &group.to_string(), "transitiveMembers"], &Query::new().select(["id"]).top(999))
    }

    /// Groups in the recycle bin, by page.
    pub fn deleted_groups(&self, query: &Query) -> List<Group> {
        self.list(&["directory", "deletedItems", "microsoft.graph.group"], query)
    }
}
