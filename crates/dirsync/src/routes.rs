//! The verbs over HTTP, one file each.

mod adopt_users;
mod approve_run;
mod cancel_run;
mod create_addition;
mod create_exception;
mod decide_conflicts;
mod delete_addition;
mod delete_exception;
mod get_run;
mod get_source;
mod get_why;
mod list_additions;
mod list_adoptable;
mod list_changes;
mod list_conflicts;
mod list_exceptions;
mod list_former_sources;
mod list_runs;
mod list_sources;
mod preview_settings;
mod preview_user_ids;
mod put_settings;
mod receive_notifications;
mod reject_run;
mod restore_objects;
mod start_run;
mod sync_one;
mod undo_run;

use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Accepted, Problem, RateLimit, limits};

use crate::views::RunView;
use crate::{Dirsync, DirsyncError, Run};

/// The answer of a verb that starts a run: the run is on its way.
type Started = Result<Accepted<RunView>, Problem>;

fn started(run: Result<Run, DirsyncError>) -> Started {
    Ok(Accepted(run?.into()))
}

/// How many posts one address may send to the addresses for notifications, a second in the long run and at once.
const KNOCKS: (u32, u32) = (20, 200);

/// The verbs of this room, to be nested under `/api/v1/dirsync`.
pub fn routes(dirsync: Dirsync) -> OpenApiRouter {
    // Anyone may knock here: what one address may post is counted apart from all else.
    let knocks = RateLimit::per_second(KNOCKS.0, KNOCKS.1);
    let notifications = OpenApiRouter::new()
        .routes(routes!(receive_notifications::handler))
        .layer(from_fn_with_state(Some(knocks), limits::rate));
    OpenApiRouter::new()
        .merge(notifications)
        .routes(routes!(list_sources::handler))
        .routes(routes!(get_source::handler))
        .routes(routes!(list_former_sources::handler))
        .routes(routes!(list_adoptable::handler))
        .routes(routes!(adopt_users::handler))
        .routes(routes!(put_settings::handler))
        .routes(routes!(preview_settings::handler))
        .routes(routes!(start_run::handler))
        .routes(routes!(sync_one::handler))
        .routes(routes!(undo_run::handler))
        .routes(routes!(restore_objects::handler))
        .routes(routes!(preview_user_ids::handler))
        .routes(routes!(list_runs::handler))
        .routes(routes!(get_run::handler))
        .routes(routes!(list_changes::handler))
        .routes(routes!(approve_run::handler))
        .routes(routes!(reject_run::handler))
        .routes(routes!(cancel_run::handler))
        .routes(routes!(list_conflicts::handler))
        .routes(routes!(decide_conflicts::handler))
        .routes(routes!(list_exceptions::handler))
        .routes(routes!(create_exception::handler))
        .routes(routes!(delete_exception::handler))
        .routes(routes!(list_additions::handler))
        .routes(routes!(create_addition::handler))
        .routes(routes!(delete_addition::handler))
        .routes(routes!(get_why::handler))
        .with_state(dirsync)
}
