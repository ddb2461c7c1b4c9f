//! Tenants that are no longer connected: what they left, and who is taken over.

use axum::extract::State;
use axum::response::Response;
use directory::SourceId;
use dirsync::RunState;
use dirsync::permissions::{DecideConflicts, ReadSync};
use dirsync::service::detach::{Adopt, Adoptable, FormerSource};
use serde::Deserialize;
use uuid::Uuid;
use web::{Form, Path, Problem};

use crate::Rooms;
use crate::desk::{Desk, done};
use crate::dirsync::routes::sources;
use crate::dirsync::words::plain;
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::page;
use crate::sheet::{self, Rows};
use crate::tenants::former::{self, FormerView, PairRow, SHEET};

/// Those that have left something.
pub async fn all(desk: &Desk, rooms: &Rooms) -> Result<Vec<FormerView>, Problem> {
    let found = rooms.dirsync.list_former_sources(&desk.may(ReadSync {})?).await?;
    Ok(found.iter().map(view).collect())
}

fn view(former: &FormerSource) -> FormerView {
    let held = former.open_run.as_ref().filter(|run| run.state == RunState::Held);
    let sum = |counts: &[dirsync::service::source_settings::StateCount]| {
        counts
            .iter()
            .filter(|count| count.state != "deleted" && count.state != "excluded")
            .map(|count| count.count)
            .sum()
    };
    FormerView {
        id: former.id.to_string(),
        name: former.name.clone(),
        since: former.disconnected_at,
        by: former.disconnected_by.clone(),
        user_count: sum(&former.users),
        group_count: sum(&former.groups),
        adoptable: former.adoptable,
        plan_href: held.map(|run| format!("/dirsync/plans/{}", run.id)).unwrap_or_default(),
    }
}

async fn find(desk: &Desk, rooms: &Rooms, id: SourceId) -> Result<FormerView, Problem> {
    let id = id.to_string();
    let found = all(desk, rooms).await?.into_iter().find(|former| former.id == id);
    found.ok_or_else(|| {
        Problem::not_found("tenants.no_such_former", "no disconnected tenant of this id has left anything")
    })
}

/// `GET /tenants/former/{id}`.
pub async fn show(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<SourceId>,
    list: Listing,
) -> Result<Response, Problem> {
    let former = find(&desk, &rooms, id).await?;
    let listed = SHEET.page(&rows(&desk, rooms, id).await?, &list.asked).await?;
    Ok(page(&former::page(desk.frame(former.name.clone(), Section::Tenants), &former, &listed, &list.here)))
}

/// `GET /tenants/former/{id}/export`.
pub async fn export(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<SourceId>,
    list: Listing,
) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, rooms, id).await?, &list.asked).await
}

async fn rows(desk: &Desk, rooms: Rooms, id: SourceId) -> Result<Rows<PairRow>, Problem> {
    let names = sources(desk, &rooms).await?;
    let context = (rooms, desk.may(ReadSync {})?, names);
    Ok(sheet::rows(context, move |context, request| async move {
        let (rooms, may, names) = &*context;
        Ok(rooms.dirsync.list_adoptable(may, id, &request).await?.map(|pair| row(pair, names)))
    }))
}

fn row(pair: Adoptable, names: &[(String, String)]) -> PairRow {
    let tenant = pair.new_source_id.to_string();
    let known = names.iter().find(|(id, _)| *id == tenant);
    PairRow {
        id: pair.old.id.to_string(),
        name: pair.old.name,
        address: pair.old.user_principal_name.unwrap_or_default(),
        new_id: pair.new.id.to_string(),
        new_name: pair.new.name,
        new_address: pair.new.user_principal_name.unwrap_or_default(),
        tenant: known.map(|(_, name)| name.clone()).unwrap_or_default(),
        matched_by: plain(pair.matched_by.as_str()),
    }
}

/// The picked ones, and why.
#[derive(Deserialize)]
pub struct Picked {
    #[serde(default)]
    id: Vec<Uuid>,
    #[serde(default)]
    reason: String,
}

/// `GET /tenants/former/{id}/adopt`: everybody who can be.
pub async fn ask_all(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<SourceId>) -> Result<Response, Problem> {
    ask(&desk, &rooms, id, &[]).await
}

/// `POST /tenants/former/{id}/ask-adopt`: the picked ones.
pub async fn ask_picked(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<SourceId>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    if picked.id.is_empty() {
        return Ok(done(format!("/tenants/former/{id}"), Done::NothingPicked));
    }
    ask(&desk, &rooms, id, &picked.id).await
}

async fn ask(desk: &Desk, rooms: &Rooms, id: SourceId, ids: &[Uuid]) -> Result<Response, Problem> {
    desk.may(DecideConflicts {})?;
    let former = find(desk, rooms, id).await?;
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    Ok(page(&former::ask_adopt(desk.frame("Take over", Section::Tenants), &former, &ids)))
}

/// `POST /tenants/former/{id}/adopt`.
pub async fn adopt(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<SourceId>,
    Form(picked): Form<Picked>,
) -> Result<Response, Problem> {
    let may = desk.may(DecideConflicts {})?;
    let whom = if picked.id.is_empty() { Adopt::All } else { Adopt::These { users: picked.id } };
    let reason = Some(picked.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    rooms.dirsync.adopt_users(&may, id, &whom, reason).await?;
    let back = match find(&desk, &rooms, id).await {
        Ok(_) => format!("/tenants/former/{id}"),
        Err(_) => "/tenants".to_owned(),
    };
    Ok(done(back, Done::UsersAdopted))
}
