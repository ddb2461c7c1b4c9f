//! The box at the top of every page.

use axum::extract::State;
use axum::response::Response;
use directory::permissions::ReadDirectory;
use serde::Deserialize;
use web::{Problem, Query};

use super::sources;
use super::users::name_of;
use crate::Rooms;
use crate::desk::Desk;
use crate::directory::search::SearchPage;
use crate::directory::words;
use crate::layout::{Frame, Section};
use crate::render::page;

/// What for.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
}

/// `GET /search`.
pub async fn search(desk: Desk, State(rooms): State<Rooms>, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let found = rooms.directory.search(&desk.may(ReadDirectory {})?, &wanted.q, 20).await?;
    let sources = sources(&desk, &rooms).await?;
    let users: Vec<_> = found.users.iter().map(|user| words::user(user, &name_of(&sources, user.source.id))).collect();
    let groups: Vec<_> =
        found.groups.iter().map(|group| words::group(group, &name_of(&sources, group.source.id))).collect();
    let frame = Frame { search: wanted.q, ..desk.frame("Search", Section::None) };
    Ok(page(&SearchPage::new(frame, &users, &groups)))
}
