//! Replacing, patching and deleting a user or a group: one way for all three.
//!
//! ```text
//! lock → find → condition → what becomes of it → rows → losses → guard → directory → commit
//! ```
//!
//! What the guard holds is rolled back and kept as it was asked.

use std::collections::HashMap;

use scim::etag::{Conditions, Decision};
use scim::patch::{MemberOps, Patch, take_members};
use scim::project::Projection;
use scim::{Object, ResourceType, ScimError, ScimType};
use serde_json::Value;
use store::Tx;

use super::create::{emails, entra_id, external_id, name_key};
use super::members::{self, Moved};
use super::read::{self, changed_meanwhile};
use super::show::{self, Extras};
use super::{Answer, Write, again, effects, etag, find, taken};
use crate::error::ProvisioningError;
use crate::guard::Asked;
use crate::holds::keep::{Gain, Refused};
use crate::pusher::Pusher;
use crate::service::Provisioning;
use crate::store::former;
use crate::store::members as member_rows;
use crate::store::resources::{self as rows, Beside, Stored, is_user};

type Kind = &'static ResourceType;

/// What is asked of a resource.
#[derive(Debug, Clone)]
enum Wish {
    Replace(Object, MemberOps),
    Patch(Patch),
    Delete,
}

/// Under which terms.
#[derive(Debug, Clone, Copy)]
struct Terms<'t> {
    conditions: &'t Conditions,
    projection: Option<&'t Projection>,
    /// Whether a person has allowed it: the guard is not asked.
    allowed: bool,
    /// Whether it says something about `active`: then a held call that says otherwise is no longer wanted.
    about_active: bool,
}

impl Provisioning {
    /// Replaces a resource: what the body leaves out is cleared (RFC 7644 §3.5.1). Never creates.
    pub async fn replace_resource(
        &self,
        pusher: &Pusher,
        kind: Kind,
        id: &str,
        body: Object,
        conditions: &Conditions,
        projection: &Projection,
    ) -> Result<Answer, ProvisioningError> {
        let wish = replacement(pusher, kind, body.clone())?;
        let terms = Terms { conditions, projection: Some(projection), allowed: false, about_active: true };
        let method = scim::bulk::Method::Put;
        let answer = self.modify(pusher, (kind, id), &wish, (method, Some(body)), terms).await?;
        answer.ok_or_else(|| super::not_found(kind).into())
    }

    /// Patches a resource. A group is answered without a body, unless the client chose attributes.
    pub async fn patch_resource(
        &self,
        pusher: &Pusher,
        kind: Kind,
        id: &str,
        body: Object,
        conditions: &Conditions,
        projection: &Projection,
    ) -> Result<Answer, ProvisioningError> {
        let wish = Wish::Patch(Patch::parse(kind, body.clone(), &pusher.rules())?);
        let shown = (is_user(kind) || projection.is_chosen()).then_some(projection);
        let about_active = is_user(kind) && speaks_of_active(&body);
        let terms = Terms { conditions, projection: shown, allowed: false, about_active };
        let method = scim::bulk::Method::Patch;
        let answer = self.modify(pusher, (kind, id), &wish, (method, Some(body)), terms).await?;
        answer.ok_or_else(|| super::not_found(kind).into())
    }

    /// Deletes a resource. It leaves its groups; its id is never used again.
    pub async fn delete_resource(
        &self,
        pusher: &Pusher,
        kind: Kind,
        id: &str,
        conditions: &Conditions,
    ) -> Result<(), ProvisioningError> {
        let terms = Terms { conditions, projection: None, allowed: false, about_active: false };
        self.modify(pusher, (kind, id), &Wish::Delete, (scim::bulk::Method::Delete, None), terms).await.map(drop)
    }

