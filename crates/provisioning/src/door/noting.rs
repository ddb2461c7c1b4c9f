//! What the journal is told of a call.

use std::time::Duration;

use axum::http::request::Parts;
use kernel::Timestamp;
use scim::dialect::{Envelope, observe};
use web::RequestContext;

use super::Outcome;
use crate::journal::Note;
use crate::service::Provisioning;

impl Provisioning {
    /// Tells the journal of calls that belong to a connection.
    pub(super) fn note(
        &self,
        outcome: &Outcome,
        context: &RequestContext,
        parts: &Parts,
        (at, took): (Timestamp, Duration),
    ) {
        let Some((connection, key)) = &outcome.caller else { return };
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let envelope = Envelope {
            query: parts.uri.query(),
            user_agent: header("user-agent"),
            has_adscim_version: parts.headers.contains_key("adscimversion"),
        };
        self.journal().note(&Note {
            organisation: connection.organisation,
            connection: connection.id,
            at,
            method: parts.method.as_str(),
            path: &outcome.path,
            query: parts.uri.query().unwrap_or_default(),
            request: outcome.request.as_ref(),
            status: outcome.reply.status.as_u16(),
            error: outcome.reply.error.as_ref(),
            answer: outcome.reply.body.as_deref(),
            about: outcome.reply.about.as_ref().map(|(id, name)| (*id, name.as_str())),
            dialect: Some(observe(&envelope, outcome.request.as_ref()).dialect.as_str()),
            took,
            address: context.address,
            key: *key,
            request_id: context.request_id,
            keep_bodies: connection.settings.keep_bodies,
        });
    }
}
