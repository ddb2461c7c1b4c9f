//! Our signing keys: made, published, changed, by themselves and on demand.

pub mod timeline;

use std::sync::Arc;
use std::time::Duration;

use kernel::{Actor, May, OrganisationId, Timestamp};
use oidc::{NewSigningKey, PublicKeyEntry, SigningKey};
use serde::Serialize;
use signals::{Entry, Object};
use store::Tx;
use store::seal::Place;
use tenants::TenantId;
use utoipa::ToSchema;

use crate::error::MfaError;
use crate::model::{KeyId, Provider};
use crate::permissions::{ReadMfa, RotateKeys};
use crate::service::Mfa;
use crate::store::{keys as rows, providers};
use timeline::{Act, Life, OVERLAP};

/// A certificate begins a little before its key: clocks differ.
const BACKDATED: Duration = Duration::from_hours(24);
/// How long a certificate outlives its key's time to sign.
const SPARE: Duration = Duration::from_hours(24 * 60);

/// A key as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredKey {
    pub id: KeyId,
    pub provider: TenantId,
    pub kid: String,
    pub certificate: Vec<u8>,
    /// Sealed; none once it has signed its last.
    pub private_key: Option<Vec<u8>>,
    pub published_at: Timestamp,
    pub signs_from: Timestamp,
    pub signs_until: Option<Timestamp>,
    pub removed_at: Option<Timestamp>,
}

/// A key on the time line.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaSigningKey)]
pub struct KeyView {
    /// Its id here.
    pub id: KeyId,
    /// Its id in our list of keys and in every answer's header.
    pub kid: String,
    /// In our list of keys since.
    pub published_at: Timestamp,
    /// Signs from.
    pub signs_from: Timestamp,
    /// Signs until; null: until another takes over.
    pub signs_until: Option<Timestamp>,
    /// Leaves our list of keys at this time; null: not settled yet.
    pub removed_at: Option<Timestamp>,
    /// Whether it signs now.
    pub signs_now: bool,
}

