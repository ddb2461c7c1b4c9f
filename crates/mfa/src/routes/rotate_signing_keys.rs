//! `POST /api/v1/mfa/providers/{tenant_id}/rotate-keys`: have another key sign.

use axum::extract::State;
use serde::Deserialize;
use tenants::TenantId;
use utoipa::ToSchema;
use web::{Caller, Json, PageBody, Path, Problem, Problems};

use crate::Mfa;
use crate::keys::KeyView;
use crate::lists::whole;
use crate::permissions::RotateKeys;

/// When the other key takes over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RotateMfaKeys)]
pub struct Request {
    /// False: after the two days in which Entra reads our keys again; nothing breaks. True: now, and every sign-in fails
    /// until Entra has read them, which may take a day. For a key that somebody else knows.
    #[serde(default)]
    at_once: bool,
}

/// Makes another key and has it take over from the one that signs now.
#[utoipa::path(post, path = "/providers/{tenant_id}/rotate-keys", operation_id = "rotate_signing_keys", tag = "mfa",
    params(("tenant_id" = TenantId, Path, description = "Which connected tenant.")),
    request_body = Request, responses((status = 200, body = PageBody<KeyView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(mfa): State<Mfa>,
    Path(tenant): Path<TenantId>,
    Json(body): Json<Request>,
) -> Result<PageBody<KeyView>, Problem> {
    Ok(whole(mfa.rotate_keys(&caller.may(RotateKeys { tenant })?, body.at_once).await?))
}
