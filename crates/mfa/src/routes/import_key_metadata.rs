//! `PUT /api/v1/mfa/key-metadata`: what is known of models of security keys.

use axum::extract::State;
use web::{Caller, Json, Problem, Problems};

use crate::Mfa;
use crate::models::{MetadataView, NewMetadata};
use crate::permissions::ImportMetadata;

/// Takes a blob of the FIDO Metadata Service (MDS3) in place of the one before, when it is signed as it should be and not
/// older.
#[utoipa::path(put, path = "/key-metadata", operation_id = "import_key_metadata", tag = "mfa",
    request_body = NewMetadata, responses((status = 200, body = MetadataView), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Json(body): Json<NewMetadata>,
) -> Result<Json<MetadataView>, Problem> {
    Ok(Json(mfa.import_metadata(&caller.may(ImportMetadata {})?, &body).await?))
}
