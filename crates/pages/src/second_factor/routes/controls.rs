//! Custom controls, and the way from them.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::Kinded as _;
use mfa::MfaError;
use mfa::controls::{self, NewControl};
use mfa::permissions::ReadMfa;
use mfa::readiness::policy::PolicyState;
use serde::Deserialize;
use tenants::TenantId;
use web::{Form, Path, Problem};

use super::provider::find;
use super::tenant_name;
use crate::Rooms;
use crate::desk::Desk;
use crate::layout::Section;
use crate::render::{page, page_with, sentence};
use crate::second_factor::controls::{ControlPage, ControlView};

/// What the form sends.
#[derive(Deserialize)]
pub struct Sent {
    json: String,
}

async fn shown(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    json: String,
    found: Result<Option<ControlView>, String>,
) -> Result<ControlPage, Problem> {
    find(desk, rooms, id).await?;
    let frame = desk.frame("Leave a custom control", Section::SecondFactor);
    Ok(ControlPage::new(frame, &id.to_string(), &tenant_name(desk, rooms, id).await?, json, found))
}

/// `GET /second-factor/providers/{id}/custom-control`.
pub async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    Ok(page(&shown(&desk, &rooms, id, String::new(), Ok(None)).await?))
}

/// `POST /second-factor/providers/{id}/custom-control`: keeps nothing.
pub async fn explain(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(Sent { json }): Form<Sent>,
) -> Result<Response, Problem> {
    match rooms.mfa.explain_control(&desk.may(ReadMfa {})?, id, &NewControl { json: json.clone() }).await {
        Ok(found) => Ok(page(&shown(&desk, &rooms, id, json, Ok(Some(view(found)))).await?)),
        Err(error @ MfaError::Invalid(_)) => {
            let said = error.public_detail();
            let why = sentence(said.strip_prefix("json ").unwrap_or(&said));
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown(&desk, &rooms, id, json, Err(why)).await?))
        }
        Err(error) => Err(error.into()),
    }
}

fn view(found: controls::ControlView) -> ControlView {
    let state = |state| match state {
        PolicyState::Enabled => "in force",
        PolicyState::Disabled => "off",
        PolicyState::ReportOnly => "report-only",
    };
    ControlView {
        name: found.name,
        host: found.host,
        client_id: found.client_id,
        app_id: found.app_id.map(|id| id.to_string()).unwrap_or_default(),
        asked: found.controls.into_iter().map(|one| (one.id, one.name, one.claims.join("; "))).collect(),
        used_by: found.used_by.into_iter().map(|one| (one.policy, state(one.state))).collect(),
        unread: found.unread.as_deref().map(sentence).unwrap_or_default(),
        plan: found.plan.into_iter().map(|step| (step.title, step.text, step.done)).collect(),
        text: found.text,
    }
}
