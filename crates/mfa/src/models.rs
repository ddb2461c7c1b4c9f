//! Models of security keys: which are taken, by what they prove of themselves and by what the FIDO Metadata Service says.
//!
//! | the tenant's setting | what is asked | what is checked |
//! |---|---|---|
//! | `none` | nothing | nothing |
//! | `wanted` | which model it is, and a proof | the lists and the reports, by what it says; proved or not |
//! | `required` | the same | the same, and that it is proved: by a certificate that leads to one of the metadata |
//!
//! It is checked when a key is registered. A model that is reported later is told when the metadata are imported; keys of it
//! go on until somebody takes them. A policy may say other than the settings for some people (`crate::policy::counts`): then
//! keys of models that it does not take count no more. What it deliberately does not do: fetch the metadata.

use aws_lc_rs::digest::{SHA256, digest};
use kernel::{May, Timestamp};
use passkeys::{Anchor, Metadata, Model};
use serde::{Deserialize, Serialize};
use signals::Entry;
use store::Tx;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::MfaError;
use crate::model::Provider;
use crate::permissions::{ImportMetadata, ReadMfa};
use crate::policy::counts::KeyModel;
use crate::service::Mfa;
use crate::settings::{Attestation, AttestationMode};
use crate::store::models as rows;

/// The largest blob that is looked at.
pub const LONGEST_BLOB: usize = 24 * 1024 * 1024;

/// A blob to be imported.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaKeyMetadataImport)]
pub struct NewMetadata {
    /// The blob of the FIDO Metadata Service (MDS3): a signed JWT.
    pub blob: String,
    /// The certificates that its signature leads to, as PEM; left out: the root that the service uses.
    #[serde(default)]
    pub root: Option<String>,
}

/// What is known of models of security keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaKeyMetadata)]
pub struct MetadataView {
    /// The blob's number.
    pub number: u64,
    /// The day by which there is another one.
    pub next_update: String,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// By whom.
    pub imported_by: String,
    /// How many models it knows.
    pub models: u64,
    /// How many of those are not to be trusted.
    pub flawed: u64,
}

/// A model of which somebody has registered a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaKeyModel)]
pub struct ModelInUse {
    /// Its id (AAGUID).
    pub aaguid: Uuid,
    /// What its maker calls it; empty where the metadata do not know it.
    pub name: String,
    /// What was last reported of it; empty where the metadata do not know it.
    pub status: String,
    /// What was reported that makes it untrustworthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaw: Option<String>,
    /// Keys that are registered.
    pub keys: u64,
    /// How many of those have proved that they are of it.
    pub attested: u64,
}

/// Why a key is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unfit {
    NotAttested,
    Denied,
    NotAllowed,
    Flawed(String),
}

impl Unfit {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NotAttested => "not_attested",
            Self::Denied => "denied",
            Self::NotAllowed => "not_allowed",
            Self::Flawed(_) => "flawed",
        }
    }
}

/// Whether a key is taken when it is registered. Pure.
pub(crate) fn judge(settings: &Attestation, key: KeyModel, model: Option<&Model>) -> Result<(), Unfit> {
    fits(settings, key)?;
    let flaw = model.and_then(|model| model.flaw.as_ref()).filter(|_| settings.mode != AttestationMode::None);
    flaw.map_or(Ok(()), |flaw| Err(Unfit::Flawed(flaw.clone())))
}

/// Whether a key is one that is asked for, by what it has told of its model. Pure.
pub(crate) fn fits(settings: &Attestation, key: KeyModel) -> Result<(), Unfit> {
    if settings.mode == AttestationMode::None {
        return Ok(());
    }
    if settings.mode == AttestationMode::Required && !key.attested {
        return Err(Unfit::NotAttested);
    }
    let is_in = |list: &[Uuid]| key.aaguid.is_some_and(|aaguid| list.contains(&aaguid));
    if is_in(&settings.deny) {
        return Err(Unfit::Denied);
    }
    if !settings.allow.is_empty() && !is_in(&settings.allow) {
        return Err(Unfit::NotAllowed);
    }
    Ok(())
}