    /// Carries out a call that was held and is now allowed.
    pub(crate) async fn carry_out(&self, pusher: &Pusher, asked: Asked) -> Result<(), ProvisioningError> {
        let body = asked.body.clone().unwrap_or_default();
        let wish = match asked.method {
            scim::bulk::Method::Patch => Wish::Patch(Patch::parse(asked.kind, body, &pusher.rules())?),
            scim::bulk::Method::Delete => Wish::Delete,
            _ => replacement(pusher, asked.kind, body)?,
        };
        let conditions = Conditions::default();
        let terms = Terms { conditions: &conditions, projection: None, allowed: true, about_active: false };
        let id = asked.id.to_string();
        self.modify(pusher, (asked.kind, &id), &wish, (asked.method, asked.body), terms).await.map(drop)
    }

    /// Replaces, patches or deletes within a write that others share, and answers without a body.
    pub(super) async fn modify_within(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        (kind, id): (Kind, &str),
        (method, body): (scim::bulk::Method, Object),
        conditions: &Conditions,
    ) -> Result<Within, ProvisioningError> {
        let (wish, about_active) = match method {
            scim::bulk::Method::Delete => (Wish::Delete, false),
            scim::bulk::Method::Patch => {
                let about_active = is_user(kind) && speaks_of_active(&body);
                (Wish::Patch(Patch::parse(kind, body, &pusher.rules())?), about_active)
            }
            _ => (replacement(pusher, kind, body)?, true),
        };
        let terms = Terms { conditions, projection: None, allowed: false, about_active };
        Ok(match self.modify_in(write, pusher, kind, id, &wish, terms).await? {
            Outcome::Done(answer) => Within::Done(answer),
            Outcome::Held { .. } | Outcome::Refused(_) => Within::Alone,
        })
    }

    async fn modify(
        &self,
        pusher: &Pusher,
        (kind, id): (Kind, &str),
        wish: &Wish,
        (method, body): (scim::bulk::Method, Option<Object>),
        terms: Terms<'_>,
    ) -> Result<Option<Answer>, ProvisioningError> {
        let outcome: Result<_, ProvisioningError> = again!(self.modify_once(pusher, kind, id, wish, terms));
        match outcome? {
            Outcome::Done(answer) => Ok(answer),
            Outcome::Held { id, losses, breach } => {
                let asked = Asked { method, kind, id, body };
                Err(self.hold(pusher, &asked, &losses, breach).await?.into())
            }
            Outcome::Refused(refused) => Err(self.refuse_again(&refused).await?.into()),
        }
    }

    async fn modify_once(
        &self,
        pusher: &Pusher,
        kind: Kind,
        id: &str,
        wish: &Wish,
        terms: Terms<'_>,
    ) -> Result<Outcome, ProvisioningError> {
        let mut write = self.begin_write(pusher).await?;
        let outcome = self.modify_in(&mut write, pusher, kind, id, wish, terms).await?;
        if let Outcome::Done(_) = outcome {
            write.commit().await?;
        }
        Ok(outcome)
    }

    /// Does it within a write. What is not done must be undone with the write, or to a savepoint before it.
    async fn modify_in(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        kind: Kind,
        id: &str,
        wish: &Wish,
        terms: Terms<'_>,
    ) -> Result<Outcome, ProvisioningError> {
        let beside = terms.projection.map_or(Beside::Nothing, |projection| Extras::of(kind, projection).beside());
        let before = find(&mut write.tx, pusher, kind, id, beside).await?;
        if terms.conditions.decide(Some(&etag(&before)), false) != Decision::Proceed {
            return Err(changed_meanwhile().into());
        }
        let (after, moved) = match wish {
            Wish::Delete => (None, self.remove(write, pusher, kind, &before).await?),
            wish => {
                let tx = &mut write.tx;
                let (after, moved) = self.become_of(tx, pusher, kind, &before, wish).await?;
                self.note_gain(tx, pusher, kind, &after, &moved, terms).await?;
                if after.version == before.version {
                    return done(tx, pusher, kind, after, terms).await;
                }
                (Some(after), moved)
            }
        };
        let tx = &mut write.tx;
        let now = self.env().now();
        let losses = effects::losses(kind, &before, after.as_ref(), &moved);
        let asked = !losses.is_empty() && !terms.allowed;
        if asked && let Some(refused) = self.refused(tx, pusher, kind, before.id, after.is_none(), &moved.left).await? {
            return Ok(Outcome::Refused(refused));
        }
        if asked && let Some(breach) = self.admit(tx, pusher, &losses).await? {
            return Ok(Outcome::Held { id: before.id, losses, breach });
        }
        let fate = effects::fate(pusher, kind, after.as_ref(), now);
        self.follow(write, pusher, kind, after.as_ref().unwrap_or(&before), fate, &moved).await?;
        if let Some(after) = after {
            return done(&mut write.tx, pusher, kind, after, terms).await;
        }
        rows::count(&mut write.tx, kind, pusher.connection.id, -1).await?;
        Ok(Outcome::Done(None))
    }

