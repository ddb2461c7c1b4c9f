//! API tokens: list, make, revoke.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::{Role, TokenId};
use operators::NewToken;
use operators::permissions::{CreateToken, ReadTokens, RevokeToken};
use serde::Deserialize;
use web::{Form, Path, Problem};

use super::field_of;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::operators::tokens::{self, OncePage, SHEET, TokenRow, form};
use crate::render::{page, page_with};
use crate::sheet::{self, Rows};

/// `GET /operators/tokens`.
pub async fn list_tokens(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    let listed = SHEET.page(&rows(&desk, rooms)?, &list.asked).await?;
    Ok(page(&tokens::page(desk.frame("API tokens", Section::Tokens), &listed, &list.here)))
}

/// `GET /operators/tokens/export`.
pub async fn export_tokens(desk: Desk, State(rooms): State<Rooms>, list: Listing) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms)?, &list.asked).await
}

fn rows(desk: &Desk, rooms: Rooms) -> Result<Rows<TokenRow>, Problem> {
    let context = (rooms, desk.may(ReadTokens {})?);
    Ok(sheet::rows(context, |context, request| async move {
        Ok(context.0.operators.list_tokens(&context.1, &request).await?.map(row))
    }))
}

fn row(token: operators::TokenView) -> TokenRow {
    TokenRow {
        id: token.id.to_string(),
        label: token.label,
        role: token.role,
        owner: token.user_name,
        expires: token.expires_at,
        last_used: token.last_used_at,
        works: token.works,
        made: token.created_at,
    }
}

/// `GET /operators/tokens/new`.
pub async fn new_token(desk: Desk) -> Result<Response, Problem> {
    desk.may(CreateToken {})?;
    Ok(page(&form(desk.frame("Make a token", Section::Tokens), "", "", None)))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct New {
    label: String,
    role: Role,
    days: u32,
}

/// `POST /operators/tokens`: shows the token, this once.
pub async fn create_token(desk: Desk, State(rooms): State<Rooms>, Form(body): Form<New>) -> Result<Response, Problem> {
    let may = desk.may(CreateToken {})?;
    let new = NewToken { label: body.label, role: body.role, expires_in_days: body.days };
    match rooms.operators.create_token(&may, &new).await {
        Ok(issued) => {
            let frame = desk.frame("Token", Section::Tokens);
            Ok(page(&OncePage::token(frame, &issued.token.label, issued.text.expose(), &rooms.url)))
        }
        Err(error) => {
            let Some(found) = field_of(&error) else { return Err(error.into()) };
            let frame = desk.frame("Make a token", Section::Tokens);
            let again = form(frame, &new.label, new.role.as_str(), Some(&found));
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
    }
}

/// `GET /operators/tokens/{id}/revoke`.
pub async fn ask_revoke(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TokenId>) -> Result<Response, Problem> {
    desk.may(RevokeToken { token: id })?;
    let id = id.to_string();
    let label = SHEET.names(&rows(&desk, rooms)?, std::slice::from_ref(&id), |row| row.label.clone()).await?.concat();
    Ok(page(&tokens::ask_revoke(desk.frame("Revoke", Section::Tokens), &id, &label)))
}

/// `POST /operators/tokens/{id}/revoke`.
pub async fn revoke_token(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TokenId>,
) -> Result<Response, Problem> {
    rooms.operators.revoke_token(&desk.may(RevokeToken { token: id })?).await?;
    Ok(done("/operators/tokens", Done::TokenRevoked))
}
