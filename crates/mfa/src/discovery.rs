//! What Entra reads of us: the metadata document and our keys (eam.md §2; OpenID Connect Discovery 1.0 §3).

use serde_json::{Value, json};
use tenants::TenantId;

use crate::error::MfaError;
use crate::service::Mfa;

impl Mfa {
    /// The metadata document of a tenant's issuer.
    pub async fn metadata(&self, tenant: TenantId) -> Result<Value, MfaError> {
        self.provider(&mut self.store().read().await?, tenant).await?;
        let issuer = self.issuer(tenant);
        Ok(json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "jwks_uri": format!("{issuer}/keys"),
            "scopes_supported": ["openid"],
            "response_types_supported": ["id_token"],
            "response_modes_supported": ["form_post"],
            "grant_types_supported": ["implicit"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claim_types_supported": ["normal"],
            "claims_supported": ["iss", "aud", "sub", "nonce", "iat", "exp", "acr", "amr"],
            "claims_parameter_supported": true,
            "request_parameter_supported": false,
            "request_uri_parameter_supported": false,
        }))
    }

    /// The list of keys of a tenant's issuer (RFC 7517 §5).
    pub async fn key_list(&self, tenant: TenantId) -> Result<Value, MfaError> {
        Ok(json!({ "keys": self.published_keys(tenant).await? }))
    }
}
