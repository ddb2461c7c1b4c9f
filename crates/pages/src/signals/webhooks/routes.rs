//! The handlers of these pages.

mod deliveries;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use kernel::Page;
use serde::Deserialize;
use signals::SignalsError;
use signals::permissions::{CreateWebhook, ManageWebhook, ReadWebhooks};
use signals::webhooks::model::WebhookId;
use signals::webhooks::{CATALOGUE, Issued, NewWebhook, WebhookUpdate};
use web::{Form, Path, Problem};

use super::form::{WebhookForm, WebhookFormPage};
use super::list::{self, SHEET, WebhookRow};
use super::webhook::{WebhookPage, WebhookView};
use super::{ask, words};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::{page, page_with, sentence};
use crate::sheet::{self, Rows};

/// Webhooks.
pub fn routes() -> Router<Rooms> {
    Router::new()
        .route("/signals/webhooks", get(list_webhooks).post(create))
        .route("/signals/webhooks/export", get(export_webhooks))
        .route("/signals/webhooks/new", get(new))
        .route("/signals/webhooks/{id}", get(show))
        .route("/signals/webhooks/{id}/edit", get(edit).post(save))
        .route("/signals/webhooks/{id}/enable", post(enable))
        .route("/signals/webhooks/{id}/disable", post(disable))
        .route("/signals/webhooks/{id}/rotate", get(ask_rotate).post(rotate))
        .route("/signals/webhooks/{id}/remove", get(ask_remove).post(remove))
        .merge(deliveries::routes())
}

async fn list_webhooks(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    let listed = SHEET.page(&rows(&desk, rooms)?, &list.asked).await?;
    Ok(page(&list::page(desk.frame("Webhooks", Section::Webhooks), &listed, &list.here)))
}

async fn export_webhooks(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms)?, &list.asked).await
}

/// All of them are one page: there are never many.
fn rows(desk: &Desk, rooms: Rooms) -> Result<Rows<WebhookRow>, Problem> {
    let context = (rooms, desk.may(ReadWebhooks {})?);
    Ok(sheet::rows(context, |context, _| async move {
        let found = context.0.webhooks.list_webhooks(&context.1).await?;
        Ok(Page { items: found.iter().map(words::row).collect(), next: None })
    }))
}

pub(super) async fn find(desk: &Desk, rooms: &Rooms, id: WebhookId) -> Result<WebhookView, Problem> {
    let found = rooms.webhooks.get_webhook(&desk.may(ReadWebhooks {})?, id).await?;
    Ok(words::view(&found, desk.can(ManageWebhook { webhook: id }), desk.now()))
}

async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<WebhookId>) -> Result<Response, Problem> {
    let webhook = find(&desk, &rooms, id).await?;
    Ok(page(&WebhookPage::new(desk.frame(webhook.name.clone(), Section::Webhooks), webhook)))
}

fn form_page(desk: &Desk, form: &WebhookForm) -> WebhookFormPage {
    let catalogue: Vec<_> = CATALOGUE.iter().map(|event| (event.name, event.about)).collect();
    WebhookFormPage::new(desk.frame("Webhook", Section::Webhooks), &catalogue, form)
}

