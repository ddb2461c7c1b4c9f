//! The wizard.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use kernel::Kinded as _;
use serde::Deserialize;
use tenants::connect::NewTenant;
use tenants::consent::{ConsentState, NewConsent};
use tenants::draft::{CloudBody, TenantSettings};
use tenants::model::ConsentId;
use tenants::permissions::{ConnectTenant, ReadTenants};
use tenants::{Feature, TenantsError};
use web::{Form, Path, Problem};

use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::render::{page, page_with, sentence};
use crate::tenants::connect::{ConnectPage, RegistrationForm, Step};
use crate::tenants::words;

/// What a tenant is used for at first.
const FEATURES: [Feature; 4] = [Feature::Users, Feature::Groups, Feature::TenantDetails, Feature::CredentialExpiry];

fn show(desk: &Desk, step: Step) -> ConnectPage {
    ConnectPage::new(desk.frame("Connect a tenant", Section::Tenants), step)
}

/// `GET /tenants/connect`.
pub async fn choose(desk: Desk) -> Result<Response, Problem> {
    desk.may(ConnectTenant {})?;
    Ok(page(&show(&desk, Step::Choose { consent_possible: true })))
}

/// Which way.
#[derive(Deserialize)]
pub struct Way {
    way: String,
}

/// `POST /tenants/connect`.
pub async fn go(desk: Desk, Form(way): Form<Way>) -> Result<Response, Problem> {
    desk.may(ConnectTenant {})?;
    let next = if way.way == "consent" { "/tenants/connect/consent" } else { "/tenants/connect/register" };
    Ok(Redirect::to(next).into_response())
}

/// `GET /tenants/connect/consent`: what will be asked, and the way to Entra.
pub async fn consent(desk: Desk, State(rooms): State<Rooms>) -> Result<Response, Problem> {
    let may = desk.may(ConnectTenant {})?;
    let settings = TenantSettings { features: Some(FEATURES.into()), ..TenantSettings::default() };
    let redirect_uri = Some(format!("{}/connect/callback", rooms.url));
    let new = NewConsent { settings, redirect_uri, ..NewConsent::default() };
    match rooms.tenants.begin_consent(&may, &new).await {
        Ok(begun) => {
            let list = rooms.tenants.permissions_for(&desk.may(ReadTenants {})?, &FEATURES, &CloudBody::Global.into());
            let step = Step::Consent { asked: words::asked(&list), start: begun.url.to_string() };
            Ok(page(&show(&desk, step)))
        }
        Err(error @ (TenantsError::Invalid { .. } | TenantsError::Conflict(_))) => {
            let text = sentence(&error.public_detail());
            let title = "Consent cannot be asked for".to_owned();
            Ok(page(&show(&desk, refused(title, text, String::new()))))
        }
        Err(error) => Err(error.into()),
    }
}

fn refused(title: String, text: String, code: String) -> Step {
    Step::Refused { title, text, code, again: "/tenants/connect/consent".to_owned() }
}

