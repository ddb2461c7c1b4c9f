//! Creating a user or a group.

use directory::SourceId;
use scim::patch::{MemberOps, take_members};
use scim::project::Projection;
use scim::text::fold;
use scim::{Object, ResourceType, ScimError, ScimType};
use serde_json::Value;
use signals::{Entry, Object as About};
use store::StoreError;
use uuid::Uuid;

use super::members::{self, Moved};
use super::show::Extras;
use super::{Answer, Write, again, effects, read, taken};
use crate::error::ProvisioningError;
use crate::model::ResourceId;
use crate::pusher::Pusher;
use crate::service::Provisioning;
use crate::store::former::{self, Former};
use crate::store::resources::{self as rows, Stored, is_user};

type Kind = &'static ResourceType;

impl Provisioning {
    /// Creates a user or a group. A name that is in use, whatever its letters' case, is 409 `uniqueness`.
    pub async fn create_resource(
        &self,
        pusher: &Pusher,
        kind: Kind,
        body: Object,
        projection: &Projection,
    ) -> Result<Answer, ProvisioningError> {
        let (resource, ops) = new_resource(pusher, kind, body)?;
        again!(self.create_once(pusher, kind, &resource, &ops, projection))
    }

    /// Creates it within a write that others share, and answers without a body.
    pub(super) async fn create_within(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        kind: Kind,
        body: Object,
    ) -> Result<Answer, ProvisioningError> {
        let (resource, ops) = new_resource(pusher, kind, body)?;
        let row = self.create_in(write, pusher, kind, &resource, &ops).await?;
        Ok(read::bare(pusher, kind, &row))
    }

    async fn create_once(
        &self,
        pusher: &Pusher,
        kind: Kind,
        resource: &Object,
        ops: &MemberOps,
        projection: &Projection,
    ) -> Result<Answer, ProvisioningError> {
        let mut write = self.begin_write(pusher).await?;
        let row = self.create_in(&mut write, pusher, kind, resource, ops).await?;
        // Nobody has put a new user into a group.
        let extras = Extras { relations: !is_user(kind), ..Extras::of(kind, projection) };
        let answer = read::answer(&mut write.tx, pusher, kind, row, projection, extras).await?;
        write.commit().await?;
        Ok(answer)
    }

    /// Creates it within a write, and gives its row.
    async fn create_in(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        kind: Kind,
        resource: &Object,
        ops: &MemberOps,
    ) -> Result<Stored, ProvisioningError> {
        let mut row = self.fresh(write, pusher, kind, resource).await?;
        let tx = &mut write.tx;
        let number = rows::insert(tx, kind, pusher.home(), &row).await?;
        row.number = number.ok_or_else(|| taken(kind))?;
        if !rows::count(tx, kind, pusher.connection.id, 1).await? {
            // It was ended while this call was on its way.
            return Err(ProvisioningError::NoSuchConnection);
        }
        let mut moved = Moved::default();
        if is_user(kind) {
            rows::add_emails(tx, pusher.connection.id, row.number, &emails(&row)).await?;
        } else {
            moved = members::carry_out(tx, pusher, row.number, ops).await?;
            row.member_count = moved.added.len() as u64;
            if !moved.is_empty() {
                rows::update(tx, kind, &row).await?;
            }
        }
        let fate = effects::fate(pusher, kind, Some(&row), self.env().now());
        self.follow(write, pusher, kind, &row, fate, &moved).await?;
        Ok(row)
    }

    /// The new row: who was deleted and comes back is the same directory object under a new SCIM id.
    async fn fresh(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        kind: Kind,
        resource: &Object,
    ) -> Result<Stored, ProvisioningError> {
        let tx = &mut write.tx;
        let now = self.env().now();
        let id = self.env().new_id::<ResourceId>().0;
        let external_id = external_id(resource);
        let own = (SourceId(pusher.connection.id.0), id);
        let (source_id, object_id) = match (pusher.connection.tenant, &external_id) {
            (Some(tenant), external_id) => {
                let object_id = entra_id(external_id.as_deref())?;
                if rows::object_taken(tx, kind, pusher.connection.id, object_id).await? {
                    let detail = format!("another {} has this externalId", kind.name);
                    return Err(ScimError::new(ScimType::Uniqueness, detail).into());
                }
                (SourceId(tenant.0), object_id)
            }
            (None, Some(external_id)) => {
                let former = former::take(tx, kind, pusher.connection.id, external_id).await?;
                former.map_or(own, |former| (former.source_id, former.object_id))
            }
            (None, None) => own,
        };
        let row = Stored {
            number: 0,
            id,
            name_key: name_key(kind, resource),
            external_id,
            resource: resource.clone(),
            member_count: 0,
            version: 1,
            created_at: now,
            changed_at: now,
            source_id,
            object_id,
            groups: None,
        };
        if !is_user(kind) {
            let former = former::named(tx, kind, pusher.connection.id, &row.name_key).await?;
            self.flag_reuse(write, pusher, &row, former).await?;
        }
        Ok(row)
    }

    /// A group under the name of one that was deleted is another group, and is said to be (ILL-06).
    async fn flag_reuse(
        &self,
        write: &mut Write,
        pusher: &Pusher,
        row: &Stored,
        former: Option<Former>,
    ) -> Result<(), StoreError> {
        let Some(former) = former.filter(|former| former.object_id != row.object_id) else { return Ok(()) };
        let entry = Entry::act("provisioning.group_name_reused")
            .object(About::new("group", row.id, row.name()))
            .reason(format!("a group of this name was deleted at {}; this is another one", former.deleted_at))
            .change_of(Some(&former.id), Some(&row.id));
        let Write { tx, turn } = write;
        signals::append_in(tx, self.env(), &pusher.actor, turn, vec![entry]).await.map(drop)
    }
}

/// What is to be created, and who is to be in it.
fn new_resource(pusher: &Pusher, kind: Kind, body: Object) -> Result<(Object, MemberOps), ProvisioningError> {
    let mut resource = scim::resource::read(kind, body, &pusher.rules())?;
    let members = if is_user(kind) { Vec::new() } else { take_members(&mut resource) };
    Ok((resource, MemberOps { add: members, ..MemberOps::default() }))
}

/// `userName` or `displayName` as it is compared.
pub(super) fn name_key(kind: Kind, resource: &Object) -> String {
    let name = if is_user(kind) { "userName" } else { "displayName" };
    fold(resource.get(name).and_then(Value::as_str).unwrap_or_default()).into_owned()
}

pub(super) fn external_id(resource: &Object) -> Option<String> {
    resource.get("externalId").and_then(Value::as_str).map(str::to_owned)
}

/// Of a connection bound to a tenant: Entra's object id.
pub(super) fn entra_id(external_id: Option<&str>) -> Result<Uuid, ScimError> {
    external_id.and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(|| {
        let detail = "this connection belongs to a tenant: `externalId` must be Entra's object id; map objectId to \
                      externalId in the provisioning's attribute mappings";
        ScimError::new(ScimType::InvalidValue, detail)
    })
}

/// A user's addresses as they are found.
pub(super) fn emails(row: &Stored) -> Vec<String> {
    let list = row.resource.get("emails").and_then(Value::as_array).into_iter().flatten();
    let emails = list.filter_map(|email| email.get("value").and_then(Value::as_str));
    emails.map(|value| fold(value).into_owned()).collect()
}
