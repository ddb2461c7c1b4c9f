//! Who calls. Whatever is wrong with what was shown, the answer is the same; why is told to the log, and to the journal
//! where the caller has shown a secret that was right once.
//!
//! | shown | is |
//! |---|---|
//! | `vk_…:secret` | a key |
//! | `vt_…` | an access token that was given for a key |
//! | three parts with dots | a token that Entra issued, where the connection takes them |

use std::net::IpAddr;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use kernel::{Actor, OrganisationId, RequestId};
use store::StoreError;

use super::known::{Known, Shown};
use super::too_many;
use crate::error::ProvisioningError;
use crate::keys::secret_fits;
use crate::model::{Connection, KeyId};
use crate::pusher::Pusher;
use crate::service::Provisioning;
use crate::store::{keys, tokens};

/// What every access token begins with.
pub(crate) const TOKEN_PREFIX: &str = "vt_";

/// Whose connection it is, and with which key they came.
pub(crate) type Caller = (Arc<Connection>, Option<KeyId>);

/// Why nobody comes in.
#[derive(Debug)]
pub(crate) enum Refused {
    /// What was shown does not count.
    Stranger {
        /// For the log.
        why: &'static str,
        /// Whose secret was right, but does not count here, now or from this address.
        known: Option<Caller>,
    },
    /// It cannot be known for now.
    Failed(ProvisioningError),
}

impl Refused {
    pub(crate) const fn stranger(why: &'static str) -> Self {
        Self::Stranger { why, known: None }
    }

    pub(crate) fn known(why: &'static str, connection: &Arc<Connection>, key: Option<KeyId>) -> Self {
        Self::Stranger { why, known: Some((connection.clone(), key)) }
    }
}

impl From<ProvisioningError> for Refused {
    fn from(error: ProvisioningError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Where a call comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub organisation: Option<OrganisationId>,
    pub request_id: RequestId,
    pub address: Option<IpAddr>,
}

impl Provisioning {
    /// Who calls, by the header `Authorization`.
    pub(crate) async fn authenticate(&self, headers: &HeaderMap, origin: Origin) -> Result<Pusher, Refused> {
        let shown = bearer(headers)?;
        let organisation = origin.organisation.ok_or(Refused::stranger("the address names no organisation"))?;
        let known = self.known(shown, organisation, origin.address).await?;
        if !allows(&known, origin.address) {
            return Err(Refused::known("the key may not be used from this address", &known.connection, known.key));
        }
        let connection = known.connection;
        self.door().uses.note(connection.id, known.key, self.env().now(), origin.address);
        let actor =
            Actor::source(connection.id, connection.name.as_str(), organisation, origin.request_id, origin.address);
        Ok(Pusher { base: self.base_of(organisation).into(), key: known.key, actor, connection })
    }

    async fn known(
        &self,
        shown: &str,
        organisation: OrganisationId,
        address: Option<IpAddr>,
    ) -> Result<Known, Refused> {
        let now = self.env().now();
        let place: Shown = (fingerprint(shown), organisation);
        let age = match self.door().callers.find(&place, now) {
            Ok(known) => return Ok(known),
            Err(age) => age,
        };
        if let Some(wait) = too_many(&self.door().look_ups, address) {
            return Err(Refused::Failed(wait.into()));
        }
        let known = if let Some((key, secret)) = shown.split_once(':') {
            self.by_key(key, secret).await?
        } else if shown.starts_with(TOKEN_PREFIX) {
            self.by_token(shown).await?
        } else if shown.split('.').count() == 3 {
            self.by_entra_token(shown, organisation).await?
        } else {
            return Err(Refused::stranger("this is neither a key nor a token"));
        };
        if known.connection.organisation != organisation {
            return Err(Refused::known("the key is another organisation's", &known.connection, known.key));
        }
        self.door().callers.remember(age, place, now, &known);
        Ok(known)
    }

    /// Whose key it is, if it is right and works.
    pub(crate) async fn by_key(&self, key: &str, secret: &str) -> Result<Known, Refused> {
        let id = KeyId::read(key).ok_or(Refused::stranger("this is no key"))?;
        let found = keys::find_shown(&mut self.store().read().await?, id, self.env().now()).await?;
        let found = found.ok_or(Refused::stranger("there is no such key"))?;
        if !secret_fits(secret, &found.secret_hash) {
            return Err(Refused::stranger("the secret is wrong"));
        }
        working(found)
    }

    async fn by_token(&self, token: &str) -> Result<Known, Refused> {
        let now = self.env().now();
        let mut tx = self.store().read().await?;
        let found = tokens::find(&mut tx, fingerprint(token).to_vec()).await?;
        let (key, ends_at) = found.ok_or(Refused::stranger("there is no such access token"))?;
        let found = keys::find_shown(&mut tx, key, now).await?.ok_or(Refused::stranger("the token's key is gone"))?;
        let known = working(found)?;
        if ends_at <= now {
            return Err(Refused::known("the access token has ended", &known.connection, known.key));
        }
        Ok(Known { ends_at: Some(known.ends_at.map_or(ends_at, |end| end.min(ends_at))), ..known })
    }
}

fn working(found: keys::Found) -> Result<Known, Refused> {
    let (key, connection) = (found.key, Arc::new(found.connection));
    if key.works {
        let addresses = key.addresses.into();
        return Ok(Known { connection, key: Some(key.id), addresses, ends_at: key.expires_at });
    }
    let why = if key.revoked_at.is_some() { "the key was revoked" } else { "the key has expired" };
    Err(Refused::known(why, &connection, Some(key.id)))
}

/// Calls without an address are in process.
pub(crate) fn allows(known: &Known, address: Option<IpAddr>) -> bool {
    known.addresses.is_empty()
        || address.is_none_or(|address| known.addresses.iter().any(|network| network.contains(address)))
}

/// What stands behind `Bearer`, in any case.
fn bearer(headers: &HeaderMap) -> Result<&str, Refused> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let line = lines.next().ok_or(Refused::stranger("nothing was shown"))?;
    if lines.next().is_some() {
        return Err(Refused::stranger("two things were shown"));
    }
    let (scheme, shown) = line.to_str().ok().and_then(|line| line.split_once(' ')).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refused::stranger("the scheme is not Bearer"));
    }
    Ok(shown.trim())
}

pub(crate) fn fingerprint(text: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    hash
}
