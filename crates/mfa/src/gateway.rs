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
//!
//! What became of a message is learnt afterwards, where that is switched on: the gateway posts a receipt to an address that it
//! alone was told.

mod call;
pub mod receipts;
mod template;

use kernel::{Actor, May, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::Tx;
use tenants::Tenant;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use call::Taken;
pub use receipts::Receipts;
pub use template::{BodyFormat, GatewayMethod, Header, Template, Values};

use crate::authorize::hash_of;
use crate::error::MfaError;
use crate::model::FactorKind;
use crate::permissions::ChangeProvider;
use crate::service::Mfa;
use crate::store::gateways as rows;

/// Where the addresses for receipts begin, below the public address of the server.
const RECEIPTS: &str = "/api/v1/mfa/receipts/";
/// Random bytes of such an address.
const TOKEN: usize = 32;

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
    pub(crate) receipts: Option<Receipts>,
    pub(crate) secret: Option<Vec<u8>>,
    pub(crate) receipt_since: Option<Timestamp>,
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
    /// How its receipts are read; absent: it is not listened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipts: Option<Receipts>,
    /// Since when the address counts that it tells receipts to; absent: it was given none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_address_since: Option<Timestamp>,
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
    /// How its receipts are read; left out: it is not listened to.
    #[serde(default)]
    pub receipts: Option<Receipts>,
    /// Its secret; left out: as it is.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub secret: Option<Secret<String>>,
    /// The version that was read; left out: whatever there is.
    #[serde(default)]
    pub version: Option<i64>,
}

impl StoredGateway {
    /// Whether a template leads to another host than this one, which has a secret.
    fn leads_elsewhere(&self, template: &Template) -> bool {
        self.secret.is_some() && template.origin() != self.template.origin()
    }

    /// What may be shown.
    pub(crate) fn view(self) -> GatewayView {
        GatewayView {
            way: self.way,
            template: self.template,
            receipts: self.receipts,
            receipt_address_since: self.receipt_since,
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
        update.receipts.as_ref().map_or(Ok(()), Receipts::validate)?;
        let (actor, kind) = (may.actor(), FactorKind::from(way));
        let tenant = self.parts.tenants.find(actor.organisation, may.tenant).await?;
        let mut tx = self.store().begin().await?;
        let before = rows::find(&mut tx, actor.organisation, tenant.id, kind).await?;
        if update.version.is_some_and(|read| before.as_ref().map(|before| before.version) != Some(read)) {
            return Err(MfaError::Stale);
        }
        if update.secret.is_none() && before.as_ref().is_some_and(|before| before.leads_elsewhere(&update.template)) {
            let why = "the address leads to another host: enter the secret again, it would be handed to that one";
            return Err(MfaError::Invalid(why.to_owned()));
        }
        let id = before.as_ref().map_or_else(|| Uuid::from_bytes(self.env().rng.bytes()), |before| before.id);
        let fresh = update.secret.map(|secret| self.sealer().seal(rows::place(id), secret.expose().as_bytes()));
        let after = StoredGateway {
            id,
            way: kind,
            template: update.template,
            receipts: update.receipts,
            receipt_since: before.as_ref().and_then(|before| before.receipt_since),
            secret: fresh.or_else(|| before.as_ref().and_then(|before| before.secret.clone())),
            changed_at: self.env().now(),
            version: before.as_ref().map_or(0, |before| before.version) + 1,
        };
        if !rows::put(&mut tx, actor.organisation, tenant.id, &after).await? {
            return Err(MfaError::Stale);
        }
        let (before, after) = (before.map(StoredGateway::view), after.view());
        self.tell_of_gateway(&mut tx, actor, &tenant, (before.as_ref(), &after)).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// A fresh address for a gateway's receipts, shown this once; the one before counts no longer.
    pub async fn renew_receipt_address(&self, may: &May<ChangeProvider>, way: Way) -> Result<Secret<String>, MfaError> {
        let (actor, now) = (may.actor(), self.env().now());
        let tenant = self.parts.tenants.find(actor.organisation, may.tenant).await?;
        let mut tx = self.store().begin().await?;
        let before = rows::find(&mut tx, actor.organisation, tenant.id, way.into()).await?;
        let before = before.ok_or(MfaError::NotFound("gateway"))?;
        if before.receipts.is_none() {
            return Err(MfaError::Conflict("the gateway has no receipts: say first how they are read".to_owned()));
        }
        let token = self.env().rng.token::<TOKEN>();
        rows::set_receipt_hash(&mut tx, before.id, hash_of(&token), now).await?;
        let after = StoredGateway { receipt_since: Some(now), ..before.clone() }.view();
        self.tell_of_gateway(&mut tx, actor, &tenant, (Some(&before.view()), &after)).await?;
        tx.commit().await?;
        Ok(Secret::new(format!("{}{RECEIPTS}{token}", self.parts.url)))
    }

    async fn tell_of_gateway(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        tenant: &Tenant,
        (before, after): (Option<&GatewayView>, &GatewayView),
    ) -> Result<(), MfaError> {
        let entry = Entry::act("mfa.gateway_changed").object(Object::new("tenant", tenant.id, &tenant.name));
        Ok(self.tell(tx, actor, entry.change_of(before, Some(after))).await?)
    }

    /// Whose address for receipts a token belongs to, where they are switched on.
    pub(crate) async fn receipt_gateway(&self, tx: &mut Tx, token: &str) -> Result<(Uuid, Receipts), MfaError> {
        let found = rows::find_by_receipt_hash(tx, hash_of(token)).await?;
        let receipts = found.and_then(|gateway| Some((gateway.id, gateway.receipts?)));
        receipts.ok_or(MfaError::NotFound("address"))
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
