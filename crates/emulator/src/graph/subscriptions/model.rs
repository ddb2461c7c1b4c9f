//! What a subscription is, and where all of them are kept.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::permission::{READ_GROUPS, READ_USERS};
use super::deliver::Courier;
use crate::directory::Kind;

/// The longest life of a subscription to directory objects, in minutes.
pub(super) const MOST_MINUTES: u64 = 41_760;
/// The most subscriptions of an application in a tenant.
pub(super) const PER_APPLICATION: usize = 100;
/// The most subscriptions in a tenant.
pub(super) const PER_TENANT: usize = 1_000;

/// What a subscription watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Resource {
    /// Users or groups.
    pub kind: Kind,
    /// Only this object.
    pub id: Option<Uuid>,
    /// Only its membership.
    pub members: bool,
}

impl Resource {
    /// Reads `users`, `/groups/{id}/members` and kin.
    pub fn parse(path: &str) -> Option<Self> {
        let mut parts = path.trim_matches('/').split('/');
        let kind = match parts.next()?.to_ascii_lowercase().as_str() {
            "users" => Kind::User,
            "groups" => Kind::Group,
            _ => return None,
        };
        let id = match parts.next() {
            Some(id) => Some(Uuid::parse_str(id).ok()?),
            None => None,
        };
        let members = match (kind, parts.next().map(str::to_ascii_lowercase).as_deref()) {
            (_, None) => false,
            (Kind::Group, Some("members" | "owners")) => true,
            _ => return None,
        };
        parts.next().is_none().then_some(Self { kind, id, members })
    }

    /// What its creator must be allowed.
    pub fn permissions(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::User => READ_USERS,
            Kind::Group => READ_GROUPS,
        }
    }
}

/// One subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(super) id: Uuid,
    pub(super) tenant_id: Uuid,
    pub(super) app_id: Uuid,
    pub(super) creator_id: Uuid,
    pub(super) path: String,
    pub(super) resource: Resource,
    pub(super) changes: Vec<String>,
    pub(super) notification_url: String,
    pub(super) lifecycle_url: Option<String>,
    pub(super) client_state: Option<String>,
    pub(super) tls: Option<String>,
    pub(super) expires: Timestamp,
    pub(super) created: Timestamp,
    /// It was told to reauthorise.
    pub(super) warned: bool,
}

impl Subscription {
    /// As JSON. The client state is shown to its maker once.
    pub(super) fn shown(&self, fresh: bool) -> Value {
        json!({
            "id": self.id,
            "resource": self.path,
            "applicationId": self.app_id,
            "changeType": self.changes.join(","),
            "clientState": self.client_state.as_ref().filter(|_| fresh),
            "notificationUrl": self.notification_url,
            "notificationQueryOptions": null,
            "lifecycleNotificationUrl": self.lifecycle_url,
            "expirationDateTime": self.expires,
            "creatorId": self.creator_id,
            "includeResourceData": null,
            "latestSupportedTlsVersion": self.tls.as_deref().unwrap_or("v1_2"),
            "encryptionCertificate": null,
            "encryptionCertificateId": null,
            "notificationUrlAppId": null,
        })
    }
}

/// All subscriptions of a world, and how far each tenant's log was told.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    all: Mutex<Vec<Subscription>>,
    told: Mutex<HashMap<Uuid, u64>>,
    client: OnceLock<reqwest::Client>,
    running: AtomicBool,
    /// Who carries notifications.
    pub(super) courier: tokio::sync::Mutex<Courier>,
}

impl Subscriptions {
    fn all(&self) -> MutexGuard<'_, Vec<Subscription>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that match.
    pub(super) fn find(&self, wanted: impl Fn(&Subscription) -> bool) -> Vec<Subscription> {
        self.all().iter().filter(|one| wanted(one)).cloned().collect()
    }

    /// Adds one; the tenant's changes are told from `position` on if nobody listened before.
    pub(super) fn add(&self, subscription: Subscription, position: u64) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).entry(subscription.tenant_id).or_insert(position);
        self.all().push(subscription);
    }

    /// All of them, to be kept.
    pub(crate) fn stored(&self) -> Vec<Subscription> {
        self.all().clone()
    }

    /// Goes on with those that were kept. What happened meanwhile is told to nobody: each tenant's changes count from `position` on.
    pub(crate) fn restore(&self, kept: Vec<Subscription>, position: impl Fn(Uuid) -> Option<u64>) {
        for subscription in kept {
            if let Some(position) = position(subscription.tenant_id) {
                self.add(subscription, position);
            }
        }
    }

    /// Replaces the one of that id.
    pub(super) fn replace(&self, subscription: Subscription) {
        if let Some(slot) = self.all().iter_mut().find(|one| one.id == subscription.id) {
            *slot = subscription;
        }
    }

    /// Removes the one of that id.
    pub(super) fn remove(&self, id: Uuid) {
        self.all().retain(|one| one.id != id);
    }

    /// Takes the part of a tenant's log that was not told yet: from, and up to `position`.
    pub(super) fn advance(&self, tenant: Uuid, position: u64) -> Option<u64> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let from = told.get_mut(&tenant)?;
        let before = *from;
        // A replaced directory starts over.
        *from = position;
        Some(before.min(position))
    }

    /// The client for handshakes and notifications. It accepts any certificate: the listener is a developer's.
    pub(super) fn client(&self) -> reqwest::Client {
        let build = || {
            let builder = reqwest::Client::builder()
                .no_proxy()
                .tls_danger_accept_invalid_certs(true)
                .redirect(reqwest::redirect::Policy::none());
            builder.timeout(Duration::from_secs(10)).build().unwrap_or_default()
        };
        self.client.get_or_init(build).clone()
    }

    /// True for the first caller, who is to start the delivery.
    pub(super) fn claim(&self) -> bool {
        !self.running.swap(true, Ordering::SeqCst)
    }
}