    /// What is given back, or was to be, ends what was held to the contrary.
    async fn note_gain(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        kind: Kind,
        after: &Stored,
        moved: &Moved,
        terms: Terms<'_>,
    ) -> Result<(), ProvisioningError> {
        if terms.allowed {
            return Ok(());
        }
        if is_user(kind) && terms.about_active && after.active() {
            self.given_back(tx, pusher, after.id, Gain::User).await?;
        } else if !moved.asked_to_join.is_empty() {
            self.given_back(tx, pusher, after.id, Gain::Members(&moved.asked_to_join)).await?;
        }
        Ok(())
    }

    /// Writes what becomes of a resource. What stays the same keeps its version.
    async fn become_of(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        kind: Kind,
        before: &Stored,
        wish: &Wish,
    ) -> Result<(Stored, Moved), ProvisioningError> {
        let (resource, ops) = wanted(tx, pusher, kind, before, wish).await?;
        let moved =
            if ops.is_empty() { Moved::default() } else { members::carry_out(tx, pusher, before.number, &ops).await? };
        let mut after = before.clone();
        if resource == before.resource && moved.is_empty() {
            return Ok((after, moved));
        }
        after.name_key = name_key(kind, &resource);
        after.external_id = external_id(&resource);
        after.resource = resource;
        after.member_count = before.member_count + moved.added.len() as u64 - moved.removed.len() as u64;
        after.version += 1;
        after.changed_at = self.env().now();
        check(tx, pusher, kind, before, &after).await?;
        rows::update(tx, kind, &after).await?;
        if is_user(kind) && after.resource.get("emails") != before.resource.get("emails") {
            rows::put_emails(tx, pusher.connection.id, after.number, &emails(&after)).await?;
        }
        Ok((after, moved))
    }

    /// Removes the rows of a resource; it leaves the groups it was in.
    async fn remove(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        kind: Kind,
        row: &Stored,
    ) -> Result<Moved, ProvisioningError> {
        let tx = &mut write.tx;
        let now = self.env().now();
        let connection = pusher.connection.id;
        let place = (i64::from(!is_user(kind)), row.number);
        let numbers = member_rows::groups_of(tx, place).await?;
        if !numbers.is_empty() {
            let mut groups = Vec::with_capacity(numbers.len());
            for numbers in numbers.chunks(500) {
                groups.extend(rows::by_numbers(tx, &scim::GROUP, connection, numbers).await?);
            }
            member_rows::leave_all(tx, place, &numbers, now).await?;
            self.leave_groups(write, pusher, kind, row, &groups).await?;
        }
        let tx = &mut write.tx;
        let mut moved = Moved::default();
        if !is_user(kind) {
            let places = member_rows::of_group(tx, row.number).await?;
            moved.removed = members::in_directory(tx, &places, &HashMap::new()).await?;
            member_rows::clear(tx, row.number).await?;
        }
        rows::remove(tx, kind, row.number).await?;
        former::insert(tx, kind, connection, row, now).await?;
        Ok(moved)
    }
}

