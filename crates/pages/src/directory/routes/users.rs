//! People.

use axum::extract::State;
use axum::response::{Redirect, Response};
use directory::index::Reach;
use directory::permissions::ReadDirectory;
use directory::views::{StateView, UserSummary};
use directory::{Order, SourceId, SourceKind, StateName, User, UserFilter, UserId, UserSort};
use dirsync::permissions::{ReadSync, SyncOne, Undo};
use kernel::{Cursor, PageRequest};
use mfa::accounts::AccountFilter;
use mfa::permissions::ReadMfa;
use serde::Deserialize;
use tenants::TenantId;
use uuid::Uuid;
use web::{Path, Problem, Query};

use super::sources;
use super::{file, format_of};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::directory::user::{
    Address, MEMBERSHIPS, MembershipRow, Open, PushRow, SecondFactor, UserPage, UserView, memberships,
};
use crate::directory::users::{self, UserQuery, UserTotals};
use crate::directory::{superiors, words};
use crate::dirsync::words::plain;
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::parts::{Action, Callout, Check, Checklist, Timeline, Tone};
use crate::render::{page, sentence};
use crate::sheet::{self, Rows};

/// What the list is narrowed to.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    format: String,
}

impl Wanted {
    fn filter(&self) -> UserFilter {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        UserFilter {
            text: some(&self.q),
            state: StateName::parse(&self.state),
            source: self.source.parse::<SourceId>().ok(),
            user_type: some(&self.kind),
            ..UserFilter::default()
        }
    }

    fn order(&self) -> Order<UserSort> {
        let (descending, key) = self.sort.strip_prefix('-').map_or((false, self.sort.as_str()), |key| (true, key));
        let by = match key {
            "changed" => UserSort::ChangedAt,
            other => UserSort::parse(other).unwrap_or(UserSort::Name),
        };
        Order { by, descending }
    }
}

/// `GET /directory/users`.
pub async fn list_users(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let may = desk.may(ReadDirectory {})?;
    let wanted = list.wanted;
    let filter = wanted.filter();
    let counts = rooms.directory.index(desk.caller.actor().organisation).ok().map(|index| index.counts());
    let found = rooms.directory.list_users(&may, &filter, wanted.order(), &list.asked.page).await?;
    let sources = sources(&desk, &rooms).await?;
    let matching = match counts {
        Some(counts) if filter == UserFilter::default() => Some(counts.users),
        _ if only_text(&filter) => rooms.directory.count_users(&may, &filter).await?,
        _ => None,
    };
    let active = counts.map(|counts| counts.active_users);
    let totals = UserTotals { matching, active, sources: sources.clone() };
    let rows: Vec<_> = found.items.iter().map(|user| row(user, &sources)).collect();
    let next = found.next.as_ref().map(Cursor::as_str);
    let shown =
        UserQuery { q: wanted.q, state: wanted.state, kind: wanted.kind, source: wanted.source, sort: wanted.sort };
    Ok(page(&users::page(desk.frame("People", Section::Users), &rows, &shown, &totals, &list.here, next)))
}

fn row(user: &User, sources: &[(String, String)]) -> users::UserRow {
    words::user(&UserSummary::from(user), &name_of(sources, user.source.id))
}

/// Whether words are all that is asked for: those are counted in memory, anything else would walk the table.
fn only_text(filter: &UserFilter) -> bool {
    filter.text.is_some() && UserFilter { text: None, ..filter.clone() } == UserFilter::default()
}

/// What people call a source.
pub fn name_of(sources: &[(String, String)], id: SourceId) -> String {
    let id = id.to_string();
    sources.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone()).unwrap_or_default()
}

/// `GET /directory/users/export`.
pub async fn export_users(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let may = desk.may(ReadDirectory {})?;
    let format = format_of(&wanted.format);
    let lines = rooms.directory.export_users(&may, wanted.filter(), format).await?;
    Ok(file("vestibule-people", format, lines))
}

/// `GET /directory/users/of/{source}/{object}`: by the immutable id in the source.
pub async fn find_user(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((source, object)): Path<(SourceId, Uuid)>,
) -> Result<Redirect, Problem> {
    let may = desk.may(ReadDirectory {})?;
    let found = rooms.directory.get_user_by_object_id(&may, source, object).await?;
    Ok(Redirect::to(&format!("/directory/users/{}", found.id)))
}

