//! `GET /api/v1/mfa/key-metadata`: which metadata of security keys were imported.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use crate::Mfa;
use crate::error::MfaError;
use crate::models::MetadataView;
use crate::permissions::ReadMfa;

/// Shows which blob of the FIDO Metadata Service was imported last.
#[utoipa::path(get, path = "/key-metadata", operation_id = "get_key_metadata", tag = "mfa",
    responses((status = 200, body = MetadataView), Problems))]
pub async fn handler(caller: Caller, State(mfa): State<Mfa>) -> Result<Json<MetadataView>, Problem> {
    let found = mfa.get_metadata(&caller.may(ReadMfa {})?).await?;
    Ok(Json(found.ok_or(MfaError::NotFound("metadata: nobody has imported any"))?))
}