impl Mfa {
    /// The keys of a tenant's second factor, oldest first.
    pub async fn list_keys(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<Vec<KeyView>, MfaError> {
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        let keys = rows::list(&mut tx, tenant).await?;
        let signs = timeline::signs_now(&lives(&keys), self.env().now());
        Ok(keys.into_iter().map(|key| view(key, signs)).collect())
    }

    /// Has another key take over: after the two days that Entra needs, or at once. At once breaks every sign-in until
    /// Entra reads our keys again, which may take a day: for a key that is known to somebody else.
    pub async fn rotate_keys(&self, may: &May<RotateKeys>, at_once: bool) -> Result<Vec<KeyView>, MfaError> {
        let (actor, now) = (may.actor(), self.env().now());
        let signs_from = if at_once { now } else { now.plus(OVERLAP) };
        let key = self.make_key(may.tenant, now, signs_from).await?;
        let mut tx = self.store().begin().await?;
        let provider = self.own_provider(&mut tx, actor.organisation, may.tenant).await?;
        let keys = rows::list(&mut tx, may.tenant).await?;
        let waiting = keys.iter().any(|key| key.signs_from > now && key.removed_at.is_none());
        if waiting && !at_once {
            return Err(MfaError::Conflict("another key is published already and waits for its turn".to_owned()));
        }
        if at_once {
            for old in keys.iter().filter(|key| key.removed_at.is_none()) {
                rows::remove(&mut tx, old.id, now).await?;
            }
        } else {
            rows::end(&mut tx, may.tenant, signs_from).await?;
        }
        rows::insert(&mut tx, &key).await?;
        let name = if at_once { "mfa.keys_replaced" } else { "mfa.keys_rotated" };
        signals::append(&mut tx, self.env(), actor, vec![entry(name, &provider, &key)]).await?;
        tx.commit().await?;
        let keys = rows::list(&mut self.store().read().await?, may.tenant).await?;
        let signs = timeline::signs_now(&lives(&keys), now);
        Ok(keys.into_iter().map(|key| view(key, signs)).collect())
    }

    /// Does what is due about every tenant's keys. A timer's work, under its lease.
    pub async fn tend_keys(&self) -> Result<(), MfaError> {
        let all = providers::list_all(&mut self.store().read().await?).await?;
        for provider in all {
            let keys = rows::list(&mut self.store().read().await?, provider.tenant).await?;
            for act in timeline::due(&lives(&keys), self.env().now(), self.config().key_days) {
                self.tend(&provider, act).await?;
            }
        }
        Ok(())
    }

    async fn tend(&self, provider: &Provider, act: Act) -> Result<(), MfaError> {
        let now = self.env().now();
        let actor = Actor::system("rotation of signing keys", provider.organisation, self.env().new_id());
        let object = Object::new("tenant", provider.tenant, provider.client_id.as_str());
        let made = match act {
            Act::Make { signs_from } => Some(self.make_key(provider.tenant, now, signs_from).await?),
            Act::Remove(_) => None,
        };
        let mut tx = self.store().begin().await?;
        let entry = match (&made, act) {
            (Some(key), _) => {
                rows::end(&mut tx, provider.tenant, key.signs_from).await?;
                rows::insert(&mut tx, key).await?;
                entry("mfa.keys_rotated", provider, key)
            }
            (None, Act::Remove(id)) => {
                rows::remove(&mut tx, id, now).await?;
                Entry::act("mfa.key_removed").object(object).cause("key", Some(id.0))
            }
            (None, Act::Make { .. }) => return Ok(()),
        };
        signals::append(&mut tx, self.env(), &actor, vec![entry]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Every key that is published now, as entries of a list of keys.
    pub(crate) async fn published_keys(&self, tenant: TenantId) -> Result<Vec<serde_json::Value>, MfaError> {
        let mut tx = self.store().read().await?;
        self.provider(&mut tx, tenant).await?;
        let keys = rows::list(&mut tx, tenant).await?;
        let living = keys.iter().filter(|key| key.removed_at.is_none());
        living.map(|key| Ok(PublicKeyEntry::of(&key.certificate)?.jwk)).collect()
    }

    /// The key that signs now.
    pub(crate) async fn signing_key(&self, tx: &mut Tx, tenant: TenantId) -> Result<Arc<SigningKey>, MfaError> {
        let lives = rows::lives(tx, tenant).await?;
        let id = timeline::signs_now(&lives, self.env().now()).ok_or(MfaError::NotFound("signing key"))?;
        if let Some(key) = self.ready.get(&id) {
            return Ok(key);
        }
        let stored = rows::find(tx, id).await?.ok_or(MfaError::NotFound("signing key"))?;
        let sealed = stored.private_key.ok_or(MfaError::NotFound("signing key"))?;
        let private = self.sealer().open(place(id), &sealed)?;
        let key = Arc::new(SigningKey::open(&private, &stored.certificate)?);
        self.ready.insert(id, key.clone());
        Ok(key)
    }

    /// A new key. Takes a fraction of a second, beside the other work: never within a unit of work.
    pub(crate) async fn make_key(
        &self,
        provider: TenantId,
        published_at: Timestamp,
        signs_from: Timestamp,
    ) -> Result<StoredKey, MfaError> {
        let id: KeyId = self.env().new_id();
        let until = signs_from.plus(Duration::from_hours(24) * self.config().key_days).plus(SPARE);
        let make = move || NewSigningKey::make(&format!("Vestibule {provider}"), published_at.minus(BACKDATED), until);
        let made = tokio::task::spawn_blocking(make).await.expect("invariant: making a key does not panic");
        let NewSigningKey { private, certificate } = made?;
        let kid = PublicKeyEntry::of(&certificate)?.kid;
        let private_key = Some(self.sealer().seal(place(id), private.expose()));
        Ok(StoredKey {
            id,
            provider,
            kid,
            certificate,
            private_key,
            published_at,
            signs_from,
            signs_until: None,
            removed_at: None,
        })
    }

    pub(crate) async fn own_provider(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        tenant: TenantId,
    ) -> Result<Provider, MfaError> {
        let found = providers::find(tx, tenant).await?.filter(|provider| provider.organisation == organisation);
        found.ok_or(MfaError::NotFound("second factor"))
    }
}

fn place(id: KeyId) -> Place<'static> {
    Place { table: "mfa_keys", row: id.0, column: "private_key" }
}

fn entry(name: &'static str, provider: &Provider, key: &StoredKey) -> Entry {
    let after = serde_json::json!({ "kid": key.kid, "signs_from": key.signs_from });
    Entry::act(name).object(Object::new("tenant", provider.tenant, provider.client_id.as_str())).after(&after)
}

fn lives(keys: &[StoredKey]) -> Vec<Life> {
    let life = |key: &StoredKey| Life {
        id: key.id,
        signs_from: key.signs_from,
        signs_until: key.signs_until,
        removed_at: key.removed_at,
    };
    keys.iter().map(life).collect()
}

fn view(key: StoredKey, signs: Option<KeyId>) -> KeyView {
    KeyView {
        id: key.id,
        kid: key.kid,
        published_at: key.published_at,
        signs_from: key.signs_from,
        signs_until: key.signs_until,
        removed_at: key.removed_at.or_else(|| key.signs_until.map(|until| until.plus(OVERLAP))),
        signs_now: signs == Some(key.id),
    }
}