async fn find(desk: &Desk, rooms: &Rooms, id: UserId) -> Result<User, Problem> {
    Ok(rooms.directory.get_user(&desk.may(ReadDirectory {})?, id).await?)
}

async fn show(desk: &Desk, rooms: &Rooms, user: &User, open: Open) -> Result<Response, Problem> {
    let view = view(desk, rooms, user).await?;
    Ok(page(&UserPage::new(desk.frame(view.name.clone(), Section::Users), view, open)))
}

async fn view(desk: &Desk, rooms: &Rooms, user: &User) -> Result<UserView, Problem> {
    let sources = sources(desk, rooms).await?;
    let summary = UserSummary::from(user);
    let row = words::user(&summary, &name_of(&sources, user.source.id));
    let state = StateView::from(&user.state);
    Ok(UserView {
        id: row.id,
        name: row.name,
        upn: row.upn,
        state: row.state,
        state_reason: words::state_reason(&state),
        guest: row.guest,
        object_id: user.object_id.to_string(),
        tenant: row.source,
        tenant_href: super::source_href(user.source.kind, user.source.id),
        pushed_by: pushed_by(desk, rooms, user).await?,
        source_id: user.source.id.to_string(),
        source: if user.source.kind == SourceKind::Scim { "SCIM".to_owned() } else { plain(user.source.kind.as_str()) },
        first_seen: user.created_at,
        last_seen: user.seen_at,
        changed: user.changed_at,
        missing_since: user.missing_since,
        manager: manager(desk, rooms, user).await,
        attributes: words::attributes(&user.attributes),
        addresses: addresses(user),
        second_factor: second_factor(desk, rooms, user).await?,
    })
}

/// Where the person's second factor is, or where they are given a first code, if their tenant has one.
async fn second_factor(desk: &Desk, rooms: &Rooms, user: &User) -> Result<Option<SecondFactor>, Problem> {
    let Ok(may) = desk.may(ReadMfa {}) else { return Ok(None) };
    let provider = TenantId(user.source.id.0);
    let object_id = Some(user.object_id);
    let filter = AccountFilter { provider: Some(provider), object_id, ..AccountFilter::default() };
    if let Some(account) = rooms.mfa.list_accounts(&may, &filter, &PageRequest::first(1)).await?.items.first() {
        return Ok(Some(SecondFactor::Known(format!("/second-factor/people/{}", account.id))));
    }
    let has = rooms.mfa.list_providers(&may).await?.iter().any(|known| known.tenant == provider);
    let open = || SecondFactor::Unknown(format!("/second-factor/people/of/{provider}/{}", user.object_id));
    Ok(has.then(open))
}

/// Which connections push somebody: name, link to the calls, whether the client says active, since when.
async fn pushed_by(desk: &Desk, rooms: &Rooms, user: &User) -> Result<Vec<PushRow>, Problem> {
    let found = rooms.provisioning.list_user_pushes(&desk.may(ReadDirectory {})?, user).await?;
    let row = |push: &provisioning::pushes::UserPush| PushRow {
        connection: push.connection_name.clone(),
        href: format!("/provisioning/connections/{}", push.connection_id),
        calls: format!("/provisioning/calls?resource={}", push.scim_id),
        active: push.active,
        at: push.pushed_at,
    };
    Ok(found.iter().map(row).collect())
}

async fn manager(desk: &Desk, rooms: &Rooms, user: &User) -> Option<(String, String)> {
    let object_id = user.attributes.manager?;
    let may = desk.may(ReadDirectory {}).ok()?;
    let manager = rooms.directory.get_user_by_object_id(&may, user.source.id, object_id).await.ok()?;
    Some((manager.name(), manager.id.to_string()))
}

fn addresses(user: &User) -> Vec<Address> {
    let found = user.addresses();
    let primary = found.primary.map(|value| Address { value, kind: "Primary".to_owned(), primary: true });
    let alias = |value| Address { value, kind: "Alias".to_owned(), primary: false };
    let other = |text: String| {
        let (kind, value) = text.split_once(':').unwrap_or(("Other", &text));
        Address { value: value.to_owned(), kind: kind.to_uppercase(), primary: false }
    };
    let aliases = found.aliases.into_iter().map(alias);
    primary.into_iter().chain(aliases).chain(found.others.into_iter().map(other)).collect()
}

