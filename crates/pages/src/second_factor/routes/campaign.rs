//! Letters to those who could not pass.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::Kinded as _;
use mfa::MfaError;
use mfa::campaigns::{self, Campaign, CampaignId, CampaignState, NewCampaign};
use mfa::permissions::{ReadMfa, SendCampaign};
use serde::Deserialize;
use tenants::TenantId;
use web::{Form, Path, Problem, Query};

use super::provider::find;
use super::tenant_name;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::render::{page, page_with, sentence};
use crate::second_factor::provider::{CampaignForm, CampaignPage, CampaignPreview, CampaignRow, href};
use crate::second_factor::words;

/// The days in which nobody is written to twice, where nobody says otherwise.
const AGAIN: &str = "7";

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    policy: String,
    words: String,
    again_days: String,
}

impl Sent {
    fn wish(&self) -> NewCampaign {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        // What is no number is refused as one that is out of bounds.
        let again_days = some(&self.again_days).map(|text| text.parse().unwrap_or(0));
        NewCampaign { policy: some(&self.policy), words: some(&self.words), again_days }
    }

    fn form(self) -> CampaignForm {
        let again = if self.again_days.is_empty() { AGAIN.to_owned() } else { self.again_days };
        CampaignForm { policy: self.policy, words: self.words, again, ..CampaignForm::default() }
    }
}

async fn show(desk: &Desk, rooms: &Rooms, id: TenantId, form: CampaignForm) -> Result<CampaignPage, Problem> {
    let found = find(desk, rooms, id).await?;
    let report = rooms.mfa.get_readiness(&desk.may(ReadMfa {})?, id).await?;
    let policy = report.iter().flat_map(|report| &report.policies).find(|policy| policy.id == form.policy);
    let whose = policy.map_or_else(
        || "Everybody of the tenant without a usable factor".to_owned(),
        |policy| format!("Whom {} hits and who has no usable factor", policy.name),
    );
    let provider = words::provider(&found, &tenant_name(desk, rooms, id).await?);
    let frame = desk.frame("Write to those who could not pass", Section::SecondFactor);
    Ok(CampaignPage::new(frame, &provider, CampaignForm { whose, ..form }))
}

/// `GET /second-factor/providers/{id}/campaign`.
pub async fn write(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Query(sent): Query<Sent>,
) -> Result<Response, Problem> {
    desk.may(SendCampaign { tenant: id })?;
    Ok(page(&show(&desk, &rooms, id, sent.form()).await?))
}

/// `POST /second-factor/providers/{id}/campaign/preview`: looks, and sends nothing.
pub async fn preview(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(SendCampaign { tenant: id })?;
    match rooms.mfa.preview_campaign(&may, &sent.wish()).await {
        Ok(found) => {
            let form = CampaignForm { preview: Some(preview_of(found)), ..sent.form() };
            Ok(page(&show(&desk, &rooms, id, form).await?))
        }
        Err(error) => refused(&desk, &rooms, id, sent, error).await,
    }
}

/// `POST /second-factor/providers/{id}/campaign`: begins to send.
pub async fn start(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(SendCampaign { tenant: id })?;
    match rooms.mfa.start_campaign(&may, &sent.wish()).await {
        Ok(_) => Ok(done(href(&id.to_string(), "/readiness"), Done::CampaignStarted)),
        Err(error) => refused(&desk, &rooms, id, sent, error).await,
    }
}

/// `POST /second-factor/providers/{id}/campaign/{campaign}/stop`.
pub async fn stop(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, campaign)): Path<(TenantId, CampaignId)>,
) -> Result<Response, Problem> {
    rooms.mfa.stop_campaign(&desk.may(SendCampaign { tenant: id })?, campaign).await?;
    Ok(done(href(&id.to_string(), "/readiness"), Done::CampaignStopped))
}

async fn refused(desk: &Desk, rooms: &Rooms, id: TenantId, sent: Sent, error: MfaError) -> Result<Response, Problem> {
    let said = error.public_detail();
    let form = match &error {
        MfaError::Invalid(_) => {
            let (field, text) = said.split_once(' ').unwrap_or(("words", &said));
            CampaignForm { wrong: Some((field.to_owned(), sentence(text))), ..sent.form() }
        }
        MfaError::Conflict(_) => CampaignForm { blocked: sentence(&said), ..sent.form() },
        _ => return Err(error.into()),
    };
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &show(desk, rooms, id, form).await?))
}

fn preview_of(found: campaigns::CampaignPreview) -> CampaignPreview {
    let campaigns::CampaignPreview { people, lately, without_address, letters, minutes, sample } = found;
    let empty = CampaignPreview { people, lately, without_address, letters, minutes, ..CampaignPreview::default() };
    match sample {
        None => empty,
        Some(one) => CampaignPreview { name: one.name, to: one.to, subject: one.subject, text: one.text, ..empty },
    }
}

/// A campaign as the page of readiness shows it.
pub fn row(campaign: &Campaign) -> CampaignRow {
    CampaignRow {
        id: campaign.id.to_string(),
        running: campaign.state == CampaignState::Running,
        stopped: campaign.state == CampaignState::Stopped,
        people: campaign.people,
        sent: campaign.sent,
        skipped: campaign.skipped,
        failed: campaign.failed,
        trouble: campaign.trouble.as_deref().map(sentence).unwrap_or_default(),
        by: campaign.started_by.clone(),
        started: campaign.started_at,
        ended: campaign.ended_at,
    }
}
