//! A source in memory, with the habits of Graph: pages, deltas, removals by id.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use directory::{GroupAttributes, Member, MemberKind, ObjectKind, SourceId, UserAttributes};
use graph::GraphError;
use kernel::{OrganisationId, Secret, Timestamp};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::engine::OpenSource;
use crate::error::DirsyncError;
use crate::notify::Resource;
use crate::sources::{
    After, Former, Freeze, From, Item, Look, Looked, Notifier, Page, Pages, SeenGroup, SeenUser, Source,
};

use super::SOURCE;

/// What the fake knows, and a list of what happened.
#[derive(Default)]
pub struct State {
    pub users: BTreeMap<Uuid, UserAttributes>,
    pub groups: BTreeMap<Uuid, (GroupAttributes, BTreeMap<Uuid, MemberKind>)>,
    /// What happened, in order: a delta link is a place in it.
    pub log: Vec<Event>,
    pub page_size: usize,
    /// The next reads fail so often, after that many pages.
    pub fail: Option<(GraphError, usize)>,
    pub frozen: Option<Freeze>,
    /// Since when it is not connected, and by whom it was disconnected.
    pub gone: Option<(Timestamp, String)>,
    /// Another source of the same organisation.
    pub other: Option<(SourceId, Fake)>,
    /// What a read of all users ends with: objects that come again.
    pub again: Vec<Item<SeenUser>>,
    /// A read that waits.
    pub pause: Option<Pause>,
    /// Who is told of changes.
    pub hooks: Vec<FakeHook>,
    /// What it says when it is asked to tell of changes.
    pub refusal: Option<GraphError>,
}

/// Somebody who is told of changes.
#[derive(Clone, Debug)]
pub struct FakeHook {
    pub id: String,
    pub resource: Resource,
    pub address: String,
    pub state: String,
    pub until: Timestamp,
}

/// Makes a read wait after some pages.
#[derive(Clone, Default)]
pub struct Pause {
    pub pages: usize,
    pub reached: Arc<Notify>,
    pub go_on: Arc<Notify>,
}

impl State {
    fn paused(&mut self) -> Option<Pause> {
        let pause = self.pause.as_mut()?;
        if pause.pages == 0 {
            return self.pause.take();
        }
        pause.pages -= 1;
        None
    }
}

#[derive(Clone)]
pub enum Event {
    User(Uuid),
    Group(Uuid),
    Member { group: Uuid, member: Uuid, kind: MemberKind, removed: bool },
}

/// A source in memory. Clones share it.
#[derive(Clone)]
pub struct Fake(pub Arc<Mutex<State>>);

pub fn id(number: u32) -> Uuid {
    Uuid::from_u128(0x1000_0000_0000_0000_0000_0000_0000_0000 + u128::from(number))
}

pub fn group_id(number: u32) -> Uuid {
    Uuid::from_u128(0x2000_0000_0000_0000_0000_0000_0000_0000 + u128::from(number))
}

impl Fake {
    pub fn new(page_size: usize) -> Self {
        Self(Arc::new(Mutex::new(State { page_size, ..State::default() })))
    }

    pub fn put_user(&self, number: u32, change: impl FnOnce(&mut UserAttributes)) {
        let mut state = self.0.lock().unwrap();
        let user = state.users.entry(id(number)).or_insert_with(|| UserAttributes {
            user_principal_name: Some(format!("user{number}@example.org")),
            display_name: Some(format!("User {number}")),
            given_name: Some("User".to_owned()),
            user_type: Some("Member".to_owned()),
            account_enabled: Some(true),
            ..UserAttributes::default()
        });
        change(user);
        state.log.push(Event::User(id(number)));
    }

    pub fn delete_user(&self, number: u32) {
        let mut state = self.0.lock().unwrap();
        state.users.remove(&id(number));
        state.log.push(Event::User(id(number)));
    }

    pub fn put_group(&self, number: u32, members: &[u32]) {
        let mut state = self.0.lock().unwrap();
        let attributes = GroupAttributes {
            display_name: Some(format!("Group {number}")),
            security_enabled: Some(true),
            ..GroupAttributes::default()
        };
        state.groups.insert(group_id(number), (attributes, BTreeMap::new()));
        state.log.push(Event::Group(group_id(number)));
        drop(state);
        for member in members {
            self.member(number, id(*member), MemberKind::User, false);
        }
    }

    pub fn member(&self, group: u32, member: Uuid, kind: MemberKind, removed: bool) {
        let mut state = self.0.lock().unwrap();
        let group = group_id(group);
        if let Some((_, members)) = state.groups.get_mut(&group) {
            if removed {
                members.remove(&member);
            } else {
                members.insert(member, kind);
            }
        }
        state.log.push(Event::Member { group, member, kind, removed });
    }

    pub fn delete_group(&self, number: u32) {
        let mut state = self.0.lock().unwrap();
        state.groups.remove(&group_id(number));
        state.log.push(Event::Group(group_id(number)));
    }

    pub fn fail_after(&self, error: GraphError, pages: usize) {
        self.0.lock().unwrap().fail = Some((error, pages));
    }
}