async fn new(desk: Desk) -> Result<Response, Problem> {
    desk.may(CreateWebhook {})?;
    let events = vec!["user.*".to_owned(), "group.*".to_owned()];
    Ok(page(&form_page(&desk, &WebhookForm { events, in_flight: 1, ..WebhookForm::default() })))
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub struct Sent {
    name: String,
    url: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    others: String,
    #[serde(default)]
    in_flight: u32,
    #[serde(default)]
    tell: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    version: i64,
}

impl Sent {
    fn all_events(&self) -> Vec<String> {
        self.events.iter().cloned().chain(split(&self.others)).collect()
    }

    fn form(self, id: String, wrong: Option<(&'static str, String)>) -> WebhookForm {
        WebhookForm {
            id,
            version: self.version,
            name: self.name,
            description: self.description,
            url: self.url,
            events: self.events,
            others: self.others,
            in_flight: self.in_flight,
            tell: self.tell,
            after: self.after,
            wrong,
        }
    }
}

fn split(text: &str) -> impl Iterator<Item = String> {
    text.split([' ', ',', ';', '\n', '\r', '\t']).filter(|part| !part.is_empty()).map(str::to_owned)
}

async fn create(desk: Desk, State(rooms): State<Rooms>, Form(sent): Form<Sent>) -> Result<Response, Problem> {
    let may = desk.may(CreateWebhook {})?;
    let after = match sent.after.trim() {
        "" => None,
        text => match text.parse() {
            Ok(after) => Some(after),
            Err(_) => {
                return Ok(again(&desk, sent, String::new(), "after", "Must be a revision: a number.".to_owned()));
            }
        },
    };
    let new = NewWebhook {
        name: sent.name.clone(),
        description: Some(sent.description.clone()),
        url: sent.url.clone(),
        events: sent.all_events(),
        in_flight: Some(sent.in_flight),
        tell: split(&sent.tell).collect(),
        enabled: None,
        after,
    };
    match rooms.webhooks.create_webhook(&may, new).await {
        Ok(issued) => Ok(once(&desk, &issued)),
        Err(error) => refused(&desk, sent, String::new(), error),
    }
}

fn once(desk: &Desk, issued: &Issued) -> Response {
    let frame = desk.frame("Secret", Section::Webhooks);
    page(&ask::once(frame, &issued.webhook.id.to_string(), &issued.webhook.name, issued.secret.expose()))
}

/// The form once more, with what is wrong beside its field.
fn refused(desk: &Desk, sent: Sent, id: String, error: SignalsError) -> Result<Response, Problem> {
    match error {
        SignalsError::Field { field, message } => Ok(again(desk, sent, id, field, sentence(&message))),
        SignalsError::Ahead { newest, .. } => {
            Ok(again(desk, sent, id, "after", format!("The log ends at revision {newest}.")))
        }
        other => Err(other.into()),
    }
}

fn again(desk: &Desk, sent: Sent, id: String, field: &'static str, message: String) -> Response {
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &form_page(desk, &sent.form(id, Some((field, message)))))
}

async fn edit(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<WebhookId>) -> Result<Response, Problem> {
    desk.may(ManageWebhook { webhook: id })?;
    let found = rooms.webhooks.get_webhook(&desk.may(ReadWebhooks {})?, id).await?;
    Ok(page(&form_page(&desk, &words::form(&found))))
}

async fn save(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<WebhookId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(ManageWebhook { webhook: id })?;
    let update = WebhookUpdate {
        version: Some(sent.version),
        name: Some(sent.name.clone()),
        description: Some(sent.description.clone()),
        url: Some(sent.url.clone()),
        events: Some(sent.all_events()),
        in_flight: Some(sent.in_flight),
        tell: Some(split(&sent.tell).collect()),
        enabled: None,
    };
    let at = format!("/signals/webhooks/{id}");
    match rooms.webhooks.update_webhook(&may, update).await {
        Ok(_) => Ok(done(at, Done::Saved)),
        Err(SignalsError::Changed) => Ok(done(at, Done::Stale)),
        Err(error) => refused(&desk, sent, id.to_string(), error),
    }
}

async fn enable(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<WebhookId>) -> Result<Response, Problem> {
    switch(&desk, &rooms, id, true).await
}

async fn disable(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<WebhookId>) -> Result<Response, Problem> {
    switch(&desk, &rooms, id, false).await
}

async fn switch(desk: &Desk, rooms: &Rooms, id: WebhookId, on: bool) -> Result<Response, Problem> {
    let update = WebhookUpdate { enabled: Some(on), ..WebhookUpdate::default() };
    rooms.webhooks.update_webhook(&desk.may(ManageWebhook { webhook: id })?, update).await?;
    Ok(done(format!("/signals/webhooks/{id}"), if on { Done::WebhookEnabled } else { Done::WebhookDisabled }))
}

async fn ask_rotate(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<WebhookId>) -> Result<Response, Problem> {
    desk.may(ManageWebhook { webhook: id })?;
    let webhook = find(&desk, &rooms, id).await?;
    Ok(page(&ask::rotate(desk.frame("New secret", Section::Webhooks), &webhook)))
}

/// What the question about a new secret sends.
#[derive(Deserialize)]
pub struct Rotate {
    overlap_hours: u32,
}

async fn rotate(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<WebhookId>,
    Form(sent): Form<Rotate>,
) -> Result<Response, Problem> {
    let may = desk.may(ManageWebhook { webhook: id })?;
    let issued = rooms.webhooks.rotate_secret(&may, Some(sent.overlap_hours)).await?;
    Ok(once(&desk, &issued))
}

async fn ask_remove(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<WebhookId>) -> Result<Response, Problem> {
    desk.may(ManageWebhook { webhook: id })?;
    let webhook = find(&desk, &rooms, id).await?;
    Ok(page(&ask::remove(desk.frame("Remove", Section::Webhooks), &webhook)))
}

async fn remove(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<WebhookId>) -> Result<Response, Problem> {
    rooms.webhooks.delete_webhook(&desk.may(ManageWebhook { webhook: id })?).await?;
    Ok(done("/signals/webhooks", Done::WebhookRemoved))
}