/// `GET /directory/users/{id}`.
pub async fn show_profile(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<UserId>) -> Result<Response, Problem> {
    let user = find(&desk, &rooms, id).await?;
    show(&desk, &rooms, &user, Open::Profile).await
}

/// `GET /directory/users/{id}/groups`.
pub async fn show_groups(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<UserId>,
    list: Listing,
) -> Result<Response, Problem> {
    let user = find(&desk, &rooms, id).await?;
    let listed = MEMBERSHIPS.page(&membership_rows(&desk, rooms.clone(), id)?, &list.asked).await?;
    let table = memberships(&listed, &list.here);
    show(&desk, &rooms, &user, Open::Groups(Box::new(table))).await
}

/// `GET /directory/users/{id}/groups/export`.
pub async fn export_memberships(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<UserId>,
    list: Listing,
) -> Result<Response, Problem> {
    find(&desk, &rooms, id).await?;
    MEMBERSHIPS.csv(membership_rows(&desk, rooms, id)?, &list.asked).await
}

fn membership_rows(desk: &Desk, rooms: Rooms, id: UserId) -> Result<Rows<MembershipRow>, Problem> {
    let context = (rooms, desk.may(ReadDirectory {})?);
    Ok(sheet::rows(context, move |context, request| async move {
        let (rooms, may) = &*context;
        let found = rooms.directory.user_groups(may, id, Reach::Transitive, &request).await?;
        Ok(found.map(|group| membership(&group)))
    }))
}

fn membership(group: &directory::views::UserGroup) -> MembershipRow {
    MembershipRow {
        id: group.group.id.to_string(),
        name: group.group.name.clone(),
        direct: group.direct,
        paths: group.paths.iter().map(|path| words::path(path)).collect(),
        more_paths: group.more_paths,
    }
}

/// `GET /directory/users/{id}/history`.
pub async fn show_history(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<UserId>) -> Result<Response, Problem> {
    let user = find(&desk, &rooms, id).await?;
    let may = desk.may(ReadDirectory {})?;
    let mut found = rooms.directory.user_history(&may, id, &PageRequest::first(200)).await?;
    let changes = found.items.iter_mut().flat_map(|entry| &mut entry.changes);
    superiors::name(&rooms.directory, &may, user.source.id, changes).await;
    let may_undo = desk.can(Undo { source: user.source.id });
    let entries = found.items.iter().map(|entry| words::entry(entry, desk.now(), may_undo)).collect();
    show(&desk, &rooms, &user, Open::History(Timeline::new(entries, "Nothing has happened yet."))).await
}

/// `GET /directory/users/{id}/why`.
pub async fn show_why(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<UserId>) -> Result<Response, Problem> {
    let user = find(&desk, &rooms, id).await?;
    let why = rooms.dirsync.why(&desk.may(ReadSync {})?, id.0).await?.why;
    let check = |step: &dirsync::scope::Step| {
        let tone = if step.passes { Tone::Ok } else { Tone::Bad };
        Check::new(tone, plain(step.rule), sentence(&step.says))
    };
    let verdict = if why.included {
        Callout::new(Tone::Ok, "Let in", "Every rule lets this person in.")
    } else {
        let because = why.because.map(|because| plain(because.as_str())).unwrap_or_default();
        Callout::new(Tone::Info, "Left out", format!("{because}. The first rule that does not pass decides."))
    };
    let verdict = verdict.action(Action::go("Sync settings", format!("/dirsync/settings?source={}", user.source.id)));
    let rules = Checklist::new(why.steps.iter().map(check).collect());
    show(&desk, &rooms, &user, Open::Why { verdict, rules }).await
}

/// `POST /directory/users/{id}/sync`.
pub async fn sync_user(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<UserId>) -> Result<Response, Problem> {
    let user = find(&desk, &rooms, id).await?;
    let may = desk.may(SyncOne { source: user.source.id })?;
    let run = rooms.dirsync.sync_one(&may, &format!("user:{}", user.object_id), false).await?;
    Ok(done(format!("/dirsync/runs/{}", run.id), Done::RunStarted))
}
