//! Keys: `vk_<id>:<secret>`, shown once. Several work at once, so that one is exchanged without a lost call.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use kernel::{May, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use utoipa::ToSchema;
use uuid::Uuid;
use web::Network;

use crate::connections::label;
use crate::error::ProvisioningError;
use crate::model::{ConnectionId, KeyId};
use crate::permissions::{CreateKey, ReadProvisioning, RevokeKey};
use crate::service::Provisioning;
use crate::store::{connections, keys as rows};

/// What every key begins with, so that scanners find leaked ones.
pub const PREFIX: &str = "vk_";
/// Most keys of one connection that work at once.
const MOST: usize = 10;
/// Most address ranges of one key.
const MOST_ADDRESSES: usize = 100;
/// The longest that a key works which ends at all.
const LONGEST_DAYS: u32 = 3_650;
/// How long keys that no longer work can be looked at.
const KEPT: Duration = Duration::from_hours(24 * 90);

/// A key as operators see it; its secret is not part of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ProvisioningKey)]
pub struct KeyView {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub connection: ConnectionId,
    /// The public half of the token, also the client id for OAuth.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// Where it may be used from; empty: anywhere.
    #[schema(value_type = Vec<String>)]
    pub addresses: Vec<Network>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used; written down with some seconds' delay.
    pub last_used_at: Option<Timestamp>,
    /// From where it was last used.
    pub last_address: Option<String>,
    /// Whether it works now.
    pub works: bool,
}

/// A key to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewProvisioningKey)]
pub struct NewKey {
    /// What people call it.
    pub label: String,
    /// Days until it ends, 1 to 3650; left out, it does not end by itself.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
    /// Address ranges it may be used from, such as `198.51.100.0/24`; empty: anywhere.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub addresses: Vec<Network>,
}

/// A key that has just been made.
#[derive(Debug)]
pub struct IssuedKey {
    /// The key.
    pub key: KeyView,
    /// Its secret; kept nowhere.
    pub secret: Secret<String>,
    /// The address to enter in the pushing application.
    pub base_url: String,
}

impl IssuedKey {
    /// What to enter as the secret token: both halves.
    pub fn token(&self) -> Secret<String> {
        Secret::new(format!("{}:{}", self.key.key, self.secret.expose()))
    }
}

impl KeyId {
    /// The public half of a token.
    pub fn shown(self) -> String {
        format!("{PREFIX}{}", self.0.simple())
    }

    /// Reads [`KeyId::shown`] back; only exactly that.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let id = Self(Uuid::try_parse(text.strip_prefix(PREFIX)?).ok()?);
        (id.shown() == text).then_some(id)
    }
}

impl Provisioning {
    /// The keys of a connection, newest first.
    pub async fn list_keys(
        &self,
        may: &May<ReadProvisioning>,
        connection: ConnectionId,
    ) -> Result<Vec<KeyView>, ProvisioningError> {
        let mut tx = self.store().read().await?;
        let found = connections::find(&mut tx, may.actor().organisation, connection).await?;
        let connection = found.ok_or(ProvisioningError::NoSuchConnection)?;
        Ok(rows::list(&mut tx, connection.id, self.env().now()).await?)
    }

    /// Makes a key for a connection. Its secret is told here and never again.
    pub async fn create_key(&self, may: &May<CreateKey>, new: NewKey) -> Result<IssuedKey, ProvisioningError> {
        let actor = may.actor();
        let (id, now) = (self.env().new_id::<KeyId>(), self.env().now());
        let key = KeyView {
            id,
            connection: may.connection,
            key: id.shown(),
            label: label("label", &new.label)?,
            addresses: addresses(new.addresses)?,
            created_at: now,
            expires_at: new.expires_in_days.map(|days| end(now, days)).transpose()?,
            revoked_at: None,
            last_used_at: None,
            last_address: None,
            works: true,
        };
        let secret = Secret::new(self.env().rng.token::<32>());
        let mut tx = self.store().begin().await?;
        let found = connections::find(&mut tx, actor.organisation, may.connection).await?;
        let connection = found.ok_or(ProvisioningError::NoSuchConnection)?;
        let working = rows::list(&mut tx, connection.id, now).await?.iter().filter(|key| key.works).count();
        if working >= MOST {
            let detail = format!("a connection has at most {MOST} keys that work; revoke one first");
            return Err(ProvisioningError::Conflict(detail));
        }
        rows::insert(&mut tx, actor.organisation, &key, hash_of(secret.expose())).await?;
        let entry = Entry::act("provisioning.key_created").object(object_of(&key)).after(&key);
        let entry = entry.cause("connection", Some(connection.id.0));
        signals::append(&mut tx, self.env(), actor, vec![entry]).await?;
        tx.commit().await?;
        Ok(IssuedKey { key, secret, base_url: self.base_of(actor.organisation) })
    }

    /// Revokes a key and every access token given for it: on this node at once, on others within
    /// [`crate::door::REMEMBERED`].
    pub async fn revoke_key(&self, may: &May<RevokeKey>) -> Result<(), ProvisioningError> {
        let actor = may.actor();
        let now = self.env().now();
        let mut tx = self.store().begin().await?;
        let found = rows::find(&mut tx, actor.organisation, may.key, now).await?;
        let before = found.ok_or(ProvisioningError::NotFound("key"))?;
        if before.revoked_at.is_some() {
            return Ok(());
        }
        rows::revoke(&mut tx, before.id, now).await?;
        let after = KeyView { revoked_at: Some(now), works: false, ..before.clone() };
        let entry = Entry::act("provisioning.key_revoked").object(object_of(&before));
        let entry = entry.cause("connection", Some(before.connection.0)).change_of(Some(&before), Some(&after));
        signals::append(&mut tx, self.env(), actor, vec![entry]).await?;
        tx.commit().await?;
        self.door().forget_all();
        Ok(())
    }

    /// Forgets access tokens that have ended, and keys that have not worked for a quarter of a year; returns how many.
    pub async fn prune_keys(&self) -> Result<u64, ProvisioningError> {
        let now = self.env().now();
        let mut tx = self.store().begin().await?;
        let tokens = crate::store::tokens::prune(&mut tx, now).await?;
        let keys = rows::prune(&mut tx, now.minus(KEPT)).await?;
        tx.commit().await?;
        Ok(tokens + keys)
    }
}

fn end(now: Timestamp, days: u32) -> Result<Timestamp, ProvisioningError> {
    if !(1..=LONGEST_DAYS).contains(&days) {
        return Err(ProvisioningError::Invalid(format!("expires_in_days must be from 1 to {LONGEST_DAYS}")));
    }
    Ok(now.plus(Duration::from_hours(24) * days))
}

fn addresses(given: Vec<Network>) -> Result<Vec<Network>, ProvisioningError> {
    if given.len() > MOST_ADDRESSES {
        return Err(ProvisioningError::Invalid(format!("addresses holds at most {MOST_ADDRESSES} ranges")));
    }
    Ok(given)
}

fn object_of(key: &KeyView) -> Object {
    Object::new("key", key.id, &key.label)
}

/// What is stored of a secret with 256 random bits: nothing slower is needed, nobody guesses those.
pub(crate) fn hash_of(secret: &str) -> Vec<u8> {
    digest(&SHA256, secret.as_bytes()).as_ref().to_vec()
}

/// Whether a secret is the one whose hash is stored; takes as long for any.
pub(crate) fn secret_fits(secret: &str, stored: &[u8]) -> bool {
    verify_slices_are_equal(&hash_of(secret), stored).is_ok()
}
