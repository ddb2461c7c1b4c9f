//! A tenant and its tabs.

use axum::extract::State;
use axum::response::Response;
use dirsync::RunKind;
use dirsync::permissions::{ReadSync, StartRun};
use dirsync::service::source_settings::StateCount;
use http::StatusCode;
use kernel::{Kinded as _, Page};
use serde::Deserialize;
use tenants::connect::TenantUpdate;
use tenants::credentials::NewCertificate;
use tenants::model::{CredentialId, Slot};
use tenants::permissions::{
    DeleteCredential, DeleteTenant, ProbeTenant, PromoteCredential, PutCredential, ReadTenants, UpdateTenant,
};
use tenants::{Feature, Tenant, TenantId, TenantState, TenantsError, UserIdAttribute};
use web::{Form, Path, Problem};

use super::{healths, status_of, statuses};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::format;
use crate::layout::Section;
use crate::list::ConfirmPage;
use crate::listing::Listing;
use crate::overview::routes::stale;
use crate::overview::{SHEET, TenantHealth};
use crate::render::{page, page_with, sentence};
use crate::sheet::{self, Rows};
use crate::tenants::settings::TenantForm;
use crate::tenants::tenant::{Open, TenantPage, TenantView, not_tested};
use crate::tenants::{disconnect, list, words};

/// `GET /tenants`.
pub async fn list_tenants(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    let former = super::former::all(&desk, &rooms).await?;
    let listed = SHEET.page(&rows(&desk, rooms), &list.asked).await?;
    Ok(page(&list::page(desk.frame("Tenants", Section::Tenants), &listed, &former, &list.here)))
}

/// `GET /tenants/export`.
pub async fn export_tenants(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms), &list.asked).await
}

fn rows(desk: &Desk, rooms: Rooms) -> Rows<TenantHealth> {
    sheet::rows((desk.clone(), rooms), |context, _| async move {
        let (desk, rooms) = &*context;
        let statuses = statuses(desk, rooms).await?;
        Ok(Page { items: healths(desk, rooms, &statuses).await?, next: None })
    })
}

async fn find(desk: &Desk, rooms: &Rooms, id: TenantId) -> Result<Tenant, Problem> {
    Ok(rooms.tenants.get_tenant(&desk.may(ReadTenants {})?, id).await?)
}

async fn show(desk: &Desk, rooms: &Rooms, tenant: &Tenant, open: Open) -> Result<TenantPage, Problem> {
    let statuses = statuses(desk, rooms).await?;
    let status = status_of(&statuses, tenant.id);
    let stale = status.and_then(|status| stale(status, desk.now()));
    let view = TenantView { stale, ..words::view(tenant, status) };
    Ok(TenantPage::new(desk.frame(&tenant.name, Section::Tenants), view, open))
}

/// `GET /tenants/{id}`.
pub async fn show_test(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    let tenant = find(&desk, &rooms, id).await?;
    let open = match rooms.tenants.last_test(&desk.may(ReadTenants {})?, id).await? {
        Some(record) => Open::Test {
            checks: words::checklist(&record.checklist),
            at: Some((record.tested_at, format::who(&record.tested_by))),
        },
        None => Open::Test { checks: not_tested(), at: None },
    };
    Ok(page(&show(&desk, &rooms, &tenant, open).await?))
}

/// `POST /tenants/{id}/test`: runs it and shows it.
pub async fn run_test(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    rooms.tenants.run_test(&desk.may(ProbeTenant { tenant: id })?).await?;
    Ok(done(format!("/tenants/{id}"), Done::Tested))
}

/// `GET /tenants/{id}/credentials`.
pub async fn show_credentials(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
) -> Result<Response, Problem> {
    Ok(page(&credentials(&desk, &rooms, id, String::new()).await?))
}

async fn credentials(desk: &Desk, rooms: &Rooms, id: TenantId, error: String) -> Result<TenantPage, Problem> {
    let tenant = find(desk, rooms, id).await?;
    let records = rooms.tenants.list_credentials(&desk.may(ReadTenants {})?, id).await?;
    let rows = records.iter().map(|record| words::credential(record, desk.now())).collect();
    show(desk, rooms, &tenant, Open::Credentials { rows, error }).await
}

/// What the form sends.
#[derive(Deserialize)]
pub struct New {
    #[serde(default)]
    certificate: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    expires: String,
}

