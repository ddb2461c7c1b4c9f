//! `GET /api/v1/signals/events`: follow the log.

use std::time::Duration;

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, FieldError, Json, Problem, Problems, Query, RequestContext};

use super::split;
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
#[utoipa::path(get, path = "/events", operation_id = "list_events", tag = "signals", params(Follow),
    responses((status = 200, body = Followed), Problems))]
pub async fn handler(
    caller: Caller,
    context: RequestContext,
    State(signals): State<Signals>,
    Query(query): Query<Follow>,
) -> Result<Json<Followed>, Problem> {
    let may = caller.may(ReadEvents {})?;
    Ok(Json(signals.follow(&may, query.wish()?, context.closing.cancelled()).await?))
}
