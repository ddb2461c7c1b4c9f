//! The handlers of these pages.

mod conflicts;
mod lists;
mod plans;
mod runs;
mod settings;
mod undo;

use axum::Router;
use axum::routing::{get, post};
use tenants::permissions::ReadTenants;
use web::Problem;

use crate::Rooms;
use crate::desk::Desk;

/// The sync.
pub fn routes() -> Router<Rooms> {
    Router::new()
        .route("/dirsync/runs", get(runs::list_runs))
        .route("/dirsync/runs/export", get(runs::export_runs))
        .route("/dirsync/sources/{id}/sync", post(runs::start_run))
        .route("/dirsync/sources/{id}/preview", post(runs::preview_run))
        .route("/dirsync/runs/{id}", get(runs::get_run))
        .route("/dirsync/runs/{id}/export", get(runs::export_changes))
        .route("/dirsync/runs/{id}/events", get(runs::follow_run))
        .route("/dirsync/runs/{id}/cancel", get(runs::ask_cancel).post(runs::cancel_run))
        .route("/dirsync/runs/{id}/undo", get(undo::ask_run).post(undo::show_run))
        .route("/dirsync/runs/{id}/do", get(undo::ask_do).post(undo::do_it))
        .route("/dirsync/changes/{revision}/undo", get(undo::ask_change).post(undo::show_change))
        .route("/directory/users/{id}/restore", get(undo::ask_user).post(undo::restore_user))
        .route("/directory/groups/{id}/restore", get(undo::ask_group).post(undo::restore_group))
        .route("/dirsync/plans", get(plans::list_plans))
        .route("/dirsync/plans/export", get(plans::export_plans))
        .route("/dirsync/plans/{id}", get(plans::get_plan))
        .route("/dirsync/plans/{id}/export", get(runs::export_changes))
        .route("/dirsync/plans/{id}/allow", get(plans::ask_allow).post(plans::allow))
        .route("/dirsync/plans/{id}/allow-safe", get(plans::ask_allow_safe).post(plans::allow_safe))
        .route("/dirsync/plans/{id}/ask-part", post(plans::ask_part))
        .route("/dirsync/plans/{id}/allow-part", get(plans::ask_cause).post(plans::allow_part))
        .route("/dirsync/plans/{id}/turn", post(plans::turn))
        .route("/dirsync/plans/{id}/reject", get(plans::ask_reject).post(plans::reject))
        .route("/dirsync/conflicts", get(conflicts::list_conflicts))
        .route("/dirsync/conflicts/confirm", get(conflicts::ask_one).post(conflicts::ask_many))
        .route("/dirsync/conflicts/export", get(conflicts::export_all))
        .route("/dirsync/conflicts/export-selected", post(conflicts::export_selected))
        .route("/dirsync/conflicts/delete", post(conflicts::delete))
        .route("/dirsync/conflicts/ignore", post(conflicts::ignore))
        .route("/dirsync/conflicts/deactivate", post(conflicts::deactivate))
        .route("/dirsync/exceptions", get(lists::list_exceptions).post(lists::create_exception))
        .route("/dirsync/exceptions/export", get(lists::export_exceptions))
        .route("/dirsync/exceptions/new", get(lists::new_exception))
        .route("/dirsync/exceptions/find", post(lists::find_excepted))
        .route("/dirsync/exceptions/ask-end", get(lists::ask_end_one).post(lists::ask_end_many))
        .route("/dirsync/exceptions/end", post(lists::end_exceptions))
        .route("/dirsync/additions", get(lists::list_additions).post(lists::create_addition))
        .route("/dirsync/additions/export", get(lists::export_additions))
        .route("/dirsync/additions/new", get(lists::new_addition))
        .route("/dirsync/additions/{id}/withdraw", get(lists::ask_withdraw).post(lists::withdraw))
        .route("/dirsync/settings", get(settings::get_settings).post(settings::put_settings))
        .route("/dirsync/settings/find", post(settings::find))
        .route("/dirsync/settings/count", post(settings::count))
        .route("/dirsync/settings/preview", post(settings::preview))
}

/// The organisation's sources as `(id, name)`.
pub async fn sources(desk: &Desk, rooms: &Rooms) -> Result<Vec<(String, String)>, Problem> {
    // A tenant's id is its source's id. The sync's own list counts people too, which a list page must not wait for.
    let found = rooms.tenants.list_tenants(&desk.may(ReadTenants {})?).await?;
    Ok(found.into_iter().map(|tenant| (tenant.id.to_string(), tenant.name)).collect())
}

/// The same with those that are no longer connected, whose runs and plans are still there.
async fn all_sources(desk: &Desk, rooms: &Rooms) -> Result<Vec<(String, String)>, Problem> {
    let mut all = sources(desk, rooms).await?;
    let former = rooms.tenants.former(desk.caller.actor().organisation).await?;
    all.extend(former.into_iter().map(|tenant| (tenant.id.to_string(), tenant.name)));
    Ok(all)
}

/// The page of a person or group that is known by its id in the source.
pub fn object_href(kind: &str, source: directory::SourceId, object_id: &str) -> String {
    format!("/directory/{kind}s/of/{source}/{object_id}")
}

/// What people call a source.
fn name_of(sources: &[(String, String)], id: directory::SourceId) -> String {
    let id = id.to_string();
    sources.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone()).unwrap_or_default()
}

/// A reason as it was typed; none when nothing was.
fn reason(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(500).collect())
}
