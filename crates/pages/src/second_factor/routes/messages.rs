//! Which codes were sent to whom, and what became of them.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use mfa::model::FactorKind;
use mfa::outofband::{Delivery, MessageFilter};
use mfa::permissions::ReadMfa;
use serde::Deserialize;
use web::Problem;

use super::attempts::day;
use super::tenants_with;
use crate::Rooms;
use crate::desk::Desk;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::page;
use crate::second_factor::messages::{self, MessageQuery, MessageRow, SHEET};
use crate::second_factor::words;
use crate::sheet::{self, Rows};

/// What the list is narrowed to. Days as the browser writes them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
    way: String,
    state: String,
    provider: String,
    correlation_id: String,
    account: String,
    since: String,
    until: String,
}

impl Wanted {
    fn filter(&self) -> MessageFilter {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        MessageFilter {
            provider: self.provider.parse().ok(),
            account: self.account.parse().ok(),
            way: FactorKind::parse(&self.way),
            state: Delivery::parse(&self.state),
            label: some(&self.q),
            correlation_id: some(&self.correlation_id),
            from: day(&self.since),
            until: day(&self.until).map(|day| day.plus(Duration::from_hours(24))),
        }
    }
}

/// `GET /second-factor/messages`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let tenants = tenants_with(&desk, &rooms).await?;
    let listed = SHEET.page(&rows(&desk, &rooms, &list.wanted).await?, &list.asked).await?;
    let wanted = list.wanted;
    let query = MessageQuery {
        q: wanted.q,
        way: wanted.way,
        state: wanted.state,
        provider: wanted.provider,
        correlation_id: wanted.correlation_id,
        account: wanted.account,
        since: wanted.since,
        until: wanted.until,
        tenants,
    };
    Ok(page(&messages::page(desk.frame("Messages", Section::Attempts), &listed, &query, &list.here)))
}

/// `GET /second-factor/messages/export`.
pub async fn export(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, &rooms, &list.wanted).await?, &list.asked).await
}

async fn rows(desk: &Desk, rooms: &Rooms, wanted: &Wanted) -> Result<Rows<MessageRow>, Problem> {
    let tenants = tenants_with(desk, rooms).await?;
    let context = (rooms.clone(), desk.may(ReadMfa {})?, wanted.filter(), tenants);
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, filter, tenants) = &*context;
        let found = rooms.mfa.list_messages(may, filter, &request).await?;
        Ok(found.map(|message| words::message(&message, tenants)))
    }))
}