impl Mfa {
    /// Takes another blob in place of the one before, which must not be newer.
    pub async fn import_metadata(
        &self,
        may: &May<ImportMetadata>,
        new: &NewMetadata,
    ) -> Result<MetadataView, MfaError> {
        if new.blob.len() > LONGEST_BLOB {
            return Err(MfaError::Invalid(format!("blob has at most {} MB", LONGEST_BLOB / 1024 / 1024)));
        }
        let (actor, now) = (may.actor(), self.env().now());
        let seconds = u64::try_from(now.seconds()).unwrap_or(0);
        let root = new.root.as_deref().filter(|root| !root.trim().is_empty());
        let metadata =
            Metadata::read(&new.blob, root, seconds).map_err(|error| MfaError::Invalid(error.to_string()))?;
        let mut tx = self.store().begin().await?;
        let before = rows::find(&mut tx, actor.organisation).await?;
        let flawed = metadata.models.iter().filter(|model| model.flaw.is_some()).count();
        let after = MetadataView {
            number: metadata.number,
            next_update: metadata.next_update.clone(),
            imported_at: now,
            imported_by: actor.label(),
            models: u64::try_from(metadata.models.len()).unwrap_or(u64::MAX),
            flawed: u64::try_from(flawed).unwrap_or(u64::MAX),
        };
        let root = root.map(|root| digest(&SHA256, root.as_bytes()).as_ref().to_vec());
        if !rows::replace(&mut tx, actor.organisation, &after, root, &metadata.models).await? {
            return Err(MfaError::Conflict("the metadata that are here are newer".to_owned()));
        }
        let entry = Entry::act("mfa.metadata_imported").change_of(before.as_ref(), Some(&after));
        self.tell(&mut tx, actor, entry).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// What was imported last; nothing where nobody has.
    pub async fn get_metadata(&self, may: &May<ReadMfa>) -> Result<Option<MetadataView>, MfaError> {
        Ok(rows::find(&mut self.store().read().await?, may.actor().organisation).await?)
    }

    /// The models of which somebody has registered a key, the most used first.
    pub async fn models_in_use(&self, may: &May<ReadMfa>) -> Result<Vec<ModelInUse>, MfaError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store().read().await?;
        let counts = rows::in_use(&mut tx, organisation).await?;
        let ids: Vec<Uuid> = counts.iter().map(|(aaguid, ..)| *aaguid).collect();
        let known = rows::of(&mut tx, organisation, &ids).await?;
        let mut models: Vec<ModelInUse> = counts.into_iter().map(|counts| in_use(counts, &known)).collect();
        models.sort_by(|one, other| other.keys.cmp(&one.keys).then_with(|| one.aaguid.cmp(&other.aaguid)));
        Ok(models)
    }

    /// What attestations may lead to; nothing where no model is asked for.
    pub(crate) async fn anchors(&self, tx: &mut Tx, provider: &Provider) -> Result<Vec<Anchor>, MfaError> {
        if provider.settings.attestation.mode == AttestationMode::None {
            return Ok(Vec::new());
        }
        let anchor = |(aaguid, name, certificate): (Uuid, String, Vec<u8>)| Anchor { aaguid, name, certificate };
        Ok(rows::roots(tx, provider.organisation).await?.into_iter().map(anchor).collect())
    }

    /// What is known of a model.
    pub(crate) async fn model_of(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        aaguid: Option<Uuid>,
    ) -> Result<Option<Model>, MfaError> {
        let Some(aaguid) = aaguid else { return Ok(None) };
        Ok(rows::of(tx, provider.organisation, &[aaguid]).await?.pop())
    }
}

fn in_use((aaguid, keys, attested): (Uuid, u64, u64), known: &[Model]) -> ModelInUse {
    let model = known.iter().find(|model| model.aaguid == aaguid);
    ModelInUse {
        aaguid,
        name: model.map(|model| model.name.clone()).unwrap_or_default(),
        status: model.map(|model| model.status.clone()).unwrap_or_default(),
        flaw: model.and_then(|model| model.flaw.clone()),
        keys,
        attested,
    }
}

#[cfg(test)]
mod tests;