#[async_trait]
impl OpenSource for Fake {
    async fn open(&self, _: OrganisationId, id: SourceId) -> Result<Arc<dyn Source>, DirsyncError> {
        match &self.0.lock().unwrap().other {
            Some((other, fake)) if *other == id => Ok(Arc::new(fake.clone())),
            _ => Ok(Arc::new(self.clone())),
        }
    }
    async fn notifier(&self, _: OrganisationId, _: SourceId) -> Result<Option<Arc<dyn Notifier>>, DirsyncError> {
        let connected = self.0.lock().unwrap().gone.is_none();
        Ok(connected.then(|| Arc::new(self.clone()) as Arc<dyn Notifier>))
    }
    async fn frozen(&self, _: OrganisationId, id: SourceId) -> Result<Option<Freeze>, DirsyncError> {
        let state = self.0.lock().unwrap();
        let gone = state.gone.as_ref().map(|_| Freeze::all("the tenant is not connected"));
        Ok(gone.or_else(|| state.frozen.clone()).filter(|_| id == SOURCE))
    }
    async fn list(&self, _: OrganisationId) -> Result<Vec<(SourceId, String)>, DirsyncError> {
        let state = self.0.lock().unwrap();
        let here = state.gone.is_none().then(|| (SOURCE, "Example".to_owned()));
        Ok(here.into_iter().chain(state.other.iter().map(|(id, _)| (*id, "Other".to_owned()))).collect())
    }
    async fn former(&self, _: OrganisationId) -> Result<Vec<Former>, DirsyncError> {
        let gone = self.0.lock().unwrap().gone.clone();
        let former = |(since, by)| Former {
            id: SOURCE,
            name: "Example".to_owned(),
            since,
            by,
            person: testkit::operator(kernel::OrganisationId(Uuid::nil()), kernel::Role::Owner).person(),
        };
        Ok(gone.map(former).into_iter().collect())
    }
    async fn user_id_attribute(
        &self,
        _: OrganisationId,
        _: SourceId,
    ) -> Result<Option<tenants::UserIdAttribute>, DirsyncError> {
        Ok(Some(tenants::UserIdAttribute::UserPrincipalName))
    }
    async fn report(&self, _: OrganisationId, _: SourceId, _: &GraphError) {}
    async fn worked(&self, _: OrganisationId, _: SourceId) {}
}

#[async_trait]
impl Notifier for Fake {
    async fn begin(
        &self,
        resource: Resource,
        address: &str,
        state: Secret<String>,
        until: Timestamp,
    ) -> Result<(String, Timestamp), GraphError> {
        let mut fake = self.0.lock().unwrap();
        if let Some(refusal) = &fake.refusal {
            return Err(refusal.clone());
        }
        let id = format!("{resource}-{}", until.seconds());
        let (address, state) = (address.to_owned(), state.expose().clone());
        fake.hooks.push(FakeHook { id: id.clone(), resource, address, state, until });
        Ok((id, until))
    }

    async fn renew(&self, id: &str, until: Timestamp) -> Result<Option<Timestamp>, GraphError> {
        let mut fake = self.0.lock().unwrap();
        if let Some(refusal) = &fake.refusal {
            return Err(refusal.clone());
        }
        let hook = fake.hooks.iter_mut().find(|hook| hook.id == id);
        Ok(hook.map(|hook| {
            hook.until = until;
            until
        }))
    }

    async fn end(&self, id: &str) -> Result<(), GraphError> {
        let mut fake = self.0.lock().unwrap();
        if let Some(refusal) = &fake.refusal {
            return Err(refusal.clone());
        }
        fake.hooks.retain(|hook| hook.id != id);
        Ok(())
    }

    async fn end_all_at(&self, address: &str) -> Result<(), GraphError> {
        self.0.lock().unwrap().hooks.retain(|hook| hook.address != address);
        Ok(())
    }
}

struct Items<T> {
    state: Arc<Mutex<State>>,
    left: Vec<Item<T>>,
    position: usize,
    round: String,
    end: String,
}

#[async_trait]
impl<T: Send + Clone> Pages<T> for Items<T> {
    async fn next(&mut self) -> Result<Option<Page<T>>, GraphError> {
        let pause = self.state.lock().unwrap().paused();
        if let Some(pause) = pause {
            pause.reached.notify_one();
            pause.go_on.notified().await;
        }
        let mut state = self.state.lock().unwrap();
        if let Some((error, pages)) = state.fail.take() {
            if pages == 0 {
                return Err(error);
            }
            state.fail = Some((error, pages - 1));
        }
        if self.position > self.left.len() {
            return Ok(None);
        }
        let until = (self.position + state.page_size).min(self.left.len());
        let items = self.left[self.position..until].to_vec();
        let last = until == self.left.len();
        self.position = if last { until + 1 } else { until };
        let after = if last { After::Link(self.end.clone()) } else { After::Next(format!("{}/{until}", self.round)) };
        Ok(Some(Page { items, after }))
    }
}

