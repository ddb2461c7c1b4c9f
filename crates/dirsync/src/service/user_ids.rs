//! What another User ID attribute would do (SYM-05), before it is chosen: who would have none, and who the same.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use directory::{SourceId, User, UserAttributes, read};
use kernel::May;
use serde::Serialize;
use tenants::{UserIdAttribute, user_id};
use uuid::Uuid;

use super::Dirsync;
use super::scope_preview::SampleUser;
use crate::error::DirsyncError;
use crate::permissions::ReadSync;

/// What a User ID attribute would do to the users that are known.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct UserIdPreview {
    /// The attribute.
    pub attribute: UserIdAttribute,
    /// The attribute of now, where the source has one.
    pub current: Option<UserIdAttribute>,
    /// How many users there are.
    pub users: u64,
    /// How many would have no id.
    pub without_value: u64,
    /// How many would have an id that another one has too.
    pub colliding: u64,
    /// How many would have another id than now.
    pub changed: u64,
    /// Some of those who would have none.
    pub sample_without: Vec<SampleUser>,
    /// Some of the ids that several would have.
    pub sample_colliding: Vec<Collision>,
    /// Some of those whose id changes.
    pub sample_changed: Vec<ChangedId>,
}

/// An id that several users would have.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Collision {
    /// The id.
    pub user_id: String,
    /// Some of those who would have it.
    pub users: Vec<SampleUser>,
}

/// A user whose id would be another one.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChangedId {
    /// Who.
    pub user: SampleUser,
    /// The id of now.
    pub before: Option<String>,
    /// The id it would be.
    pub after: Option<String>,
}

/// How many a sample shows.
const SAMPLE: usize = 20;
/// How many users of one id a sample shows.
const SAMPLE_OF_ONE: usize = 5;

impl Dirsync {
    /// What a User ID attribute would do. Keeps 16 bytes of each id, not the users.
    pub async fn preview_user_ids(
        &self,
        may: &May<ReadSync>,
        source: SourceId,
        attribute: UserIdAttribute,
    ) -> Result<UserIdPreview, DirsyncError> {
        let organisation = may.actor().organisation;
        let current = self.sources.user_id_attribute(organisation, source).await?;
        let mut tx = self.store.read().await?;
        self.kept(&mut tx, organisation, source).await?;
        let mut tally = Tally::new(attribute, current);
        let mut after = None;
        loop {
            let users = read::users_after(&mut tx, source, after, 2_000).await?;
            let Some(last) = users.last() else { break };
            after = Some(last.object_id);
            for user in users.iter().filter(|user| user.state.held()) {
                tally.count(user);
            }
        }
        let firsts = tally.firsts();
        let firsts = read::users_by_ids(&mut tx, organisation, &firsts).await?;
        Ok(tally.done(&firsts))
    }
}

struct Tally {
    preview: UserIdPreview,
    /// Who had an id first, and how many have it.
    seen: HashMap<[u8; 16], (Uuid, u64)>,
    /// Ids that several have, in the order of their discovery: who had it first, who else.
    several: Vec<(String, Uuid, Vec<SampleUser>)>,
}

impl Tally {
    fn new(attribute: UserIdAttribute, current: Option<UserIdAttribute>) -> Self {
        let preview = UserIdPreview {
            attribute,
            current,
            users: 0,
            without_value: 0,
            colliding: 0,
            changed: 0,
            sample_without: Vec::new(),
            sample_colliding: Vec::new(),
            sample_changed: Vec::new(),
        };
        Self { preview, seen: HashMap::new(), several: Vec::new() }
    }

    fn count(&mut self, user: &User) {
        let preview = &mut self.preview;
        preview.users += 1;
        let wanted = id_of(preview.attribute, &user.attributes);
        let now = preview.current.and_then(|current| id_of(current, &user.attributes));
        if preview.current.is_some() && now != wanted {
            preview.changed += 1;
            if preview.sample_changed.len() < SAMPLE {
                let user = SampleUser::of(user);
                preview.sample_changed.push(ChangedId { user, before: now, after: wanted.clone() });
            }
        }
        let Some(wanted) = wanted else {
            preview.without_value += 1;
            if preview.sample_without.len() < SAMPLE {
                preview.sample_without.push(SampleUser::of(user));
            }
            return;
        };
        let (first, count) = self.seen.entry(short(&wanted)).or_insert((user.id.0, 0));
        *count += 1;
        match *count {
            1 => return,
            2 => preview.colliding += 2,
            _ => preview.colliding += 1,
        }
        let first = *first;
        let has_room = self.several.len() < SAMPLE;
        match self.several.iter_mut().find(|(_, known, _)| *known == first) {
            Some((_, _, others)) if others.len() + 1 < SAMPLE_OF_ONE => others.push(SampleUser::of(user)),
            None if has_room => self.several.push((wanted, first, vec![SampleUser::of(user)])),
            _ => {}
        }
    }

    fn firsts(&self) -> Vec<Uuid> {
        self.several.iter().map(|(_, first, _)| *first).collect()
    }

    fn done(self, firsts: &[User]) -> UserIdPreview {
        let collision = |(user_id, first, others): (String, Uuid, Vec<SampleUser>)| {
            let first = firsts.iter().find(|user| user.id.0 == first).map(SampleUser::of);
            Collision { user_id, users: first.into_iter().chain(others).collect() }
        };
        UserIdPreview { sample_colliding: self.several.into_iter().map(collision).collect(), ..self.preview }
    }
}

/// The user's id by an attribute.
fn id_of(attribute: UserIdAttribute, attributes: &UserAttributes) -> Option<String> {
    user_id(attribute, &|name| match name {
        "userPrincipalName" => attributes.user_principal_name.clone(),
        "mail" => attributes.mail.clone(),
        "mailNickname" => attributes.mail_nickname.clone(),
        "onPremisesSamAccountName" => attributes.on_premises_sam_account_name.clone(),
        "employeeId" => attributes.employee_id.clone(),
        extension => attributes.on_premises_extension_attributes.get(extension).cloned(),
    })
}

/// Ids that differ in case only are the same: people type them.
fn short(id: &str) -> [u8; 16] {
    let whole = digest(&SHA256, id.to_lowercase().as_bytes());
    let mut short = [0; 16];
    short.copy_from_slice(&whole.as_ref()[..16]);
    short
}
