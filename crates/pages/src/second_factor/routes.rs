//! The handlers of these pages.

mod attempts;
mod browsers;
mod campaign;
mod controls;
mod diagnosis;
mod gateway;
mod import;
mod merge;
mod messages;
mod models;
mod people;
mod person;
mod policies;
mod provider;
mod providers;
mod registration;
mod settings;

use axum::Router;
use axum::routing::{get, post};
use mfa::permissions::ReadMfa;
use tenants::TenantId;
use tenants::permissions::ReadTenants;
use web::Problem;
use web::limits::longest_body;

use crate::Rooms;
use crate::desk::Desk;

/// The longest form with a file in it: the room's 8 MB, as a form writes them.
const LONGEST_FILE: usize = 16 * 1024 * 1024;

/// The second factor, for those who run it.
pub fn routes() -> Router<Rooms> {
    Router::new()
        .route("/second-factor", get(providers::list))
        .route("/second-factor/export", get(providers::export))
        .merge(of_provider())
        .merge(of_policies())
        .merge(of_people())
        .route("/second-factor/attempts", get(attempts::list))
        .route("/second-factor/attempts/export", get(attempts::export))
        .route("/second-factor/attempts/{id}", get(attempts::show))
        .route("/second-factor/messages", get(messages::list))
        .route("/second-factor/messages/export", get(messages::export))
        .merge(of_models())
}

fn of_provider() -> Router<Rooms> {
    let at = |tail: &str| format!("/second-factor/providers/{{id}}{tail}");
    let files = Router::new()
        .route(&at("/import"), get(import::show).post(import::import))
        .route(&at("/import/preview"), post(import::preview))
        .layer(longest_body(LONGEST_FILE));
    Router::new()
        .route(&at(""), get(provider::show).post(provider::set_up))
        .route(&at("/begin"), get(provider::begin))
        .route(&at("/ids"), post(provider::save_ids))
        .route(&at("/on"), post(provider::switch_on))
        .route(&at("/off"), get(provider::ask_off).post(provider::switch_off))
        .route(&at("/settings"), get(settings::show).post(settings::save))
        .route(&at("/settings/preview"), post(settings::preview))
        .route(&at("/settings/people"), get(settings::people))
        .route(&at("/settings/people/export"), get(settings::export_people))
        .route(&at("/settings.json"), get(provider::plain_file))
        .route(&at("/settings.jwt"), get(provider::signed_file))
        .route(&at("/applications"), post(provider::prepare_applications))
        .route(&at("/keys"), get(provider::keys))
        .route(&at("/rotate"), post(provider::rotate))
        .route(&at("/replace-keys"), get(provider::ask_replace).post(provider::replace))
        .route(&at("/doctor"), get(diagnosis::doctor))
        .route(&at("/method"), get(diagnosis::method).post(diagnosis::make_method))
        .route(&at("/method/enable"), post(diagnosis::enable_method))
        .route(&at("/gateways/{way}"), get(gateway::show).post(gateway::save))
        .route(&at("/gateways/{way}/remove"), get(gateway::ask_remove).post(gateway::remove))
        .route(&at("/gateways/{way}/receipt-address"), get(gateway::ask_address).post(gateway::make_address))
        .route(&at("/custom-control"), get(controls::show).post(controls::explain))
        .route(&at("/readiness"), get(diagnosis::readiness))
        .route(&at("/readiness/count"), post(diagnosis::count))
        .route(&at("/readiness/export"), get(diagnosis::export_without))
        .route(&at("/registrations"), get(registration::list).post(registration::start))
        .route(&at("/registrations/find"), post(registration::find))
        .route(&at("/registrations/preview"), post(registration::preview))
        .route(&at("/registrations/{run}"), get(registration::show))
        .route(&at("/registrations/{run}/export"), get(registration::export))
        .route(&at("/registrations/{run}/stop"), post(registration::stop))
        .route(&at("/registrations/{run}/undo"), get(registration::ask_undo).post(registration::undo))
        .route(&at("/campaign"), get(campaign::write).post(campaign::start))
        .route(&at("/campaign/preview"), post(campaign::preview))
        .route(&at("/campaign/{campaign}/stop"), post(campaign::stop))
        .merge(files)
}

