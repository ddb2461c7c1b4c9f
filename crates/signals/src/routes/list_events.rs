//! `GET /api/v1/signals/events`: follow the log.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use kernel::OrganisationId;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, FieldError, Json, Problem, Problems, Query, RequestContext};

use super::split;
use crate::cloudevents::{self, CloudEvent};
use crate::permissions::ReadEvents;
use crate::service::{Followed, MOST_EVENTS, Wish};
use crate::{Revision, Signals};

/// From where on, and how.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Follow {
    /// What was read already: `after` of the last answer. 0 is nothing.
    #[param(minimum = 0, default = 0)]
    after: Option<Revision>,
    /// Only these event types; one that ends in `*` stands for all that begin so. May come several times, or once
    /// with commas.
    #[serde(default)]
    #[param(required = false, example = json!(["user.*"]))]
    types: Vec<String>,
    /// How many events at most.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<usize>,
    /// How many seconds to wait when there is nothing new.
    #[param(minimum = 0, maximum = 25, default = 0)]
    wait: Option<u64>,
}

impl Follow {
    fn wish(self) -> Result<Wish, Problem> {
        let after = self.after.unwrap_or(0);
        let limit = self.limit.unwrap_or(100);
        let wait = self.wait.unwrap_or(0);
        let wrong = if after < 0 {
            ("after", "must not be negative".to_owned())
        } else if !(1..=MOST_EVENTS).contains(&limit) {
            ("limit", format!("must be from 1 to {MOST_EVENTS}"))
        } else if wait > 25 {
            ("wait", "must be from 0 to 25".to_owned())
        } else {
            return Ok(Wish { after, types: split(&self.types), limit, wait: Duration::from_secs(wait) });
        };
        let (field, message) = wrong;
        let problem = Problem::invalid("web.bad_query", format!("{field} {message}"));
        Err(problem.with_errors(vec![FieldError::new(field, message)]))
    }
}

/// Follows the log: events after a revision, oldest first.
///
/// Keep `after` of each answer and send it with the next request. With `wait` the answer is held back until there is
/// something new. Callers who may not read the audit trail get the directory's changes only.
///
/// Asked for `application/cloudevents-batch+json`, the answer is a list after CloudEvents 1.0; what to send as `after` next
/// is then in the header `Vestibule-After`, and where the log ends in `Vestibule-Newest`.
#[utoipa::path(get, path = "/events", operation_id = "list_events", tag = "signals", params(Follow),
    responses((status = 200, description = "The events.", content(
        (Followed = "application/json"), (Vec<CloudEvent> = "application/cloudevents-batch+json"))), Problems))]
pub async fn handler(
    caller: Caller,
    context: RequestContext,
    State(signals): State<Signals>,
    headers: HeaderMap,
    Query(query): Query<Follow>,
) -> Result<Response, Problem> {
    let may = caller.may(ReadEvents {})?;
    let found = signals.follow(&may, query.wish()?, context.closing.cancelled()).await?;
    Ok(if wants_cloud_events(&headers) { batch(may.actor().organisation, found) } else { Json(found).into_response() })
}

fn wants_cloud_events(headers: &HeaderMap) -> bool {
    let asked = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    asked
        .flat_map(|value| value.split(','))
        .any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(cloudevents::BATCH)))
}

fn batch(organisation: OrganisationId, found: Followed) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(cloudevents::BATCH)),
        (HeaderName::from_static("vestibule-after"), HeaderValue::from(found.after)),
        (HeaderName::from_static("vestibule-newest"), HeaderValue::from(found.newest)),
    ];
    let events = found.events.iter().map(|event| CloudEvent::of(organisation, event));
    let events: Vec<_> = events.collect();
    let body = serde_json::to_vec(&events).expect("invariant: an event is plain data");
    (headers, body).into_response()
}
