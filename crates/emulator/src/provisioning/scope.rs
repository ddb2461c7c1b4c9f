//! Who is to be provisioned: everybody, or what is assigned to the application.
//!
//! A group's direct members come with it; groups inside groups do not (Entra: assignment-based scoping). Scoping filters
//! take away from either.

use roaring::RoaringBitmap;
use uuid::Uuid;

use super::behaviour::{Behaviour, Scope};
use super::filter::{self, Group};
use super::mapping::Schema;
use super::source::attribute;
use crate::apps::Apps;
use crate::directory::{Directory, Kind, Ref};

/// The objects in scope, deleted ones included as long as they could come back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InScope {
    /// Users.
    pub users: RoaringBitmap,
    /// Groups.
    pub groups: RoaringBitmap,
}

impl InScope {
    /// Computes it from the application's assignments and its scoping filters.
    pub fn of(directory: &Directory, apps: &Apps, principal: Uuid, schema: &Schema, behaviour: &Behaviour) -> Self {
        let mut found = Self::assigned(directory, apps, principal, behaviour.scope);
        for (objects, mapping, make) in [
            (&mut found.users, &schema.users, Ref::user as fn(u32) -> Ref),
            (&mut found.groups, &schema.groups, Ref::group),
        ] {
            let groups = &mapping.filter.groups;
            if !groups.is_empty() {
                *objects = objects.iter().filter(|slot| fits(directory, make(*slot), groups, behaviour)).collect();
            }
        }
        found
    }

    fn assigned(directory: &Directory, apps: &Apps, principal: Uuid, scope: Scope) -> Self {
        if scope == Scope::Everyone {
            return Self {
                users: directory.live(Kind::User) | directory.deleted(Kind::User),
                groups: directory.live(Kind::Group).clone(),
            };
        }
        let mut found = Self::default();
        let assigned = apps.assignments.iter().filter(|assignment| assignment.resource_id == principal);
        for object in assigned.filter_map(|assignment| directory.find(assignment.principal_id)) {
            match object.kind {
                Kind::User => {
                    found.users.insert(object.ordinal);
                }
                Kind::Group if directory.is_live(object) => {
                    found.groups.insert(object.ordinal);
                    found.users |= directory.linked(object.ordinal).0;
                }
                Kind::Group => {}
            }
        }
        found
    }

    /// Whether an object is in scope.
    pub fn holds(&self, object: Ref) -> bool {
        match object.kind {
            Kind::User => self.users.contains(object.ordinal),
            Kind::Group => self.groups.contains(object.ordinal),
        }
    }

    /// Every object in scope.
    pub fn iter(&self) -> impl Iterator<Item = Ref> + '_ {
        self.users.iter().map(Ref::user).chain(self.groups.iter().map(Ref::group))
    }
}

/// Whether an object fits a set of filter groups.
pub fn fits(directory: &Directory, object: Ref, groups: &[Group], behaviour: &Behaviour) -> bool {
    filter::fits(groups, &|name| attribute(directory, object, name, behaviour))
}