/// Reads `everything`, `since:<n>` with an optional `/<position>`.
fn begin(from: From) -> (String, usize) {
    match from {
        From::Everything => ("everything".to_owned(), 0),
        From::Link(link) => (link, 0),
        From::Next(next) => {
            let (round, position) = next.rsplit_once('/').unwrap();
            (round.to_owned(), position.parse().unwrap())
        }
    }
}

fn seen_user(attributes: &UserAttributes) -> SeenUser {
    SeenUser { attributes: attributes.clone(), manager_told: true, attributes_told: true }
}

fn seen_group(attributes: &GroupAttributes) -> SeenGroup {
    SeenGroup { attributes: attributes.clone(), attributes_told: true }
}

#[async_trait]
impl Source for Fake {
    async fn users(&self, from: From) -> Result<Box<dyn Pages<SeenUser>>, GraphError> {
        let (round, position) = begin(from);
        let state = self.0.lock().unwrap();
        let ids: Vec<Uuid> = match round.strip_prefix("since:") {
            None => state.users.keys().copied().collect(),
            Some(place) => state.log[place.parse::<usize>().unwrap()..]
                .iter()
                .filter_map(|event| if let Event::User(id) = event { Some(*id) } else { None })
                .collect(),
        };
        let again = if round.starts_with("since:") { Vec::new() } else { state.again.clone() };
        let items = ids.into_iter().map(|object_id| Item {
            object_id,
            seen: state.users.get(&object_id).map(seen_user),
            for_good: false,
            members: Vec::new(),
        });
        let items = items.chain(again);
        let end = format!("since:{}", state.log.len());
        Ok(Box::new(Items { state: Arc::clone(&self.0), left: items.collect(), position, round, end }))
    }

    async fn groups(&self, from: From) -> Result<Box<dyn Pages<SeenGroup>>, GraphError> {
        let (round, position) = begin(from);
        let state = self.0.lock().unwrap();
        let mut items = Vec::new();
        match round.strip_prefix("since:") {
            None => {
                for (object_id, (attributes, members)) in &state.groups {
                    // A group comes in slices, like Graph's.
                    let all: Vec<_> =
                        members.iter().map(|(id, kind)| (Member { object_id: *id, kind: *kind }, false)).collect();
                    let seen = Some(seen_group(attributes));
                    let mut slices = all.chunks(3).map(<[_]>::to_vec).collect::<Vec<_>>();
                    if slices.is_empty() {
                        slices.push(Vec::new());
                    }
                    items.extend(slices.into_iter().map(|members| Item {
                        object_id: *object_id,
                        seen: seen.clone(),
                        for_good: false,
                        members,
                    }));
                }
            }
            Some(place) => {
                for event in &state.log[place.parse::<usize>().unwrap()..] {
                    let (object_id, members) = match event {
                        Event::User(_) => continue,
                        Event::Group(id) => (*id, Vec::new()),
                        Event::Member { group, member, kind, removed } => {
                            (*group, vec![(Member { object_id: *member, kind: *kind }, *removed)])
                        }
                    };
                    let seen = state.groups.get(&object_id).map(|(attributes, _)| seen_group(attributes));
                    items.push(Item { object_id, seen, for_good: false, members });
                }
            }
        }
        let end = format!("since:{}", state.log.len());
        Ok(Box::new(Items { state: Arc::clone(&self.0), left: items, position, round, end }))
    }

    async fn look(&self, kind: ObjectKind, ids: &[Uuid]) -> Result<Vec<Look>, GraphError> {
        let state = self.0.lock().unwrap();
        let look = |id: &Uuid| match kind {
            ObjectKind::User => state.users.get(id).map(|user| Looked::User(Box::new(seen_user(user)))),
            ObjectKind::Group => state.groups.get(id).map(|(group, _)| Looked::Group(Box::new(seen_group(group)))),
        };
        Ok(ids.iter().map(|id| look(id).map_or(Look::Gone, Look::There)).collect())
    }

    async fn find_by_address(&self, address: &str) -> Result<Option<(Uuid, SeenUser)>, GraphError> {
        let state = self.0.lock().unwrap();
        let found = state.users.iter().find(|(_, user)| user.user_principal_name.as_deref() == Some(address));
        Ok(found.map(|(id, user)| (*id, seen_user(user))))
    }

    async fn members(&self, group: Uuid) -> Result<Vec<Member>, GraphError> {
        let state = self.0.lock().unwrap();
        let members = state.groups.get(&group).map(|(_, members)| members.clone()).unwrap_or_default();
        Ok(members.into_iter().map(|(object_id, kind)| Member { object_id, kind }).collect())
    }

    async fn groups_of(&self, user: Uuid) -> Result<Vec<Uuid>, GraphError> {
        let state = self.0.lock().unwrap();
        let groups = state.groups.iter().filter(|(_, (_, members))| members.contains_key(&user));
        Ok(groups.map(|(id, _)| *id).collect())
    }

    async fn user_count(&self) -> Result<Option<u64>, GraphError> {
        Ok(Some(self.0.lock().unwrap().users.len() as u64))
    }
}
