//! The ids and the time that every login answer carries, and the envelope of its errors.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue};
use kernel::Timestamp;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;
use uuid::Uuid;

use super::aadsts::AadError;
use crate::World;

/// The ids and the time one answer carries.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The service's id of the request.
    pub trace_id: Uuid,
    /// The client's id, when it sent one.
    pub correlation_id: Uuid,
    /// The emulated time.
    pub now: Timestamp,
    by_space: bool,
}

impl Trace {
    /// For one request. Whether the JSON echoes `client-request-id` is not documented; here it does.
    pub fn of(world: &Arc<World>, headers: &HeaderMap) -> Self {
        let sent = headers.get("client-request-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
        Self {
            trace_id: world.guid(),
            correlation_id: sent.unwrap_or_else(|| world.guid()),
            now: world.clock.now(),
            by_space: world.switches().error_parts_by_space,
        }
    }

    /// `YYYY-MM-DD HH:MM:SSZ`.
    pub fn timestamp(&self) -> String {
        let moment = OffsetDateTime::from(self.now);
        moment.format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z")).unwrap_or_default()
    }

    /// The whole `error_description`.
    pub fn description(&self, error: &AadError) -> String {
        let gap = if self.by_space { " " } else { "\r\n" };
        format!(
            "{}{gap}Trace ID: {}{gap}Correlation ID: {}{gap}Timestamp: {}",
            error.headline(),
            self.trace_id,
            self.correlation_id,
            self.timestamp()
        )
    }

    /// The JSON answer.
    pub fn answer(&self, error: &AadError) -> Response {
        let mut body = Map::new();
        body.insert("error".to_owned(), json!(error.error));
        body.insert("error_description".to_owned(), json!(self.description(error)));
        body.insert("error_codes".to_owned(), json!([error.code]));
        body.insert("timestamp".to_owned(), json!(self.timestamp()));
        body.insert("trace_id".to_owned(), json!(self.trace_id));
        body.insert("correlation_id".to_owned(), json!(self.correlation_id));
        if error.has_page {
            body.insert(
                "error_uri".to_owned(),
                json!(format!("https://login.microsoftonline.com/error?code={}", error.code)),
            );
        }
        if let Some(suberror) = error.suberror {
            body.insert("suberror".to_owned(), json!(suberror));
        }
        if let Some(claims) = &error.claims {
            body.insert("claims".to_owned(), json!(claims));
        }
        self.marked((error.status, Json(Value::Object(body))).into_response())
    }

    /// The same answer with the headers every login answer has.
    pub fn marked(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        for (name, value) in [("cache-control", "no-store, no-cache"), ("pragma", "no-cache"), ("expires", "-1")] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        for (name, id) in [("x-ms-request-id", self.trace_id), ("client-request-id", self.correlation_id)] {
            if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}
