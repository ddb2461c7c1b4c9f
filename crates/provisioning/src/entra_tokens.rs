//! Tokens that Entra itself issues when its administrator leaves the secret blank (scim.md §9.4).
//!
//! Off unless a connection takes them. Which connection is meant follows from tenant and audience, which no two
//! connections of one organisation share; who issued it is checked by the tenant's published keys, read from the
//! sign-in service's fixed address.

use std::sync::Arc;

use kernel::{OrganisationId, Timestamp};
use oidc::{Authority, Cloud, Expected, IssuedClaims, IssuedError};

use crate::door::authenticate::Refused;
use crate::door::known::Known;
use crate::error::ProvisioningError;
use crate::model::Connection;
use crate::service::Provisioning;
use crate::settings::EntraTokens;
use crate::store::connections;

impl Provisioning {
    /// Whose application a token of Entra's is for, if it is one.
    pub(crate) async fn by_entra_token(&self, token: &str, organisation: OrganisationId) -> Result<Known, Refused> {
        let claims = IssuedClaims::read_unverified(token).ok_or(Refused::stranger("this is no token of Entra's"))?;
        let Some((connection, wanted)) = self.taker(organisation, &claims).await? else {
            return Err(Refused::stranger("no connection takes tokens of this tenant and audience"));
        };
        let keys = self.issuer_keys().ok_or(Refused::stranger("tokens of Entra's are not taken by this server"))?;
        let cloud = self.cloud_of(&connection, &wanted).await?;
        let authority = Authority::of(&cloud).map_err(|error| ProvisioningError::Invalid(error.to_string()))?;
        let expected = Expected { authority: &authority, tenant: wanted.tenant_id, audience: &wanted.audience };
        match keys.check(token, &expected).await {
            Ok(claims) => Ok(Known {
                connection: Arc::new(connection),
                key: None,
                addresses: Arc::default(),
                ends_at: Some(Timestamp::from_seconds(claims.exp)),
            }),
            Err(IssuedError::Refused(why)) => Err(Refused::stranger(why)),
            Err(IssuedError::Unavailable(cause)) => Err(Refused::Failed(ProvisioningError::KeysUnavailable(cause))),
        }
    }

    /// The connection that takes a token with these claims; they are not checked yet.
    async fn taker(
        &self,
        organisation: OrganisationId,
        claims: &IssuedClaims,
    ) -> Result<Option<(Connection, EntraTokens)>, Refused> {
        let all = connections::list(&mut self.store().read().await?, organisation).await?;
        let taking = all.into_iter().filter_map(|connection| {
            let wanted = connection.settings.entra_tokens.clone()?;
            (wanted.tenant_id == claims.tid && wanted.audience == claims.aud).then_some((connection, wanted))
        });
        let taking: Vec<_> = taking.collect();
        // Two that fit would mean a guess.
        let Ok([only]) = <[_; 1]>::try_from(taking) else { return Ok(None) };
        Ok(Some(only))
    }

    /// Where the tenant lives: known where it is connected, else the world-wide cloud.
    async fn cloud_of(&self, connection: &Connection, wanted: &EntraTokens) -> Result<Cloud, Refused> {
        let connected = self.parts.tenants.list(connection.organisation).await.map_err(ProvisioningError::from)?;
        let own = connected.into_iter().find(|tenant| tenant.entra_id == wanted.tenant_id);
        Ok(own.map_or(Cloud::Global, |tenant| tenant.cloud))
    }
}
