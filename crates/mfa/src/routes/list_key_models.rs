//! `GET /api/v1/mfa/key-models`: the models of security keys that people have registered.

use axum::extract::State;
use web::{Caller, PageBody, Problem, Problems};

use crate::Mfa;
use crate::lists::whole;
use crate::models::ModelInUse;
use crate::permissions::ReadMfa;

/// Lists the models of security keys that people have registered, with what is known of them, the most used first.
#[utoipa::path(get, path = "/key-models", operation_id = "list_key_models", tag = "mfa",
    responses((status = 200, body = PageBody<ModelInUse>), Problems))]
pub async fn handler(caller: Caller, State(mfa): State<Mfa>) -> Result<PageBody<ModelInUse>, Problem> {
    Ok(whole(mfa.models_in_use(&caller.may(ReadMfa {})?).await?))
}
