//! Looking things up: by id, by name, by membership. Nothing here changes anything.

use kernel::Timestamp;
use roaring::RoaringBitmap;
use uuid::Uuid;

use super::property::{self, Property};
use super::record::Record;
use super::{Directory, Group, Kind, Life, NONE, Ref, User};

impl Kind {
    /// The kind's properties.
    pub fn table(self) -> &'static [Property] {
        match self {
            Self::User => property::user::TABLE,
            Self::Group => property::group::TABLE,
        }
    }
}

impl Directory {
    /// A user's slot. The ordinal must come from this directory.
    pub fn user(&self, ordinal: u32) -> &User {
        &self.users[ordinal as usize]
    }

    /// A group's slot. The ordinal must come from this directory.
    pub fn group(&self, ordinal: u32) -> &Group {
        &self.groups[ordinal as usize]
    }

    /// The object with this id, whatever its state.
    pub fn find(&self, id: Uuid) -> Option<Ref> {
        self.by_id.get(&id).copied()
    }

    /// The live user with this object id or user principal name (case does not matter).
    pub fn find_user(&self, key: &str) -> Option<u32> {
        let ordinal = match Uuid::parse_str(key) {
            Ok(id) => self.find(id).filter(|object| object.kind == Kind::User)?.ordinal,
            Err(_) => *self.by_name.get(key.to_lowercase().as_str())?,
        };
        self.live_users.contains(ordinal).then_some(ordinal)
    }

    /// The live group with this object id.
    pub fn find_group(&self, key: &str) -> Option<u32> {
        let object = self.find(Uuid::parse_str(key).ok()?).filter(|object| object.kind == Kind::Group)?;
        self.live_groups.contains(object.ordinal).then_some(object.ordinal)
    }

    /// The ordinals of all live objects of a kind.
    pub fn live(&self, kind: Kind) -> &RoaringBitmap {
        match kind {
            Kind::User => &self.live_users,
            Kind::Group => &self.live_groups,
        }
    }

    /// The ordinals of all soft-deleted objects of a kind.
    pub fn deleted(&self, kind: Kind) -> &RoaringBitmap {
        match kind {
            Kind::User => &self.deleted_users,
            Kind::Group => &self.deleted_groups,
        }
    }

    /// How many slots a kind has; ordinals are below it.
    pub fn slots(&self, kind: Kind) -> u32 {
        let count = match kind {
            Kind::User => self.users.len(),
            Kind::Group => self.groups.len(),
        };
        u32::try_from(count).unwrap_or(NONE)
    }

    /// An object's id.
    pub fn id(&self, object: Ref) -> Uuid {
        match object.kind {
            Kind::User => self.user(object.ordinal).id,
            Kind::Group => self.group(object.ordinal).id,
        }
    }

    /// An object's properties.
    pub fn record(&self, object: Ref) -> &Record {
        match object.kind {
            Kind::User => &self.user(object.ordinal).record,
            Kind::Group => &self.group(object.ordinal).record,
        }
    }

    /// Where an object stands.
    pub fn life(&self, object: Ref) -> Life {
        match object.kind {
            Kind::User => self.user(object.ordinal).life,
            Kind::Group => self.group(object.ordinal).life,
        }
    }

    /// When an object came to be.
    pub fn born(&self, object: Ref) -> Timestamp {
        match object.kind {
            Kind::User => self.user(object.ordinal).born,
            Kind::Group => self.group(object.ordinal).born,
        }
    }

    /// Whether an object is live.
    pub fn is_live(&self, object: Ref) -> bool {
        self.live(object.kind).contains(object.ordinal)
    }

    /// Whether the user holds a privileged role.
    pub fn is_admin(&self, ordinal: u32) -> bool {
        self.admins.contains(ordinal)
    }

    /// The verified domains, the default one first.
    pub fn domains(&self) -> &[String] {
        &self.domains
    }

    /// A live user's live manager.
    pub fn manager(&self, ordinal: u32) -> Option<u32> {
        let manager = self.user(ordinal).manager;
        (manager != NONE && self.live_users.contains(manager)).then_some(manager)
    }

    /// A user's manager whether live or soft-deleted: what delta tells, so that a restoration needs no telling.
    pub fn manager_link(&self, ordinal: u32) -> Option<u32> {
        Some(self.user(ordinal).manager).filter(|manager| *manager != NONE)
    }

    /// A user's live direct reports.
    pub fn direct_reports(&self, ordinal: u32) -> RoaringBitmap {
        let reports: RoaringBitmap = self.user(ordinal).reports.iter().copied().collect();
        reports & &self.live_users
    }

    /// A group's live direct members that are users.
    pub fn member_users(&self, group: u32) -> RoaringBitmap {
        &self.group(group).users & &self.live_users
    }

    /// A group's live direct members that are groups.
    pub fn member_groups(&self, group: u32) -> RoaringBitmap {
        &self.group(group).groups & &self.live_groups
    }

    /// A group's direct members whether live or soft-deleted: users and groups.
    pub fn linked(&self, group: u32) -> (&RoaringBitmap, &RoaringBitmap) {
        let slot = self.group(group);
        (&slot.users, &slot.groups)
    }

    /// Whether `member` is a live direct member of the group.
    pub fn is_member(&self, group: u32, member: Ref) -> bool {
        let slot = self.group(group);
        let listed = match member.kind {
            Kind::User => slot.users.contains(member.ordinal),
            Kind::Group => slot.groups.contains(member.ordinal),
        };
        listed && self.is_live(member)
    }

    /// A group's live members at any depth: users, and the nested groups themselves. Cycles are walked once.
    pub fn transitive_members(&self, group: u32) -> (RoaringBitmap, RoaringBitmap) {
        let (mut users, mut groups) = (RoaringBitmap::new(), RoaringBitmap::new());
        let mut todo = vec![group];
        while let Some(next) = todo.pop() {
            users |= &self.group(next).users;
            todo.extend(self.member_groups(next).iter().filter(|nested| groups.insert(*nested)));
        }
        (users & &self.live_users, groups)
    }

    /// The live groups that hold the object directly.
    pub fn groups_of(&self, object: Ref) -> RoaringBitmap {
        let listed = match object.kind {
            Kind::User => &self.user(object.ordinal).groups,
            Kind::Group => &self.group(object.ordinal).parents,
        };
        listed.iter().copied().collect::<RoaringBitmap>() & &self.live_groups
    }

    /// The live groups that hold the object at any depth. Cycles are walked once.
    pub fn transitive_groups_of(&self, object: Ref) -> RoaringBitmap {
        let mut found = self.groups_of(object);
        let mut todo: Vec<u32> = found.iter().collect();
        while let Some(next) = todo.pop() {
            let parents = self.groups_of(Ref::group(next));
            todo.extend(parents.iter().filter(|parent| found.insert(*parent)));
        }
        found
    }
}
