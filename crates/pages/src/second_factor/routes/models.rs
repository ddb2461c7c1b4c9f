//! Models of security keys.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::Kinded as _;
use mfa::MfaError;
use mfa::models::{ModelInUse, NewMetadata};
use mfa::permissions::{ImportMetadata, ReadMfa};
use serde::Deserialize;
use web::{Form, Problem};

use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::render::{page, page_with, sentence};
use crate::second_factor::models::{self, HERE, ImportForm, ImportPage, MetadataView, ModelRow};

/// `GET /second-factor/key-models`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>) -> Result<Response, Problem> {
    let may = desk.may(ReadMfa {})?;
    let rows: Vec<ModelRow> = rooms.mfa.models_in_use(&may).await?.into_iter().map(row).collect();
    let metadata = rooms.mfa.get_metadata(&may).await?.map(|found| MetadataView {
        number: found.number,
        next_update: found.next_update,
        imported: found.imported_at,
        by: found.imported_by,
        models: found.models,
        flawed: found.flawed,
    });
    let frame = desk.frame("Models of security keys", Section::SecondFactor);
    Ok(page(&models::page(frame, &rows, metadata.as_ref())))
}

fn row(model: ModelInUse) -> ModelRow {
    ModelRow {
        aaguid: model.aaguid.to_string(),
        name: model.name,
        status: model.status,
        flaw: model.flaw.unwrap_or_default(),
        keys: model.keys,
        attested: model.attested,
    }
}

/// `GET /second-factor/key-models/import`.
pub async fn form(desk: Desk) -> Result<Response, Problem> {
    desk.may(ImportMetadata {})?;
    Ok(page(&ImportPage::new(desk.frame("Import FIDO metadata", Section::SecondFactor), ImportForm::default())))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Sent {
    blob: String,
    #[serde(default)]
    root: String,
}

/// `POST /second-factor/key-models/import`.
pub async fn import(desk: Desk, State(rooms): State<Rooms>, Form(sent): Form<Sent>) -> Result<Response, Problem> {
    let may = desk.may(ImportMetadata {})?;
    let root = Some(sent.root.clone()).filter(|root| !root.trim().is_empty());
    match rooms.mfa.import_metadata(&may, &NewMetadata { blob: sent.blob, root }).await {
        Ok(_) => Ok(done(HERE.to_owned(), Done::MetadataImported)),
        Err(error @ (MfaError::Invalid(_) | MfaError::Conflict(_))) => {
            let form = ImportForm { root: sent.root, error: sentence(&error.public_detail()) };
            let again = ImportPage::new(desk.frame("Import FIDO metadata", Section::SecondFactor), form);
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
        Err(error) => Err(error.into()),
    }
}