fn of_policies() -> Router<Rooms> {
    let at = |tail: &str| format!("/second-factor/providers/{{id}}/policies{tail}");
    Router::new()
        .route(&at(""), get(policies::list))
        .route(&at("/new"), get(policies::new))
        .route(&at("/save"), post(policies::save))
        .route(&at("/find"), post(policies::find))
        .route(&at("/discard"), get(policies::ask_discard).post(policies::discard))
        .route(&at("/preview"), get(policies::show_preview).post(policies::preview))
        .route(&at("/preview/export"), get(policies::export))
        .route(&at("/apply"), post(policies::apply))
        .route(&at("/undo"), post(policies::undo))
        .route(&at("/history"), get(policies::history))
        .route(&at("/history/{revision}"), get(policies::revision))
        .route("/second-factor/providers/{id}/risk", get(policies::risk))
        .route("/second-factor/providers/{id}/risk/export", get(policies::export_risk))
        .route(&at("/{policy}/edit"), get(policies::edit))
        .route(&at("/{policy}/up"), post(policies::up))
        .route(&at("/{policy}/down"), post(policies::down))
        .route(&at("/{policy}/switch"), post(policies::switch))
        .route(&at("/{policy}/remove"), post(policies::remove))
}

fn of_models() -> Router<Rooms> {
    Router::new()
        .route("/second-factor/key-models", get(models::list))
        .route("/second-factor/key-models/import", get(models::form).post(models::import))
        .layer(longest_body(mfa::models::LONGEST_BLOB * 2))
}

fn of_people() -> Router<Rooms> {
    let at = |tail: &str| format!("/second-factor/people{tail}");
    Router::new()
        .route(&at(""), get(people::list))
        .route(&at("/export"), get(people::export))
        .route(&at("/of/{tenant}/{object}"), post(person::open))
        .route(&at("/{id}"), get(person::show))
        .route(&at("/{id}/rules"), get(policies::rules))
        .route(&at("/{id}/unlock"), post(person::unlock))
        .route(&at("/{id}/reset"), get(person::ask_reset).post(person::reset))
        .route(&at("/{id}/factors/{factor}/remove"), get(person::ask_remove).post(person::remove))
        .route(&at("/{id}/browsers/{device}/remove"), get(browsers::ask_remove).post(browsers::remove))
        .route(&at("/{id}/code"), get(person::code_form).post(person::issue_code))
        .route(&at("/{id}/codes/{factor}/approve"), post(person::approve))
        .route(&at("/{id}/merge"), get(merge::show).post(merge::merge))
        .route(&at("/{id}/merge/preview"), post(merge::preview))
        .route(&at("/{id}/merges/{merge}/undo"), post(merge::undo))
}

/// The connected tenants, `(id, name)`.
async fn tenants(desk: &Desk, rooms: &Rooms) -> Result<Vec<(String, String)>, Problem> {
    let found = rooms.tenants.list_tenants(&desk.may(ReadTenants {})?).await?;
    Ok(found.iter().map(|tenant| (tenant.id.to_string(), tenant.name.clone())).collect())
}

/// Those that have a second factor.
async fn tenants_with(desk: &Desk, rooms: &Rooms) -> Result<Vec<(String, String)>, Problem> {
    let providers = rooms.mfa.list_providers(&desk.may(ReadMfa {})?).await?;
    let has = |id: &str| providers.iter().any(|provider| provider.tenant.to_string() == id);
    Ok(tenants(desk, rooms).await?.into_iter().filter(|(id, _)| has(id)).collect())
}

/// What people call a tenant.
async fn tenant_name(desk: &Desk, rooms: &Rooms, id: TenantId) -> Result<String, Problem> {
    Ok(rooms.tenants.get_tenant(&desk.may(ReadTenants {})?, id).await?.name)
}
