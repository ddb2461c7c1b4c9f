//! Lifecycle notifications: whoever gave an address for them is told to reauthorise before the end.

use std::time::Duration;

use kernel::Timestamp;
use serde_json::{Value, json};

use super::model::Subscription;

/// Whether it is time to tell: within the last tenth of the subscription's life.
pub(super) fn is_due(subscription: &Subscription, now: Timestamp) -> bool {
    let life = subscription.expires.since(subscription.created);
    let left = subscription.expires.since(now);
    subscription.lifecycle_url.is_some() && !subscription.warned && left > Duration::ZERO && left <= life / 10
}

/// What is told.
pub(super) fn notice(subscription: &Subscription) -> Value {
    json!({
        "subscriptionId": subscription.id,
        "subscriptionExpirationDateTime": subscription.expires,
        "tenantId": subscription.tenant_id,
        "clientState": subscription.client_state,
        "lifecycleEvent": "reauthorizationRequired",
    })
}
