//! Reading one resource.

use scim::ResourceType;
use scim::ScimError;
use scim::etag::{Conditions, Decision, ETag};
use scim::project::Projection;
use store::Tx;

use super::show::{self, Extras};
use super::{Answer, etag, find};
use crate::error::ProvisioningError;
use crate::pusher::Pusher;
use crate::service::Provisioning;
use crate::store::resources::Stored;

/// What came of a read.
#[derive(Debug, Clone)]
pub enum Found {
    /// The resource.
    Answer(Answer),
    /// The client has this version already: status 304.
    Unchanged(ETag),
}

impl Provisioning {
    /// One resource. What another connection has is not there (404).
    pub async fn read_resource(
        &self,
        pusher: &Pusher,
        kind: &'static ResourceType,
        id: &str,
        conditions: &Conditions,
        projection: &Projection,
    ) -> Result<Found, ProvisioningError> {
        // The resource, and then its groups or members, which are others: they need not be of one moment.
        let mut tx = self.store().look().await?;
        let extras = Extras::of(kind, projection);
        let row = find(&mut tx, pusher, kind, id, extras.beside()).await?;
        let tag = etag(&row);
        match conditions.decide(Some(&tag), true) {
            Decision::Proceed => Ok(Found::Answer(answer(&mut tx, pusher, kind, row, projection, extras).await?)),
            Decision::NotModified => Ok(Found::Unchanged(tag)),
            Decision::Failed => Err(changed_meanwhile().into()),
        }
    }
}

/// The resource as it is answered.
pub(super) async fn answer(
    tx: &mut Tx,
    pusher: &Pusher,
    kind: &'static ResourceType,
    row: Stored,
    projection: &Projection,
    extras: Extras,
) -> Result<Answer, ProvisioningError> {
    let mut answer = bare(pusher, kind, &row);
    let whole = show::whole(tx, pusher, kind, vec![row], extras).await?.pop();
    answer.resource = whole.map(|whole| projection.apply(whole));
    Ok(answer)
}

/// An answer without a body.
pub(super) fn bare(pusher: &Pusher, kind: &'static ResourceType, row: &Stored) -> Answer {
    let location = pusher.location(kind, row.id);
    Answer { id: row.id, name: row.name(), resource: None, etag: etag(row), location }
}

pub(super) fn changed_meanwhile() -> ScimError {
    ScimError::with_status(412, "the resource is not in the version that the call asks for; read it again")
}