/// `POST /tenants/{id}/credentials`.
pub async fn add_credential(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(body): Form<New>,
) -> Result<Response, Problem> {
    let may = desk.may(PutCredential { tenant: id })?;
    let new = words::new_credential(&body.certificate, &body.secret, &body.description, &body.expires);
    match rooms.tenants.put_credential(&may, &new, None::<Slot>).await {
        Ok(_) => Ok(done(format!("/tenants/{id}/credentials"), Done::CredentialAdded)),
        Err(error @ (TenantsError::Invalid { .. } | TenantsError::Certificate(_))) => {
            let error = sentence(&error.public_detail());
            let shown = credentials(&desk, &rooms, id, error).await?;
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /tenants/{id}/credentials/certificate`.
pub async fn make_certificate(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
) -> Result<Response, Problem> {
    let may = desk.may(PutCredential { tenant: id })?;
    rooms.tenants.generate_certificate(&may, &NewCertificate::default()).await?;
    Ok(done(format!("/tenants/{id}/permissions"), Done::CertificateMade))
}

/// `POST /tenants/{id}/credentials/{credential}/promote`.
pub async fn promote(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, credential)): Path<(TenantId, CredentialId)>,
) -> Result<Response, Problem> {
    rooms.tenants.promote_credential(&desk.may(PromoteCredential { tenant: id, credential })?).await?;
    Ok(done(format!("/tenants/{id}/credentials"), Done::Saved))
}

/// `GET /tenants/{id}/credentials/{credential}/remove`.
pub async fn ask_retire(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, credential)): Path<(TenantId, CredentialId)>,
) -> Result<Response, Problem> {
    desk.may(DeleteCredential { tenant: id, credential })?;
    let records = rooms.tenants.list_credentials(&desk.may(ReadTenants {})?, id).await?;
    let found = records.iter().find(|record| record.id == credential);
    let name = found.map(|record| words::credential(record, desk.now()).description);
    let question = name.map_or_else(|| "Remove this credential?".to_owned(), |name| format!("Remove “{name}”?"));
    let here = format!("/tenants/{id}/credentials");
    let action = format!("{here}/{credential}/remove");
    let ask = ConfirmPage::new(desk.frame("Remove", Section::Tenants), question, "Remove", action);
    Ok(page(&ask.consequence("Its secret is wiped here. Remove it in Entra too.").cancel(here).danger()))
}

/// `POST /tenants/{id}/credentials/{credential}/remove`.
pub async fn retire(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, credential)): Path<(TenantId, CredentialId)>,
) -> Result<Response, Problem> {
    rooms.tenants.delete_credential(&desk.may(DeleteCredential { tenant: id, credential })?).await?;
    Ok(done(format!("/tenants/{id}/credentials"), Done::CredentialRemoved))
}

/// `GET /tenants/{id}/permissions`.
pub async fn show_permissions(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
) -> Result<Response, Problem> {
    let tenant = find(&desk, &rooms, id).await?;
    let view = rooms.tenants.permissions(&desk.may(ReadTenants {})?, id).await?;
    let rows = words::permissions(&view);
    let open = Open::Permissions { rows, powershell: view.scripts.powershell, az: view.scripts.az };
    Ok(page(&show(&desk, &rooms, &tenant, open).await?))
}

fn filled(tenant: &Tenant) -> TenantForm {
    TenantForm {
        version: tenant.version,
        name: tenant.name.clone(),
        user_id_attribute: tenant.user_id_attribute.to_string(),
        features: words::features(&tenant.features),
        ..TenantForm::default()
    }
}

/// `GET /tenants/{id}/settings`.
pub async fn show_settings(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
) -> Result<Response, Problem> {
    let tenant = find(&desk, &rooms, id).await?;
    let open = Open::Settings { form: filled(&tenant), user_ids: None };
    Ok(page(&show(&desk, &rooms, &tenant, open).await?))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Settings {
    version: i64,
    name: String,
    user_id_attribute: UserIdAttribute,
    /// Said by a form that shows them: where nothing is ticked, nothing is sent.
    #[serde(default)]
    shows_features: bool,
    #[serde(default)]
    features: Vec<Feature>,
}

impl Settings {
    fn update(&self) -> TenantUpdate {
        TenantUpdate {
            version: self.version,
            name: Some(self.name.clone()),
            user_id_attribute: Some(self.user_id_attribute),
            features: self.shows_features.then(|| self.features.clone()),
            ..TenantUpdate::default()
        }
    }

    /// The form as it was sent.
    fn filled(self, tenant: &Tenant) -> TenantForm {
        let chosen = if self.shows_features { &self.features } else { &tenant.features };
        let (features, user_id_attribute) = (words::features(chosen), self.user_id_attribute.to_string());
        TenantForm { name: self.name, user_id_attribute, features, ..filled(tenant) }
    }
}

/// `POST /tenants/{id}/settings`.
pub async fn save_settings(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(body): Form<Settings>,
) -> Result<Response, Problem> {
    let may = desk.may(UpdateTenant { tenant: id })?;
    match rooms.tenants.update_tenant(&may, &body.update()).await {
        Ok(_) => Ok(done(format!("/tenants/{id}/settings"), Done::Saved)),
        Err(TenantsError::Changed) => Ok(done(format!("/tenants/{id}/settings"), Done::Stale)),
        Err(TenantsError::Invalid { field, message }) => {
            let tenant = find(&desk, &rooms, id).await?;
            let form = body.filled(&tenant);
            let form = match field {
                "features" => TenantForm { features_error: words::features_error(&message), ..form },
                _ => TenantForm { error: sentence(&message), ..form },
            };
            let shown = show(&desk, &rooms, &tenant, Open::Settings { form, user_ids: None }).await?;
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /tenants/{id}/user-ids`: what another User ID attribute would do; nothing is saved.
pub async fn show_user_ids(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(body): Form<Settings>,
) -> Result<Response, Problem> {
    let tenant = find(&desk, &rooms, id).await?;
    let may = desk.may(ReadSync {})?;
    let found = rooms.dirsync.preview_user_ids(&may, id.0.into(), body.user_id_attribute).await?;
    let open = Open::Settings { form: body.filled(&tenant), user_ids: Some(words::user_ids(&found)) };
    Ok(page(&show(&desk, &rooms, &tenant, open).await?))
}

/// `POST /tenants/{id}/remove/preview`: what would become of its people and groups; nothing is changed.
pub async fn preview_remove(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
) -> Result<Response, Problem> {
    desk.may(DeleteTenant { tenant: id })?;
    let may = desk.may(StartRun { source: id.0.into() })?;
    let run = rooms.dirsync.start_run(&may, RunKind::Detach, true).await?;
    Ok(done(format!("/dirsync/runs/{}", run.id), Done::UndoShown))
}

/// `POST /tenants/{id}/pause`: pauses, or goes on.
pub async fn pause(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    let may = desk.may(UpdateTenant { tenant: id })?;
    let tenant = find(&desk, &rooms, id).await?;
    let paused = tenant.state == TenantState::Paused;
    let state = Some(if paused { TenantState::Connected } else { TenantState::Paused });
    let update = TenantUpdate { version: tenant.version, state, ..TenantUpdate::default() };
    rooms.tenants.update_tenant(&may, &update).await?;
    Ok(done(format!("/tenants/{id}"), Done::Saved))
}

/// `GET /tenants/{id}/remove`.
pub async fn ask_remove(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    desk.may(DeleteTenant { tenant: id })?;
    let tenant = find(&desk, &rooms, id).await?;
    let view = words::view(&tenant, None);
    let may = desk.may(ReadSync {})?;
    let days = rooms.dirsync.get_source_uncounted(&may, id.0.into()).await?.kept.settings.delete_after_days;
    let left = left(&desk, &rooms, id).await?;
    Ok(page(&disconnect::ask(desk.frame("Disconnect", Section::Tenants), &view, left, days)))
}

/// How many people and groups a tenant would leave, counted along an index.
async fn left(desk: &Desk, rooms: &Rooms, id: TenantId) -> Result<(u64, u64), Problem> {
    let source = rooms.dirsync.get_source(&desk.may(ReadSync {})?, id.0.into()).await?;
    let held = |counts: &[StateCount]| {
        counts
            .iter()
            .filter(|count| ["active", "disabled", "conflict"].contains(&count.state.as_str()))
            .map(|count| count.count)
            .sum()
    };
    Ok((held(&source.users), held(&source.groups)))
}

/// What the confirmation sends.
#[derive(Deserialize)]
pub struct Confirmed {
    confirm: String,
}

/// `POST /tenants/{id}/remove`.
pub async fn remove(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(body): Form<Confirmed>,
) -> Result<Response, Problem> {
    rooms.tenants.delete_tenant(&desk.may(DeleteTenant { tenant: id })?, &body.confirm).await?;
    let left = super::former::all(&desk, &rooms).await?.into_iter().any(|former| former.id == id.to_string());
    let next = if left { format!("/tenants/former/{id}") } else { "/tenants".to_owned() };
    Ok(done(next, Done::TenantRemoved))
}
