//! How text messages and calls leave: an HTTP call of anybody's gateway, by a template.
//!
//! | in the template | becomes |
//! |---|---|
//! | `{to}` | the number: `+46701234567` |
//! | `{code}`, `{spoken}` | the code: `123456`, `1 2 3 4 5 6` |
//! | `{text}` | what is said, with the code in it |
//! | `{secret}` | the gateway's secret, which is sealed and shown nowhere |
//!
//! What is filled in is escaped for where it stands: the address, a header, JSON, a form. No value can reach beyond its place.
//! Redirects are not followed, and nothing goes out unencrypted but to this very machine.

mod call;
mod template;

use kernel::{May, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use utoipa::ToSchema;
use uuid::Uuid;

pub use template::{BodyFormat, GatewayMethod, Header, Template, Values};

use crate::error::MfaError;
use crate::model::FactorKind;
use crate::permissions::ChangeProvider;
use crate::service::Mfa;
use crate::store::gateways as rows;

kernel::text_enum!(
    /// What a gateway delivers.
    pub enum Way {
        /// Text messages.
        Sms = "sms",
        /// Calls in which the code is spoken.
        Voice = "voice",
    }
);

impl From<Way> for FactorKind {
    fn from(way: Way) -> Self {
        match way {
            Way::Sms => Self::Sms,
            Way::Voice => Self::Voice,
        }
    }
}

/// A gateway as it is stored.
#[derive(Debug, Clone)]
pub struct StoredGateway {
    pub(crate) id: Uuid,
    pub(crate) way: FactorKind,
    pub(crate) template: Template,
    pub(crate) secret: Option<Vec<u8>>,
    pub(crate) changed_at: Timestamp,
    pub(crate) version: i64,
}

/// A gateway, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaGateway)]
pub struct GatewayView {
    /// What it delivers.
    pub way: FactorKind,
    /// How it is called.
    pub template: Template,
    /// Whether it has a secret.
    pub has_secret: bool,
    /// Last changed.
    pub changed_at: Timestamp,
    /// To be sent back with a change.
    pub version: i64,
}

/// How a gateway is to be called.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaGatewayUpdate)]
pub struct GatewayUpdate {
    /// How it is called.
    pub template: Template,
    /// Its secret; left out: as it is.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub secret: Option<Secret<String>>,
    /// The version that was read; left out: whatever there is.
    #[serde(default)]
    pub version: Option<i64>,
}

impl StoredGateway {
    /// What may be shown.
    pub(crate) fn view(self) -> GatewayView {
        GatewayView {
            way: self.way,
            template: self.template,
            has_secret: self.secret.is_some(),
            changed_at: self.changed_at,
            version: self.version,
        }
    }
}

impl Mfa {
    /// Sets up or changes the gateway of a tenant's text messages or calls.
    pub async fn put_gateway(
        &self,
        may: &May<ChangeProvider>,
        way: Way,
        update: GatewayUpdate,
    ) -> Result<GatewayView, MfaError> {
        update.template.validate()?;
        let (actor, kind) = (may.actor(), FactorKind::from(way));
        let tenant = self.parts.tenants.find(actor.organisation, may.tenant).await?;
        let mut tx = self.store().begin().await?;
        let before = rows::find(&mut tx, actor.organisation, tenant.id, kind).await?;
        if update.version.is_some_and(|read| before.as_ref().map(|before| before.version) != Some(read)) {
            return Err(MfaError::Stale);
        }
        let id = before.as_ref().map_or_else(|| Uuid::from_bytes(self.env().rng.bytes()), |before| before.id);
        let fresh = update.secret.map(|secret| self.sealer().seal(rows::place(id), secret.expose().as_bytes()));
        let after = StoredGateway {
            id,
            way: kind,
            template: update.template,
            secret: fresh.or_else(|| before.as_ref().and_then(|before| before.secret.clone())),
            changed_at: self.env().now(),
            version: before.as_ref().map_or(0, |before| before.version) + 1,
        };
        rows::put(&mut tx, actor.organisation, tenant.id, &after).await?;
        let (before, after) = (before.map(StoredGateway::view), after.view());
        let entry = Entry::act("mfa.gateway_changed").object(Object::new("tenant", tenant.id, &tenant.name));
        self.tell(&mut tx, actor, entry.change_of(before.as_ref(), Some(&after))).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Takes the gateway of a tenant's text messages or calls away: nothing is sent that way any more.
    pub async fn delete_gateway(&self, may: &May<ChangeProvider>, way: Way) -> Result<(), MfaError> {
        let (actor, kind) = (may.actor(), FactorKind::from(way));
        let tenant = self.parts.tenants.find(actor.organisation, may.tenant).await?;
        let mut tx = self.store().begin().await?;
        let before = rows::find(&mut tx, actor.organisation, tenant.id, kind).await?;
        let before = before.ok_or(MfaError::NotFound("gateway"))?;
        rows::delete(&mut tx, before.id).await?;
        let entry = Entry::act("mfa.gateway_removed").object(Object::new("tenant", tenant.id, &tenant.name));
        self.tell(&mut tx, actor, entry.change_of(Some(&before.view()), None::<&GatewayView>)).await?;
        Ok(tx.commit().await?)
    }

    /// A gateway's secret; empty where it has none.
    pub(crate) fn gateway_secret(&self, gateway: &StoredGateway) -> Result<Secret<String>, MfaError> {
        match &gateway.secret {
            Some(sealed) => Ok(self.sealer().open_text(rows::place(gateway.id), sealed)?),
            None => Ok(Secret::new(String::new())),
        }
    }
}

#[cfg(test)]
mod tests;
