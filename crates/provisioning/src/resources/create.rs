//! Creating a user or a group.

use directory::SourceId;
use scim::patch::{MemberOps, take_members};
use scim::project::Projection;
use scim::text::fold;
use scim::{Object, ResourceType, ScimError, ScimType};
use serde_json::Value;
use signals::{Entry, Object as About};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::members::{self, Moved};
use super::{Answer, again, effects, read, taken};
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
        let mut resource = scim::resource::read(kind, body, &pusher.rules())?;
        let members = if is_user(kind) { Vec::new() } else { take_members(&mut resource) };
        let ops = MemberOps { add: members, ..MemberOps::default() };
        again!(self.create_once(pusher, kind, &resource, &ops, projection))
    }

    async fn create_once(
        &self,
        pusher: &Pusher,
        kind: Kind,
        resource: &Object,
        ops: &MemberOps,
        projection: &Projection,
    ) -> Result<Answer, ProvisioningError> {
        let mut tx = self.begin_write(pusher).await?;
        let mut row = self.fresh(&mut tx, pusher, kind, resource).await?;
        let number = rows::insert(&mut tx, kind, pusher.home(), &row).await?;
        row.number = number.ok_or_else(|| taken(kind))?;
        rows::count(&mut tx, kind, pusher.connection.id, 1).await?;
        let mut moved = Moved::default();
        if is_user(kind) {
            put_emails(&mut tx, pusher, &row).await?;
        } else {
            moved = members::carry_out(&mut tx, pusher, row.number, ops).await?;
            row.member_count = moved.added.len() as u64;
            if !moved.is_empty() {
                rows::update(&mut tx, kind, &row).await?;
            }
        }
        let fate = effects::fate(pusher, kind, Some(&row), self.env().now());
        self.follow(&mut tx, pusher, kind, &row, fate, &moved).await?;
        let answer = read::answer(&mut tx, pusher, kind, row, projection).await?;
        tx.commit().await?;
        Ok(answer)
    }

    /// The new row: who was deleted and comes back is the same directory object under a new SCIM id.
    async fn fresh(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        kind: Kind,
        resource: &Object,
    ) -> Result<Stored, ProvisioningError> {
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
        };
        if !is_user(kind) {
            let former = former::named(tx, kind, pusher.connection.id, &row.name_key).await?;
            self.flag_reuse(tx, pusher, &row, former).await?;
        }
        Ok(row)
    }

    /// A group under the name of one that was deleted is another group, and is said to be (ILL-06).
    async fn flag_reuse(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        row: &Stored,
        former: Option<Former>,
    ) -> Result<(), StoreError> {
        let Some(former) = former.filter(|former| former.object_id != row.object_id) else { return Ok(()) };
        let entry = Entry::act("provisioning.group_name_reused")
            .object(About::new("group", row.id, row.name()))
            .reason(format!("a group of this name was deleted at {}; this is another one", former.deleted_at))
            .change_of(Some(&former.id), Some(&row.id));
        signals::append(tx, self.env(), &pusher.actor, vec![entry]).await.map(drop)
    }
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

/// Makes a user's addresses findable.
pub(super) async fn put_emails(tx: &mut Tx, pusher: &Pusher, row: &Stored) -> Result<(), StoreError> {
    let list = row.resource.get("emails").and_then(Value::as_array).into_iter().flatten();
    let emails: Vec<String> = list
        .filter_map(|email| email.get("value").and_then(Value::as_str))
        .map(|value| fold(value).into_owned())
        .collect();
    rows::put_emails(tx, pusher.connection.id, row.number, &emails).await
}
