//! The handlers of these pages.

mod calls;
mod connection;
mod connections;
mod groups;
mod holds;
mod job;

use axum::Router;
use axum::routing::{get, post};
use kernel::PageRequest;
use provisioning::ConnectionView;
use provisioning::holds::{HoldFilter, HoldState};
use provisioning::permissions::ReadProvisioning;
use tenants::permissions::ReadTenants;
use web::Problem;

use crate::Rooms;
use crate::desk::Desk;
use crate::parts::{Action, Callout, Tone};

/// Applications that push.
pub fn routes() -> Router<Rooms> {
    Router::new()
        .merge(of_connections())
        .route("/provisioning/calls", get(calls::list))
        .route("/provisioning/calls/export", get(calls::export))
        .route("/provisioning/calls/events", get(calls::follow))
        .route("/provisioning/calls/{id}", get(calls::show))
        .route("/provisioning/holds", get(holds::list))
        .route("/provisioning/holds/export", get(holds::export))
        .route("/provisioning/holds/{id}", get(holds::show))
        .route("/provisioning/holds/{id}/export", get(holds::export_calls))
        .route("/provisioning/holds/{id}/allow", get(holds::ask_allow).post(holds::allow))
        .route("/provisioning/holds/{id}/ask-allow-these", post(holds::ask_these))
        .route("/provisioning/holds/{id}/ask-allow-others", post(holds::ask_others))
        .route("/provisioning/holds/{id}/allow-part", post(holds::allow_part))
        .route("/provisioning/holds/{id}/reject", get(holds::ask_reject).post(holds::reject))
        .route("/provisioning/groups", get(groups::list))
        .route("/provisioning/groups/export", get(groups::export))
        .route("/provisioning/groups/{id}", get(groups::show))
        .route("/provisioning/groups/{id}/export", get(groups::export_members))
}

fn of_connections() -> Router<Rooms> {
    let at = |tail: &str| format!("/provisioning/connections/{{id}}{tail}");
    Router::new()
        .route("/provisioning/connections", get(connections::list).post(connections::create))
        .route("/provisioning/connections/export", get(connections::export))
        .route("/provisioning/connections/new", get(connections::new))
        .route(&at(""), get(connection::show))
        .route(&at("/pause"), get(connection::ask_pause).post(connection::pause))
        .route(&at("/resume"), post(connection::resume))
        .route(&at("/delete"), get(connection::ask_delete).post(connection::delete))
        .route(&at("/keys"), get(connection::show_keys).post(connection::make_key))
        .route(&at("/keys/{key}/revoke"), get(connection::ask_revoke).post(connection::revoke))
        .route(&at("/mapping"), get(connection::show_mapping))
        .route(&at("/mapping.json"), get(connection::mapping_file))
        .route(&at("/settings"), get(connection::show_settings).post(connection::save_settings))
        .route(&at("/settings/try"), post(connection::try_limits))
        .route(&at("/job"), get(job::show))
        .route(&at("/job/application"), post(job::choose))
        .route(&at("/job/start"), post(job::start))
        .route(&at("/job/pause"), get(job::ask_pause).post(job::pause))
        .route(&at("/job/restart"), get(job::ask_restart).post(job::restart))
        .route(&at("/job/apply-mapping"), get(job::ask_mapping).post(job::apply_mapping))
        .route(&at("/job/provision-on-demand"), post(job::on_demand))
}

/// The connected tenants, `(id, name)`.
async fn tenants(desk: &Desk, rooms: &Rooms) -> Result<Vec<(String, String)>, Problem> {
    let found = rooms.tenants.list_tenants(&desk.may(ReadTenants {})?).await?;
    Ok(found.iter().map(|tenant| (tenant.id.to_string(), tenant.name.clone())).collect())
}

/// Every connection.
async fn connections(desk: &Desk, rooms: &Rooms) -> Result<Vec<ConnectionView>, Problem> {
    Ok(rooms.provisioning.list_connections(&desk.may(ReadProvisioning {})?).await?)
}

/// The same, `(id, name)`.
async fn connection_names(desk: &Desk, rooms: &Rooms) -> Result<Vec<(String, String)>, Problem> {
    let all = connections(desk, rooms).await?;
    Ok(all.into_iter().map(|connection| (connection.id.to_string(), connection.name)).collect())
}

/// What waits for a person: one remark for each open hold.
pub async fn decisions(desk: &Desk, rooms: &Rooms) -> Result<Vec<Callout>, Problem> {
    let may = desk.may(ReadProvisioning {})?;
    let open = HoldFilter { state: Some(HoldState::Open), ..HoldFilter::default() };
    let found = rooms.provisioning.list_holds(&may, &open, &PageRequest::first(10)).await?;
    let callout = |hold: &provisioning::holds::HoldView| {
        let expires = crate::format::relative(hold.expires_at, desk.now());
        let text = format!("{} It counts as rejected {expires}.", crate::render::sentence(&hold.because));
        let title =
            format!("A push of {} waits for a decision", hold.connection_name.as_deref().unwrap_or("a connection"));
        let decide = Action::go("Decide", format!("/provisioning/holds/{}", hold.id)).primary();
        Callout::new(Tone::Warn, title, text).action(decide)
    };
    Ok(found.items.iter().map(callout).collect())
}
