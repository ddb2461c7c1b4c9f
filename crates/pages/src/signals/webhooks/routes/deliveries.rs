//! What was sent: lists, one delivery, sending again, tests.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use kernel::{Kinded as _, Timestamp};
use serde::Deserialize;
use signals::permissions::{ManageWebhook, ReadWebhooks};
use signals::webhooks::model::{DeliveryId, WebhookId};
use signals::webhooks::{DeliveryFilter, DeliveryState, ReplayFrom};
use uuid::Uuid;
use web::{Form, Path, Problem};

use super::find;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::{page, page_with, sentence};
use crate::sheet::{self, Rows};
use crate::signals::webhooks::ask::{self, Replay};
use crate::signals::webhooks::delivery::DeliveryPage;
use crate::signals::webhooks::webhook::{self, DeliveryQuery, DeliveryRow, SHEET};
use crate::signals::webhooks::words;

pub(super) fn routes() -> Router<Rooms> {
    Router::new()
        .route("/signals/webhooks/{id}/deliveries", get(list))
        .route("/signals/webhooks/{id}/deliveries/export", get(export))
        .route("/signals/webhooks/{id}/deliveries/{delivery}", get(show))
        .route("/signals/webhooks/{id}/deliveries/{delivery}/retry", post(retry))
        .route("/signals/webhooks/{id}/retry-dead", get(ask_retry_dead).post(retry_dead))
        .route("/signals/webhooks/{id}/replay", get(ask_replay).post(replay))
        .route("/signals/webhooks/{id}/test", post(test))
}

/// What the filters above the list send.
#[derive(Debug, Clone, Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    event: String,
    #[serde(default)]
    state: String,
}

impl Wanted {
    /// A number is a revision, an id an object, anything else a name.
    fn filter(&self) -> DeliveryFilter {
        let text = self.q.trim();
        let revision = text.replace(',', "").parse().ok();
        let object = Uuid::parse_str(text).ok();
        let name = Some(text).filter(|text| !text.is_empty() && revision.is_none() && object.is_none());
        DeliveryFilter {
            state: DeliveryState::parse(&self.state),
            event: Some(self.event.clone()).filter(|event| !event.is_empty()),
            object,
            revision,
            text: name.map(str::to_owned),
        }
    }
}

fn rows(desk: &Desk, rooms: Rooms, id: WebhookId, wanted: &Wanted) -> Result<Rows<DeliveryRow>, Problem> {
    let context = (rooms, desk.may(ReadWebhooks {})?, wanted.filter());
    Ok(sheet::rows(context, move |context, request| async move {
        let (rooms, may, filter) = &*context;
        let found = rooms.webhooks.list_deliveries(may, id, filter, &request).await?;
        Ok(found.map(|one| words::delivery_row(&one)))
    }))
}

async fn list(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<WebhookId>,
    list: Listing<Wanted>,
) -> Result<Response, Problem> {
    let view = find(&desk, &rooms, id).await?;
    let listed = SHEET.page(&rows(&desk, rooms, id, &list.wanted)?, &list.asked).await?;
    let frame = desk.frame(view.name.clone(), Section::Webhooks);
    let query = DeliveryQuery { q: list.wanted.q, event: list.wanted.event, state: list.wanted.state };
    Ok(page(&webhook::deliveries(frame, &view, &listed, &query, &list.here)))
}

async fn export(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<WebhookId>,
    list: Listing<Wanted>,
) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms, id, &list.wanted)?, &list.asked).await
}

async fn show(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, delivery)): Path<(WebhookId, DeliveryId)>,
) -> Result<Response, Problem> {
    let webhook = find(&desk, &rooms, id).await?;
    let found = rooms.webhooks.get_delivery(&desk.may(ReadWebhooks {})?, id, delivery).await?;
    let frame = desk.frame(words::delivery(&found).what, Section::Webhooks);
    Ok(page(&DeliveryPage::new(frame, &webhook, words::delivery(&found))))
}

async fn retry(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, delivery)): Path<(WebhookId, DeliveryId)>,
) -> Result<Response, Problem> {
    rooms.webhooks.retry_delivery(&desk.may(ManageWebhook { webhook: id })?, delivery).await?;
    Ok(done(format!("/signals/webhooks/{id}/deliveries/{delivery}"), Done::DeliveryQueued))
}

async fn ask_retry_dead(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<WebhookId>,
) -> Result<Response, Problem> {
    desk.may(ManageWebhook { webhook: id })?;
    let webhook = find(&desk, &rooms, id).await?;
    Ok(page(&ask::retry_dead(desk.frame("Dead letters", Section::Webhooks), &webhook)))
}

async fn retry_dead(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<WebhookId>) -> Result<Response, Problem> {
    rooms.webhooks.retry_dead_letters(&desk.may(ManageWebhook { webhook: id })?).await?;
    Ok(done(format!("/signals/webhooks/{id}/deliveries"), Done::DeliveriesQueued))
}

/// Sends a test and shows what came back.
async fn test(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<WebhookId>) -> Result<Response, Problem> {
    let tested = rooms.webhooks.test_webhook(&desk.may(ManageWebhook { webhook: id })?).await?;
    let what = if tested.delivery.error.is_none() { Done::WebhookTested } else { Done::WebhookTestFailed };
    Ok(done(format!("/signals/webhooks/{id}/deliveries/{}", tested.delivery.id), what))
}

async fn ask_replay(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<WebhookId>) -> Result<Response, Problem> {
    desk.may(ManageWebhook { webhook: id })?;
    let webhook = find(&desk, &rooms, id).await?;
    Ok(page(&ask::replay(desk.frame("Send again", Section::Webhooks), &webhook, &Replay::default())))
}

/// What the form for sending again sends.
#[derive(Debug, Default, Deserialize)]
struct Again {
    way: String,
    #[serde(default)]
    revision: String,
    #[serde(default)]
    day: String,
}

impl Again {
    fn wish(&self, newest: u64) -> Result<ReplayFrom, &'static str> {
        let revision = || self.revision.trim().replace(',', "").parse::<i64>().map_err(|_| "Must be a number.");
        match self.way.as_str() {
            "day" => Timestamp::parse(&format!("{}T00:00:00Z", self.day.trim()))
                .map(ReplayFrom::Time)
                .map_err(|_| "Choose a day below."),
            "one" => Ok(ReplayFrom::Only(revision()?)),
            "skip" => Ok(ReplayFrom::Revision(i64::try_from(newest).unwrap_or(i64::MAX).saturating_add(1))),
            _ => Ok(ReplayFrom::Revision(revision()?)),
        }
    }
}

async fn replay(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<WebhookId>,
    Form(sent): Form<Again>,
) -> Result<Response, Problem> {
    let may = desk.may(ManageWebhook { webhook: id })?;
    let webhook = find(&desk, &rooms, id).await?;
    let error = match sent.wish(webhook.newest) {
        Err(error) => error.to_owned(),
        Ok(from) => match rooms.webhooks.replay(&may, from).await {
            Ok(_) => return Ok(done(format!("/signals/webhooks/{id}"), Done::DeliveriesQueued)),
            Err(error) if error.kind() == kernel::ErrorKind::Internal => return Err(error.into()),
            Err(error) => sentence(&error.public_detail()),
        },
    };
    let form = Replay { way: sent.way, revision: sent.revision, day: sent.day, error };
    let again = ask::replay(desk.frame("Send again", Section::Webhooks), &webhook, &form);
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &again))
}