/// `GET /connect/callback`: what the browser brought back from Entra.
pub async fn callback(desk: Desk, State(rooms): State<Rooms>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let may = desk.may(ConnectTenant {})?;
    match rooms.tenants.finish_consent(&may, &query.unwrap_or_default()).await {
        Ok(consent) => Ok(Redirect::to(&format!("/tenants/connect/consent/{}", consent.id)).into_response()),
        Err(error @ TenantsError::ConsentRefused(_)) => {
            let text = sentence(&error.public_detail());
            Ok(page(&show(&desk, refused("Consent was refused".to_owned(), text, String::new()))))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /tenants/connect/consent/{id}`: consent takes seconds to minutes to arrive.
pub async fn follow(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<ConsentId>) -> Result<Response, Problem> {
    let consent = rooms.tenants.get_consent(&desk.may(ReadTenants {})?, id).await?;
    let detail = consent.detail.as_deref().map(sentence).unwrap_or_default();
    match (consent.state, consent.tenant) {
        (ConsentState::Connected, Some(tenant)) => Ok(done(format!("/tenants/{tenant}"), Done::TenantConnected)),
        (ConsentState::Failed, _) => {
            let code = consent.code.unwrap_or_default();
            Ok(page(&show(&desk, refused("The tenant was not connected".to_owned(), detail, code))))
        }
        _ => Ok(page(&show(&desk, Step::Settling { here: format!("/tenants/connect/consent/{id}"), detail }))),
    }
}

/// `GET /tenants/connect/register`.
pub async fn show_register(desk: Desk, State(rooms): State<Rooms>) -> Result<Response, Problem> {
    desk.may(ConnectTenant {})?;
    let form = RegistrationForm { cloud: "global".to_owned(), ..RegistrationForm::default() };
    Ok(page(&registration(&desk, &rooms, form)?))
}

fn registration(desk: &Desk, rooms: &Rooms, form: RegistrationForm) -> Result<ConnectPage, Problem> {
    let list = rooms.tenants.permissions_for(&desk.may(ReadTenants {})?, &FEATURES, &cloud(&form).into());
    let step = Step::Register { form, powershell: list.scripts.powershell, az: list.scripts.az };
    Ok(show(desk, step))
}

fn cloud(form: &RegistrationForm) -> CloudBody {
    match form.cloud.as_str() {
        "us_government" => CloudBody::UsGovernment,
        "china" => CloudBody::China,
        "custom" => CloudBody::Custom { login: form.login_url.clone(), graph: form.graph_url.clone() },
        _ => CloudBody::Global,
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Registration {
    name: String,
    cloud: String,
    tenant: String,
    client_id: String,
    #[serde(default)]
    login_url: String,
    #[serde(default)]
    graph_url: String,
    #[serde(default)]
    certificate: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    expires: String,
}

/// `POST /tenants/connect/register`: keeps the tenant and goes on to its test.
pub async fn register(
    desk: Desk,
    State(rooms): State<Rooms>,
    Form(body): Form<Registration>,
) -> Result<Response, Problem> {
    let may = desk.may(ConnectTenant {})?;
    let credential = words::new_credential(&body.certificate, &body.secret, &body.description, &body.expires);
    let form = RegistrationForm {
        name: body.name,
        cloud: body.cloud,
        tenant: body.tenant,
        client_id: body.client_id,
        login_url: body.login_url,
        graph_url: body.graph_url,
        ..RegistrationForm::default()
    };
    let Ok(client_id) = form.client_id.trim().parse() else {
        let client_error = "Must be an id such as 1b730954-1685-4b74-9bfd-dac224a7b894.".to_owned();
        let again = registration(&desk, &rooms, RegistrationForm { client_error, ..form })?;
        return Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &again));
    };
    let name = Some(form.name.trim().to_owned()).filter(|name| !name.is_empty());
    let settings = TenantSettings { name, features: Some(FEATURES.into()), ..TenantSettings::default() };
    let new = NewTenant { tenant: form.tenant.trim().to_owned(), cloud: cloud(&form), client_id, credential, settings };
    match rooms.tenants.create_tenant(&may, &new).await {
        Ok(tenant) => test(&desk, &rooms, &tenant).await,
        Err(error) => again(&desk, &rooms, form, error),
    }
}

async fn test(desk: &Desk, rooms: &Rooms, tenant: &tenants::Tenant) -> Result<Response, Problem> {
    let may = desk.may(tenants::permissions::ProbeTenant { tenant: tenant.id })?;
    let result = rooms.tenants.run_test(&may).await?;
    let step = Step::Test {
        checks: words::checklist(&result),
        passed: result.passed,
        tenant_href: format!("/tenants/{}", tenant.id),
        source: tenant.id.to_string(),
        by_consent: false,
    };
    Ok(page(&show(desk, step)))
}

fn again(desk: &Desk, rooms: &Rooms, mut form: RegistrationForm, error: TenantsError) -> Result<Response, Problem> {
    let text = sentence(&error.public_detail());
    match error {
        TenantsError::Invalid { field, message } => match field {
            "tenant" | "domain" => form.tenant_error = sentence(&message),
            "client_id" => form.client_error = sentence(&message),
            _ => form.credential_error = text,
        },
        TenantsError::Certificate(_) => form.credential_error = text,
        TenantsError::AlreadyConnected | TenantsError::Unreachable(_) | TenantsError::Cloud(_) => {
            form.tenant_error = text;
        }
        other => return Err(other.into()),
    }
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &registration(desk, rooms, form)?))
}
