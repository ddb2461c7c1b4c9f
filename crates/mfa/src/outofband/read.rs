//! Where a person can be reached, out of Entra: read once for a sign-in, and only where that was granted.

use graph::{EmailMethod, GraphError, PhoneMethod, Priority};
use kernel::{Secret, Timestamp};
use serde_json::json;
use signals::Entry;
use tokio::time::timeout;
use uuid::Uuid;

use super::offers::Address;
use super::{Granted, Target};
use crate::error::MfaError;
use crate::model::{Account, Origin, Provider};
use crate::service::Mfa;
use crate::store::messages as rows;

/// Since when an address is that was there when it was first seen.
const ALWAYS: Timestamp = Timestamp::from_micros(0);

/// An address, and since when Entra says that it is.
type Read = (Target, Secret<String>, Option<Timestamp>);

impl Mfa {
    /// Where a person can be reached, for the length of a sign-in, or of a look at the portal. Nowhere, where that was not
    /// granted or Graph does not answer: then other ways are offered, and Graph is not asked again for a short while.
    pub(crate) async fn addresses(&self, provider: &Provider, account: &Account, id: Uuid) -> Vec<Address> {
        let kit = &self.out_of_band;
        if let Some(held) = kit.held.get(&id) {
            return held;
        }
        if kit.failed.contains_key(&id) {
            return Vec::new();
        }
        match timeout(kit.patience, self.read_addresses(provider, account)).await {
            Ok(Ok(Some(found))) => {
                kit.held.insert(id, found.clone());
                return found;
            }
            Ok(Ok(None)) => {}
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "nobody's addresses can be read");
            }
            Err(_) => tracing::warn!("Graph does not say in time where a person can be reached"),
        }
        kit.failed.insert(id, ());
        Vec::new()
    }

    /// The addresses; nothing where Graph refuses to tell them.
    async fn read_addresses(&self, provider: &Provider, account: &Account) -> Result<Option<Vec<Address>>, MfaError> {
        let tenant = self.parts.tenants.find(provider.organisation, provider.tenant).await?;
        if Granted::of(&tenant) != Granted::Granted {
            return Ok(Some(Vec::new()));
        }
        let client = self.parts.tenants.client(provider.organisation, provider.tenant).await?;
        let client = client.with_priority(Priority::Action);
        let both = (client.phone_methods(account.object_id).await, client.email_methods(account.object_id).await);
        let mut found = Vec::new();
        match both {
            (Ok(phones), Ok(emails)) => {
                found.extend(phones.into_iter().filter_map(phone));
                found.extend(emails.into_iter().filter_map(email));
            }
            // Whom Entra does not know has no addresses.
            (Err(GraphError::NotFound(_)), _) | (_, Err(GraphError::NotFound(_))) => {}
            (Err(error), _) | (_, Err(error)) => {
                self.parts.tenants.report(provider.organisation, provider.tenant, &error).await?;
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "Graph does not say where a person can be reached"
                );
                return Ok(None);
            }
        }
        self.observed(provider, account, found).await.map(Some)
    }

    /// Notes which addresses a person has, and tells since when.
    async fn observed(
        &self,
        provider: &Provider,
        account: &Account,
        found: Vec<Read>,
    ) -> Result<Vec<Address>, MfaError> {
        let (now, mut addresses) = (self.env().now(), Vec::with_capacity(found.len()));
        if found.is_empty() {
            return Ok(addresses);
        }
        let mut tx = self.store().begin().await?;
        let pepper = self.pepper(&mut tx, provider.tenant).await?;
        let known = rows::addresses(&mut tx, account.id).await?;
        for (target, text, created) in found {
            let hash = pepper.hash("address", text.expose());
            let before = known.iter().find(|(known, ..)| *known == target);
            let since = match before {
                Some((_, same, since)) if *same == hash => *since,
                None if known.is_empty() => ALWAYS,
                // Another one, or one more: whoever added it is not known to be the person.
                _ => {
                    let entry = Entry::act("mfa.address_changed").after(&json!({ "target": target }));
                    self.tell_of_person(&mut tx, account, &Origin::default(), entry).await?;
                    if before.is_none() { created.unwrap_or(now) } else { now }
                }
            };
            if before.is_none_or(|(_, same, _)| *same != hash) {
                rows::set_address(&mut tx, account.id, target, hash, since).await?;
            }
            addresses.push(Address { target, text, since: since.max(created.unwrap_or(ALWAYS)) });
        }
        tx.commit().await?;
        Ok(addresses)
    }
}

fn phone(method: PhoneMethod) -> Option<Read> {
    let target = match method.phone_type.as_deref()? {
        "mobile" => Target::Mobile,
        "alternateMobile" => Target::AlternateMobile,
        "office" => Target::Office,
        _ => return None,
    };
    Some((target, Secret::new(method.phone_number?), method.created_date_time))
}

fn email(method: EmailMethod) -> Option<Read> {
    Some((Target::Email, Secret::new(method.email_address?), method.created_date_time))
}
