//! The room's door for routes, pages and timers. What it does is in the modules beside it.

use std::sync::Arc;

use directory::Directory;
use kernel::Env;
use moka::sync::Cache;
use oidc::{IssuerKeys, SigningKey};
use store::worker::Handler;
use store::{Sealer, Store};
use tenants::{TenantId, Tenants};
use web::RateLimit;

use crate::campaigns::SendHandler;
use crate::config::Config;
use crate::devices::{Resets, resets};
use crate::error::MfaError;
use crate::model::KeyId;
use crate::notices::TellHandler;
use crate::outlet::Outlet;
use crate::outofband::{OutOfBandKit, Post};
use crate::push::web::SendWebPushHandler;
use crate::register::RegisterHandler;
use crate::risk::ReadHandler;

/// What the room is built from.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Clock and chance.
    pub env: Env,
    /// Seals seeds and private keys.
    pub sealer: Sealer,
    /// The section of the configuration.
    pub config: Config,
    /// Connected tenants.
    pub tenants: Tenants,
    /// The directory: who is disabled, who is in which group.
    pub directory: Directory,
    /// Entra's keys, by which hints are checked.
    pub issuer_keys: IssuerKeys,
    /// Where people reach this server, without a slash at its end.
    pub url: String,
}

/// How many keys of ours are kept ready to sign.
const READY_KEYS: u64 = 1_000;
/// Refused requests that are written down, from one address: a minute, and at once.
const FAULTS: (u32, u32) = (300, 300);

/// The second factor. Cheap to clone. Its verbs stand in the files of their nouns.
#[derive(Clone)]
pub struct Mfa {
    pub(crate) parts: Arc<Parts>,
    /// Keys of ours, ready to sign; a key that is no longer published is never asked for.
    pub(crate) ready: Cache<KeyId, Arc<SigningKey>>,
    /// What is written down of requests that are refused before anybody is asked.
    pub(crate) faults: RateLimit,
    /// What codes are sent by, and the addresses of sign-ins under way.
    pub(crate) out_of_band: OutOfBandKit,
    /// Since when remembered browsers count.
    pub(crate) resets: Resets,
    /// The way out to push services; none where there is none.
    pub(crate) outlet: Option<Outlet>,
}

impl Mfa {
    /// The room over its parts.
    pub fn new(parts: Parts) -> Self {
        let (count, burst) = FAULTS;
        Self {
            parts: Arc::new(parts),
            ready: Cache::new(READY_KEYS),
            faults: RateLimit::per_minute(count, burst),
            out_of_band: OutOfBandKit::new(None),
            resets: resets(),
            outlet: None,
        }
    }

    /// The same, with what codes are sent by.
    #[must_use]
    pub fn with_post(self, post: Post) -> Self {
        Self { out_of_band: OutOfBandKit::new(Some(post)), ..self }
    }

    /// The same, with a way out to push services.
    #[must_use]
    pub fn with_outlet(self, outlet: Outlet) -> Self {
        Self { outlet: Some(outlet), ..self }
    }

    /// The issuer of a tenant: what Entra reads our metadata under, without the well-known suffix.
    pub fn issuer(&self, tenant: TenantId) -> String {
        format!("{}/mfa/{tenant}", self.parts.url)
    }

    /// What the room does without a caller.
    pub fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        vec![
            Arc::new(TellHandler(self.clone())),
            Arc::new(SendHandler(self.clone())),
            Arc::new(ReadHandler(self.clone())),
            Arc::new(RegisterHandler(self.clone())),
            Arc::new(SendWebPushHandler(self.clone())),
        ]
    }

    /// Forgets what is over: sign-ins, hints and nonces, temporary codes, and attempts that were kept long enough. A timer's work.
    pub async fn prune(&self) -> Result<u64, MfaError> {
        Ok(self.prune_transactions().await? + self.prune_codes().await? + self.prune_attempts().await?)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub(crate) fn env(&self) -> &Env {
        &self.parts.env
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.parts.sealer
    }

    pub(crate) fn config(&self) -> &Config {
        &self.parts.config
    }
}
