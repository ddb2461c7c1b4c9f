//! Tokens of another product.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::{Kinded as _, Secret};
use mfa::MfaError;
use mfa::import::{ImportFormat, ImportReport, ImportRequest};
use mfa::permissions::ImportFactors;
use serde::Deserialize;
use tenants::TenantId;
use web::{Form, Path, Problem};

use super::provider::find;
use super::tenant_name;
use crate::Rooms;
use crate::desk::Desk;
use crate::layout::Section;
use crate::render::{page, page_with, sentence};
use crate::second_factor::import::{ImportForm, ImportPage};
use crate::second_factor::words;

/// `GET /second-factor/providers/{id}/import`.
pub async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    desk.may(ImportFactors { tenant: id })?;
    find(&desk, &rooms, id).await?;
    let tenant = tenant_name(&desk, &rooms, id).await?;
    let form = ImportForm { tenant_id: id.to_string(), tenant, ..ImportForm::default() };
    Ok(page(&ImportPage::new(desk.frame("Import tokens", Section::SecondFactor), form, None)))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Sent {
    format: ImportFormat,
    text: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    skip_errors: String,
}

impl Sent {
    fn request(&self) -> ImportRequest {
        ImportRequest {
            format: self.format,
            text: Secret::from(self.text.as_str()),
            key: Some(self.key.trim()).filter(|key| !key.is_empty()).map(Secret::from),
            people: std::collections::BTreeMap::new(),
            skip_errors: self.skip_errors == "yes",
        }
    }
}

/// `POST /second-factor/providers/{id}/import/preview`.
pub async fn preview(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(ImportFactors { tenant: id })?;
    let report = rooms.mfa.preview_import(&may, &sent.request()).await;
    answer(&desk, &rooms, id, sent, report).await
}

/// `POST /second-factor/providers/{id}/import`.
pub async fn import(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(ImportFactors { tenant: id })?;
    let report = rooms.mfa.import_factors(&may, &sent.request()).await;
    answer(&desk, &rooms, id, sent, report).await
}

async fn answer(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    sent: Sent,
    report: Result<ImportReport, MfaError>,
) -> Result<Response, Problem> {
    let mut form = ImportForm {
        tenant_id: id.to_string(),
        tenant: tenant_name(desk, rooms, id).await?,
        format: sent.format.to_string(),
        text: sent.text,
        skip_errors: sent.skip_errors == "yes",
        error: String::new(),
    };
    let frame = desk.frame("Import tokens", Section::SecondFactor);
    match report {
        Ok(report) => Ok(page(&ImportPage::new(frame, form, Some(words::report(&report))))),
        Err(error @ (MfaError::Invalid(_) | MfaError::Conflict(_))) => {
            form.error = sentence(&error.public_detail());
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &ImportPage::new(frame, form, None)))
        }
        Err(error) => Err(error.into()),
    }
}
