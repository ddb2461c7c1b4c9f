//! A directory as it should be seen: who is in it, with what, in which groups. Made from either side to be compared.

use std::collections::{BTreeMap, BTreeSet};

use directory::{MemberKind, SourceId, read};
use serde_json::Value;
use store::Store;

use crate::Entra;

/// A directory as it should be seen.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Usable users by object id, with the properties that stories change.
    pub users: BTreeMap<String, BTreeMap<&'static str, String>>,
    /// Usable groups by object id: the name, and the members that are in this picture.
    pub groups: BTreeMap<String, (String, BTreeSet<String>)>,
}

impl Picture {
    /// What Entra has, without guests and disabled users, whom the usual settings keep out.
    pub async fn of_entra(entra: &Entra) -> Self {
        let mut picture = Self::default();
        for (id, user) in entra.users().await {
            let guest = user["userType"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("Guest"));
            if user["accountEnabled"] != Value::Bool(false) && !guest {
                let text = |name: &str| user[name].as_str().unwrap_or_default().to_owned();
                picture.users.insert(id, properties(text));
            }
        }
        picture.forget_absent_managers();
        let groups = entra.groups().await;
        let is_in = |picture: &Self, id: &String| picture.users.contains_key(id) || groups.contains_key(id);
        for (id, group) in &groups {
            let mut members = entra.members(id).await;
            members.retain(|member| is_in(&picture, member));
            let name = group["displayName"].as_str().unwrap_or_default().to_owned();
            picture.groups.insert(id.clone(), (name, members.into_iter().collect()));
        }
        picture
    }

    /// What the server's directory has of a source.
    pub async fn of_directory(store: &Store, source: SourceId) -> Self {
        let mut picture = Self::default();
        let mut tx = store.read().await.expect("the directory can be read");
        for user in read::users_after(&mut tx, source, None, 100_000).await.expect("users can be read") {
            if !user.state.usable() {
                continue;
            }
            let attributes = serde_json::to_value(&user.attributes).expect("attributes are plain data");
            let text = |name: &str| match name {
                "manager" => user.attributes.manager.map(|id| id.to_string()).unwrap_or_default(),
                "userPrincipalName" => user.attributes.user_principal_name.clone().unwrap_or_default(),
                "displayName" => user.attributes.display_name.clone().unwrap_or_default(),
                "jobTitle" => user.attributes.job_title.clone().unwrap_or_default(),
                "department" => user.attributes.department.clone().unwrap_or_default(),
                other => panic!("{other} is not in the picture: {attributes}"),
            };
            picture.users.insert(user.object_id.to_string(), properties(text));
        }
        picture.forget_absent_managers();
        let groups = read::groups_after(&mut tx, source, None, 100_000).await.expect("groups can be read");
        let usable: BTreeMap<_, _> = groups
            .iter()
            .filter(|group| group.state.usable())
            .map(|group| (group.object_id.to_string(), group))
            .collect();
        for (id, group) in &usable {
            let members = read::members_of(&mut tx, group).await.expect("members can be read");
            let known = members.into_iter().filter_map(|member| {
                let id = member.object_id.to_string();
                let is_in = match member.kind {
                    MemberKind::User => picture.users.contains_key(&id),
                    MemberKind::Group => usable.contains_key(&id),
                    _ => false,
                };
                is_in.then_some(id)
            });
            picture.groups.insert(id.clone(), (group.name(), known.collect()));
        }
        picture
    }

    /// A manager who is not in the picture is nobody's manager: Graph need not tell when a manager was deleted.
    fn forget_absent_managers(&mut self) {
        let known: BTreeSet<_> = self.users.keys().cloned().collect();
        for user in self.users.values_mut() {
            if let Some(manager) = user.get_mut("manager").filter(|manager| !known.contains(*manager)) {
                manager.clear();
            }
        }
    }

    /// Panics with what differs.
    pub fn must_equal(&self, other: &Self, when: &str) {
        let users = differences(&self.users, &other.users);
        let groups = differences(&self.groups, &other.groups);
        assert!(users.is_empty() && groups.is_empty(), "{when}:\nusers {users:#?}\ngroups {groups:#?}");
    }
}

/// The properties that stories change.
const PROPERTIES: [&str; 5] = ["userPrincipalName", "displayName", "jobTitle", "department", "manager"];

fn properties(text: impl Fn(&str) -> String) -> BTreeMap<&'static str, String> {
    PROPERTIES.into_iter().map(|name| (name, text(name))).collect()
}

fn differences<'a, T: PartialEq>(
    one: &'a BTreeMap<String, T>,
    other: &'a BTreeMap<String, T>,
) -> BTreeMap<&'a String, (Option<&'a T>, Option<&'a T>)> {
    let ids: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    let pairs = ids.into_iter().map(|id| (id, (one.get(id), other.get(id))));
    pairs.filter(|(_, (one, other))| one != other).collect()
}