/// Whether a patch says anything about `active`, in whichever dialect.
fn speaks_of_active(body: &Object) -> bool {
    let names = |value: &Value| match value {
        Value::Object(members) => members.keys().any(|name| name.eq_ignore_ascii_case("active")),
        _ => false,
    };
    let operations = body.iter().find(|(name, _)| name.eq_ignore_ascii_case("Operations")).map(|(_, value)| value);
    operations.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).any(|operation| {
        operation.iter().any(|(name, value)| match value {
            Value::String(path) if name.eq_ignore_ascii_case("path") => path.to_ascii_lowercase().ends_with("active"),
            value => name.eq_ignore_ascii_case("value") && names(value),
        })
    })
}

/// What came of a call within a write that others share.
pub(super) enum Within {
    /// It is done.
    Done(Option<Answer>),
    /// It must be asked alone, because it is not to go through.
    Alone,
}

/// What came of an attempt.
enum Outcome {
    Done(Option<Answer>),
    Held { id: uuid::Uuid, losses: Vec<crate::guard::Loss>, breach: crate::guard::Breach },
    Refused(Refused),
}

async fn done(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: Kind,
    row: Stored,
    terms: Terms<'_>,
) -> Result<Outcome, ProvisioningError> {
    Ok(Outcome::Done(Some(match terms.projection {
        Some(projection) => read::answer(tx, pusher, kind, row, projection, Extras::of(kind, projection)).await?,
        None => read::bare(pusher, kind, &row),
    })))
}

fn replacement(pusher: &Pusher, kind: Kind, body: Object) -> Result<Wish, ProvisioningError> {
    let mut resource = scim::resource::read(kind, body, &pusher.rules())?;
    let mut ops = MemberOps::default();
    if !is_user(kind) {
        ops.replace_all = Some(take_members(&mut resource));
    }
    Ok(Wish::Replace(resource, ops))
}

/// The resource as it is wanted, and who joins and leaves.
async fn wanted(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: Kind,
    before: &Stored,
    wish: &Wish,
) -> Result<(Object, MemberOps), ProvisioningError> {
    let patch = match wish {
        Wish::Replace(resource, ops) => return Ok((resource.clone(), ops.clone())),
        Wish::Patch(patch) => patch,
        Wish::Delete => return Ok((before.resource.clone(), MemberOps::default())),
    };
    if is_user(kind) {
        return Ok((patch.apply(&before.resource)?.resource, MemberOps::default()));
    }
    let split = patch.clone().split_members();
    if !split.needs_members {
        return Ok((split.rest.apply(&before.resource)?.resource, split.members));
    }
    // Something about the members themselves is asked, such as their names: only then are they read.
    let whole = show::whole(tx, pusher, kind, vec![before.clone()], Extras::ALL).await?.pop().unwrap_or_default();
    let mut group = before.resource.clone();
    group.extend(whole.get("members").cloned().map(|members| ("members".to_owned(), members)));
    let mut group = split.rest.apply(&group)?.resource;
    let ops = MemberOps { replace_all: Some(take_members(&mut group)), ..MemberOps::default() };
    Ok((group, ops))
}

/// What a change must not do: take another's name, become another person.
async fn check(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: Kind,
    before: &Stored,
    after: &Stored,
) -> Result<(), ProvisioningError> {
    let name = if is_user(kind) { "userName" } else { "displayName" };
    if after.resource.get(name).and_then(Value::as_str).is_none_or(|name| name.trim().is_empty()) {
        return Err(ScimError::new(ScimType::InvalidValue, format!("`{name}` is required")).into());
    }
    if pusher.connection.tenant.is_some() && entra_id(after.external_id.as_deref())? != before.object_id {
        let detail = "`externalId` is the object id in Entra; another one is another user or group";
        return Err(ScimError::new(ScimType::Mutability, detail).into());
    }
    if after.name_key != before.name_key
        && rows::name_taken(tx, kind, pusher.connection.id, &after.name_key, before.id).await?
    {
        return Err(taken(kind).into());
    }
    Ok(())
}
