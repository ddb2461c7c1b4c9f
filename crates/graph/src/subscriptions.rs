//! Change notifications: what Graph is asked to tell, where to, and for how long (`/subscriptions`).
//!
//! What it deliberately does not do: receive, or believe, a notification. Permission: to read what is watched; for
//! groups Microsoft names `Group.Read.All`.

use std::fmt;
use std::time::Duration;

use kernel::{Secret, Timestamp};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::call::Call;
use crate::client::Client;
use crate::error::GraphError;
use crate::query::Query;

/// The longest that a subscription to users or groups lives (Graph, resource type `subscription`: 41,760 minutes).
pub const LONGEST_SUBSCRIPTION: Duration = Duration::from_hours(696);
/// More of these than Graph gives one application in one tenant.
const MOST: usize = 1_000;

/// What Graph is asked to tell.
#[derive(Clone)]
pub struct NewSubscription {
    /// `users` or `groups`.
    pub resource: &'static str,
    /// Where notifications are posted to, those about the subscription itself too. Graph calls it before it agrees.
    pub notification_url: String,
    /// What each notification will carry, so that it can be told from a stranger's; at most 128 characters.
    pub client_state: Secret<String>,
    /// Until when.
    pub expires_at: Timestamp,
}

impl fmt::Debug for NewSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewSubscription").field("resource", &self.resource).finish_non_exhaustive()
    }
}

/// A subscription as Graph shows it. What it must carry is never shown again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Graph's id of it.
    pub id: String,
    /// What is watched.
    pub resource: String,
    /// Where notifications are posted to.
    pub notification_url: Option<String>,
    /// Until when.
    #[serde(rename = "expirationDateTime")]
    pub expires_at: Timestamp,
}

impl Client {
    /// Asks to be told of changes. Graph calls the address before it answers.
    ///
    /// Creation and soft deletion are told as `updated`; `deleted` is the end of an object.
    pub async fn create_subscription(&self, new: &NewSubscription) -> Result<Subscription, GraphError> {
        let body = json!({
            "changeType": "updated,deleted",
            "resource": new.resource,
            "notificationUrl": new.notification_url,
            "lifecycleNotificationUrl": new.notification_url,
            "clientState": new.client_state.expose(),
            "expirationDateTime": new.expires_at,
            "latestSupportedTlsVersion": "v1_2",
        });
        let url = self.root().path(&["subscriptions"], "");
        self.send(Call::new(self, Method::POST, url).json(&body)).await?.json()
    }

    /// This application's own subscriptions in the tenant.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, GraphError> {
        self.list(&["subscriptions"], &Query::new()).all(MOST).await
    }

    /// Lets a subscription live on, which also says again that we may be told; `None` when Graph has it no more.
    pub async fn renew_subscription(
        &self,
        id: &str,
        expires_at: Timestamp,
    ) -> Result<Option<Subscription>, GraphError> {
        let url = self.root().path(&["subscriptions", id], "");
        let call = Call::new(self, Method::PATCH, url).json(&json!({ "expirationDateTime": expires_at }));
        match self.send(call).await {
            Ok(answer) => answer.json().map(Some),
            Err(GraphError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Ends a subscription; one that Graph has no more is ended.
    pub async fn delete_subscription(&self, id: &str) -> Result<(), GraphError> {
        let url = self.root().path(&["subscriptions", id], "");
        match self.send(Call::new(self, Method::DELETE, url)).await {
            Ok(_) | Err(GraphError::NotFound(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
