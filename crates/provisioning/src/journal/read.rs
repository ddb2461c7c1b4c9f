//! Looking calls up: lists, one call, export, and how long they stay.

use std::time::Duration;

use futures_util::{Stream, stream};
use kernel::{May, Page, PageRequest, RequestId, Timestamp, text_enum};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::conclusion::{Conclusion, Facts, conclude};
use crate::cycles::{Count, Cycle, most_recent};
use crate::error::ProvisioningError;
use crate::model::{CallId, ConnectionId, KeyId};
use crate::operation::Operation;
use crate::permissions::ReadProvisioning;
use crate::service::Provisioning;
use crate::store::{calls as rows, connections};

/// Calls that one unit of work removes.
const PORTION: u64 = 5_000;
/// Calls whose dialect is looked at.
const DIALECTS_OF: usize = 10_000;

text_enum!(
    /// How a call was answered, roughly.
    pub enum StatusClass {
        /// 200 to 399.
        Success = "success",
        /// 400 and more.
        Failure = "failure",
        /// 400 to 499: what was sent is not taken.
        Refused = "refused",
        /// 500 and more: not now.
        Unavailable = "unavailable",
    }
);

impl StatusClass {
    /// The statuses from one to before the other.
    pub(crate) const fn range(self) -> (i64, i64) {
        match self {
            Self::Success => (0, 400),
            Self::Failure => (400, 1_000),
            Self::Refused => (400, 500),
            Self::Unavailable => (500, 1_000),
        }
    }
}

/// Which calls are wanted; everything that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Only of this connection.
    pub connection: Option<ConnectionId>,
    /// Only with such a status.
    pub status: Option<StatusClass>,
    /// Only with this meaning.
    pub operation: Option<Operation>,
    /// Only about this user or group, by its SCIM id.
    pub resource: Option<Uuid>,
    /// Only where the path, the query, the name or the explanation contains this.
    pub text: Option<String>,
    /// Only from this moment on.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
}

/// A call in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProvisioningCall)]
pub struct CallView {
    /// Its number.
    pub id: CallId,
    /// Of which connection.
    pub connection_id: ConnectionId,
    /// When it came.
    pub at: Timestamp,
    /// `GET`, `POST` …
    pub method: String,
    /// What stands behind the organisation in the address.
    pub path: String,
    /// The query part of the address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// What it meant.
    pub operation: Operation,
    /// The user or group that it was about: its SCIM id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<Uuid>,
    /// What people call that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// SCIM's kind of error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scim_type: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How many resources the list had in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results: Option<u64>,
    /// Which dialect was spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// From where it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// With which key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<KeyId>,
    /// In the course of which request: finds it in the server's log and in the audit trail.
    pub request_id: RequestId,
    /// What the client makes of the answer.
    pub conclusion: Conclusion,
}

impl CallView {
    /// With what the client makes of the answer.
    pub(crate) fn concluded(mut self) -> Self {
        self.conclusion = conclude(&Facts {
            operation: self.operation,
            status: self.status,
            scim_type: self.scim_type.as_deref(),
            detail: self.detail.as_deref(),
            results: self.results,
            dialect: self.dialect.as_deref(),
        });
        self
    }
}

/// A call with its bodies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProvisioningCallDetails)]
pub struct CallDetails {
    /// What lists show.
    #[serde(flatten)]
    pub call: CallView,
    /// The body as it was read, redacted; cut where it was long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub request: Option<Value>,
    /// The body of the answer, redacted; cut where it was long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub answer: Option<Value>,
}

impl CallDetails {
    pub(crate) fn new(call: CallView, request: Option<String>, answer: Option<String>) -> Self {
        let json = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { call, request: request.map(json), answer: answer.map(json) }
    }
}

/// How often a dialect was spoken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SpokenDialect)]
pub struct DialectView {
    /// `entra_default`, `entra_compliant`, `okta`, `other`.
    pub dialect: String,
    /// How many calls.
    pub calls: u64,
    /// The first of them.
    pub first_at: Timestamp,
    /// The last of them.
    pub last_at: Timestamp,
}

