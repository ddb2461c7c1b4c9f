//! Who proves themselves here.

use axum::extract::State;
use axum::response::Response;
use mfa::accounts::AccountFilter;
use mfa::permissions::ReadMfa;
use serde::Deserialize;
use web::Problem;

use super::tenants_with;
use crate::Rooms;
use crate::desk::Desk;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::page;
use crate::second_factor::people::{self, PeopleQuery, PersonRow, SHEET};
use crate::second_factor::words;
use crate::sheet::{self, Rows};

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
    state: String,
    provider: String,
}

impl Wanted {
    fn filter(&self) -> AccountFilter {
        let text = self.q.trim();
        let object_id = text.parse().ok();
        AccountFilter {
            provider: self.provider.parse().ok(),
            text: Some(text.to_owned()).filter(|text| !text.is_empty() && object_id.is_none()),
            object_id,
            locked: (self.state == "locked").then_some(true),
            enrolled: match self.state.as_str() {
                "enrolled" => Some(true),
                "without" => Some(false),
                _ => None,
            },
        }
    }
}

/// `GET /second-factor/people`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let tenants = tenants_with(&desk, &rooms).await?;
    let listed = SHEET.page(&rows(&desk, &rooms, &list.wanted).await?, &list.asked).await?;
    let Wanted { q, state, provider } = list.wanted;
    let query = PeopleQuery { q, state, provider, tenants };
    let frame = desk.frame("Registered people", Section::SecondFactorPeople);
    Ok(page(&people::page(frame, &listed, &query, &list.here)))
}

/// `GET /second-factor/people/export`.
pub async fn export(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, &rooms, &list.wanted).await?, &list.asked).await
}

async fn rows(desk: &Desk, rooms: &Rooms, wanted: &Wanted) -> Result<Rows<PersonRow>, Problem> {
    let tenants = tenants_with(desk, rooms).await?;
    let context = (rooms.clone(), desk.may(ReadMfa {})?, wanted.filter(), tenants);
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, filter, tenants) = &*context;
        let found = rooms.mfa.list_accounts(may, filter, &request).await?;
        Ok(found.map(|account| words::person(&account, tenants)))
    }))
}
