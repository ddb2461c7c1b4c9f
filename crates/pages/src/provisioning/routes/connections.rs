//! The list of connections, and a new one.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::{Kinded as _, Page, PageRequest};
use provisioning::holds::{HoldFilter, HoldState, HoldView};
use provisioning::keys::NewKey;
use provisioning::permissions::{CreateConnection, CreateKey, ReadProvisioning};
use provisioning::{ConnectionState, NewConnection, ProvisioningError};
use serde::Deserialize;
use web::{Form, Problem};

use super::{connections, tenants};
use crate::Rooms;
use crate::desk::Desk;
use crate::layout::Section;
use crate::listing::Listing;
use crate::provisioning::connections::{self as shown, ConnectionRow, KeyPage, NewForm, NewKeyView, SHEET};
use crate::provisioning::words;
use crate::render::{page, page_with, sentence};
use crate::sheet::{self, Rows};

/// `GET /provisioning/connections`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    let listed = SHEET.page(&rows(&desk, rooms), &list.asked).await?;
    Ok(page(&shown::page(desk.frame("Connections", Section::Connections), &listed, &list.here)))
}

/// `GET /provisioning/connections/export`.
pub async fn export(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms), &list.asked).await
}

fn rows(desk: &Desk, rooms: Rooms) -> Rows<ConnectionRow> {
    sheet::rows((desk.clone(), rooms), |context, _| async move {
        let (desk, rooms) = &*context;
        Ok(Page { items: all(desk, rooms).await?, next: None })
    })
}

async fn all(desk: &Desk, rooms: &Rooms) -> Result<Vec<ConnectionRow>, Problem> {
    let may = desk.may(ReadProvisioning {})?;
    let tenants = tenants(desk, rooms).await?;
    let open = HoldFilter { state: Some(HoldState::Open), ..HoldFilter::default() };
    let holds = rooms.provisioning.list_holds(&may, &open, &PageRequest::first(PageRequest::MOST)).await?.items;
    let mut rows = Vec::new();
    for connection in connections(desk, rooms).await? {
        let cycles = rooms.provisioning.list_push_cycles(&may, connection.id, 1).await?;
        let tenant = connection.tenant_id.map(|id| id.to_string()).unwrap_or_default();
        let name = tenants.iter().find(|(id, _)| *id == tenant).map(|(_, name)| name.clone());
        let held = |hold: &&HoldView| hold.connection_id == connection.id;
        rows.push(ConnectionRow {
            id: connection.id.to_string(),
            tenant: name.unwrap_or(tenant),
            paused: connection.state == ConnectionState::Paused,
            user_count: connection.user_count,
            group_count: connection.group_count,
            last_call: connection.last_call_at,
            last_cycle: cycles.first().map(|cycle| cycle.last_at),
            last_cycle_words: cycles.first().map(words::cycle_words).unwrap_or_default(),
            held_count: holds.iter().filter(held).map(|hold| hold.calls.waiting).sum(),
            name: connection.name,
        });
    }
    Ok(rows)
}

/// `GET /provisioning/connections/new`.
pub async fn new(desk: Desk, State(rooms): State<Rooms>) -> Result<Response, Problem> {
    desk.may(CreateConnection {})?;
    let form = NewForm { tenants: tenants(&desk, &rooms).await?, days: "365".to_owned(), ..NewForm::default() };
    Ok(page(&shown::form(desk.frame("New connection", Section::Connections), &form)))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct New {
    name: String,
    #[serde(default)]
    tenant: String,
    #[serde(default)]
    days: String,
}

/// `POST /provisioning/connections`: makes it with a first key, and shows the key, this once.
pub async fn create(desk: Desk, State(rooms): State<Rooms>, Form(body): Form<New>) -> Result<Response, Problem> {
    let may = desk.may(CreateConnection {})?;
    let new = NewConnection { name: body.name.clone(), tenant_id: body.tenant.parse().ok(), settings: None };
    let made = match rooms.provisioning.create_connection(&may, new).await {
        Ok(made) => made,
        Err(error @ (ProvisioningError::Invalid(_) | ProvisioningError::Conflict(_))) => {
            let error = sentence(&error.public_detail());
            let tenants = tenants(&desk, &rooms).await?;
            let form = NewForm { name: body.name, tenant: body.tenant, days: body.days, tenants, error };
            let again = shown::form(desk.frame("New connection", Section::Connections), &form);
            return Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &again));
        }
        Err(error) => return Err(error.into()),
    };
    let key = NewKey { label: "First key".to_owned(), expires_in_days: body.days.parse().ok(), addresses: Vec::new() };
    let issued = rooms.provisioning.create_key(&desk.may(CreateKey { connection: made.id })?, key).await?;
    let view = key_view(&made.name, &made.id.to_string(), &issued);
    Ok(page(&KeyPage::new(desk.frame("Connection", Section::Connections), &view, true)))
}

/// A new key as it is shown.
pub fn key_view(connection: &str, id: &str, issued: &provisioning::IssuedKey) -> NewKeyView {
    NewKeyView {
        connection: connection.to_owned(),
        connection_id: id.to_owned(),
        label: issued.key.label.clone(),
        url: issued.base_url.clone(),
        key: issued.key.key.clone(),
        secret: issued.secret.expose().clone(),
    }
}