impl Provisioning {
    /// Calls, newest first.
    pub async fn list_calls(
        &self,
        may: &May<ReadProvisioning>,
        filter: &CallFilter,
        page: &PageRequest,
    ) -> Result<Page<CallView>, ProvisioningError> {
        Ok(rows::list(&mut self.store().read().await?, may.actor().organisation, filter, page).await?)
    }

    /// One call with its bodies.
    pub async fn get_call(&self, may: &May<ReadProvisioning>, id: CallId) -> Result<CallDetails, ProvisioningError> {
        let found = rows::find(&mut self.store().read().await?, may.actor().organisation, id).await?;
        found.ok_or(ProvisioningError::NotFound("call"))
    }

    /// Every matching call, newest first, a line each, read bit by bit.
    pub async fn export_calls(
        &self,
        may: &May<ReadProvisioning>,
        filter: CallFilter,
        format: directory::service::ExportFormat,
    ) -> Result<impl Stream<Item = Result<String, ProvisioningError>> + Send + use<>, ProvisioningError> {
        // What cannot be asked is refused before the answer begins.
        self.list_calls(may, &filter, &PageRequest::first(1)).await?;
        let first = (self.clone(), may.clone(), Some(PageRequest::first(PageRequest::MOST)));
        Ok(stream::try_unfold(first, move |(provisioning, may, page)| {
            let filter = filter.clone();
            async move {
                let Some(page) = page else { return Ok(None) };
                let found = provisioning.list_calls(&may, &filter, &page).await?;
                let head = page.after.is_none();
                let text = super::export::lines(format, head, &found.items);
                let next = found.next.map(|next| PageRequest::new(PageRequest::MOST, Some(next)));
                Ok(Some((text, (provisioning, may, next))))
            }
        }))
    }

    /// Which dialects a connection's client speaks, among its newest calls.
    pub async fn list_dialects(
        &self,
        may: &May<ReadProvisioning>,
        connection: ConnectionId,
    ) -> Result<Vec<DialectView>, ProvisioningError> {
        let mut tx = self.store().read().await?;
        connections::find(&mut tx, may.actor().organisation, connection)
            .await?
            .ok_or(ProvisioningError::NoSuchConnection)?;
        let found = rows::dialects(&mut tx, connection, DIALECTS_OF).await?;
        let view = |(dialect, calls, first_at, last_at)| DialectView { dialect, calls, first_at, last_at };
        Ok(found.into_iter().map(view).collect())
    }

    /// The last cycles of a connection, newest first: calls with little time between them, counted.
    pub async fn list_push_cycles(
        &self,
        may: &May<ReadProvisioning>,
        connection: ConnectionId,
        most: usize,
    ) -> Result<Vec<Cycle>, ProvisioningError> {
        let mut tx = self.store().read().await?;
        connections::find(&mut tx, may.actor().organisation, connection)
            .await?
            .ok_or(ProvisioningError::NoSuchConnection)?;
        let mut count = Count::new(most.clamp(1, most_recent()));
        let mut before = None;
        while !count.is_complete() {
            let steps = rows::steps(&mut tx, connection, before, 5_000).await?;
            let Some((last, _)) = steps.last() else { break };
            before = Some(*last);
            for (_, step) in &steps {
                count.add(step);
            }
        }
        Ok(count.finish())
    }

    /// Removes calls that are older than their connection's settings say.
    pub(crate) async fn prune_calls(&self) -> Result<(), ProvisioningError> {
        let now = self.env().now();
        let all = connections::list_all(&mut self.store().read().await?).await?;
        for connection in all {
            let kept = Duration::from_hours(24 * u64::from(connection.settings.keep_calls_days));
            loop {
                let mut tx = self.store().begin().await?;
                let removed = rows::prune(&mut tx, connection.id, now.minus(kept), PORTION).await?;
                tx.commit().await?;
                if removed < PORTION {
                    break;
                }
            }
        }
        Ok(())
    }
}
