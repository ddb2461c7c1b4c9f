//! `PUT /api/v1/dirsync/sources/{source_id}/settings`: change settings.

use axum::extract::State;
use directory::SourceId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Caller, Json, Path, Problem, Problems};

use crate::permissions::{ChangeSettings, ReadSync};
use crate::views::SourceView;
use crate::{Dirsync, Settings};

/// What the caller sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PutSettings)]
pub struct Request {
    /// The version that was read; a change in between is refused.
    version: i64,
    /// The new settings, all of them.
    settings: Settings,
}

/// Changes the settings of a source. Settings that let other users in are confirmed by a held plan.
#[utoipa::path(put, path = "/sources/{source_id}/settings", operation_id = "put_settings", tag = "dirsync",
    params(("source_id" = SourceId, Path, description = "Which source: the tenant's id.")),
    request_body = Request, responses((status = 200, body = SourceView), Problems))]
pub async fn handler(
    caller: Caller,
    State(dirsync): State<Dirsync>,
    Path(source): Path<SourceId>,
    Json(body): Json<Request>,
) -> Result<Json<SourceView>, Problem> {
    dirsync.put_settings(&caller.may(ChangeSettings { source })?, body.version, body.settings).await?;
    Ok(Json(dirsync.get_source(&caller.may(ReadSync {})?, source).await?.into()))
}
