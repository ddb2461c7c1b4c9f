//! Access tokens for keys: OAuth 2.0 client credentials (RFC 6749 §4.4). Opaque, stored as a hash, gone with their key.

use std::net::IpAddr;
use std::time::Duration;

use kernel::{OrganisationId, Secret};

use crate::door::authenticate::{Caller, Refused, TOKEN_PREFIX, allows, fingerprint};
use crate::service::Provisioning;
use crate::store::tokens as rows;

/// A token that has just been given.
#[derive(Debug)]
pub(crate) struct Issued {
    pub token: Secret<String>,
    /// For how long it works.
    pub lifetime: Duration,
    /// For which key.
    pub caller: Caller,
}

impl Provisioning {
    /// Gives an access token for a key.
    pub(crate) async fn issue_token(
        &self,
        organisation: Option<OrganisationId>,
        address: Option<IpAddr>,
        (key, secret): (&str, &str),
    ) -> Result<Issued, Refused> {
        let known = self.by_key(key, secret).await?;
        let Some(id) = known.key.filter(|_| Some(known.connection.organisation) == organisation) else {
            return Err(Refused::known("the key is another organisation's", &known.connection, known.key));
        };
        if !allows(&known, address) {
            return Err(Refused::known("the key may not be used from this address", &known.connection, known.key));
        }
        let token = Secret::new(format!("{TOKEN_PREFIX}{}", self.env().rng.token::<32>()));
        let lifetime = Duration::from_mins(u64::from(self.config().token_minutes));
        let now = self.env().now();
        let mut tx = self.store().begin().await?;
        rows::insert(&mut tx, fingerprint(token.expose()).to_vec(), id, now.plus(lifetime)).await?;
        tx.commit().await?;
        self.door().uses.note(known.connection.id, known.key, now, address);
        Ok(Issued { token, lifetime, caller: (known.connection, known.key) })
    }
}
