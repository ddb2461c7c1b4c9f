//! Choosing a person or a group by name: what the fields that choose ask, with scripts and without.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use directory::permissions::ReadDirectory;
use directory::views::{GroupSummary, UserSummary};
use directory::{DirectoryError, SourceId};
use serde::Deserialize;
use uuid::Uuid;
use web::{Problem, Query};

use crate::Rooms;
use crate::desk::Desk;
use crate::form::Pick;
use crate::format;
use crate::render::page;

/// Somebody who was chosen: of a kind, where that is known.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub id: Uuid,
    user: bool,
    group: bool,
}

impl Wanted {
    /// A group.
    pub fn group(id: Uuid) -> Self {
        Self { id, user: false, group: true }
    }

    /// A person.
    pub fn user(id: Uuid) -> Self {
        Self { id, user: true, group: false }
    }

    /// A person or a group.
    pub fn either(id: Uuid) -> Self {
        Self { id, user: true, group: true }
    }

    /// Reads `user:…`, `group:…` or an id alone.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().split_once(':') {
            Some(("user", id)) => id.parse().ok().map(Self::user),
            Some(("group", id)) => id.parse().ok().map(Self::group),
            Some(_) => None,
            None => text.trim().parse().ok().map(Self::either),
        }
    }

    /// Whether it is a group and nothing else.
    pub fn is_group(self) -> bool {
        self.group && !self.user
    }
}

/// What those who were chosen are called. Whom the directory does not know goes by the id.
pub async fn named(desk: &Desk, rooms: &Rooms, source: SourceId, wanted: &[Wanted]) -> Result<Vec<Pick>, Problem> {
    let mut picks = Vec::new();
    for one in wanted {
        let known = by_id(desk, rooms, source, *one).await?;
        picks.push(known.unwrap_or_else(|| unknown(*one)));
    }
    Ok(picks)
}

fn unknown(wanted: Wanted) -> Pick {
    let kind = if wanted.is_group() { "group" } else { "user" };
    let noun = if wanted.is_group() { "group" } else { "person" };
    Pick {
        value: format!("{kind}:{}", wanted.id),
        name: format!("A {noun} that is not in the directory"),
        sub: wanted.id.to_string(),
    }
}

async fn by_id(desk: &Desk, rooms: &Rooms, source: SourceId, wanted: Wanted) -> Result<Option<Pick>, Problem> {
    let may = desk.may(ReadDirectory {})?;
    if wanted.user {
        match rooms.directory.get_user_by_object_id(&may, source, wanted.id).await {
            Ok(found) => return Ok(Some(of_user(&(&found).into()))),
            Err(DirectoryError::NoSuchUser) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if wanted.group {
        match rooms.directory.get_group_by_object_id(&may, source, wanted.id).await {
            Ok(found) => return Ok(Some(of_group(&found.summary))),
            Err(DirectoryError::NoSuchGroup) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

fn of_user(user: &UserSummary) -> Pick {
    let sub = user.user_principal_name.clone().or_else(|| user.mail.clone()).unwrap_or_default();
    Pick { value: format!("user:{}", user.object_id), name: user.name.clone(), sub }
}

fn of_group(group: &GroupSummary) -> Pick {
    let members =
        group.transitive_members.map(|count| format!("Group, {}", format::plural(count, "member", "members")));
    let sub = members.unwrap_or_else(|| "Group".to_owned());
    Pick { value: format!("group:{}", group.object_id), name: group.name.clone(), sub }
}

/// How many of each kind are offered.
const MOST_OFFERED: usize = 8;

/// Whom a few letters find, of the kinds that fit; an object id finds whoever has it, known or not.
pub async fn look_for(
    desk: &Desk,
    rooms: &Rooms,
    source: Option<SourceId>,
    kinds: &str,
    text: &str,
) -> Result<Vec<Pick>, Problem> {
    let (users, groups) = (kinds.contains("users"), kinds.contains("groups"));
    if let (Some(source), Ok(id)) = (source, text.trim().parse::<Uuid>()) {
        let known = by_id(desk, rooms, source, Wanted { id, user: users, group: groups }).await?;
        let user = users.then(|| unknown(Wanted::user(id)));
        let group = groups.then(|| unknown(Wanted::group(id)));
        return Ok(known.map_or_else(|| user.into_iter().chain(group).collect(), |known| vec![known]));
    }
    let found = rooms.directory.search(&desk.may(ReadDirectory {})?, text, 50).await?;
    let fits = |id: SourceId| source.is_none_or(|source| source == id);
    let users = found.users.iter().filter(|user| users && fits(user.source.id)).map(of_user).take(MOST_OFFERED);
    let groups = found.groups.iter().filter(|group| groups && fits(group.source.id)).map(of_group).take(MOST_OFFERED);
    Ok(users.chain(groups).collect())
}

/// What the field asks as one types.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kinds: String,
    #[serde(default)]
    source: String,
}

/// What the field shows: the options of a list that opens below it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% for one in found %}<li role="option" data-value="{{ one.value }}" data-title="{{ one.name }}" data-sub="{{ one.sub }}"><span>{{ one.name }}</span>{% if !one.sub.is_empty() %}<span class="hint">{{ one.sub }}</span>{% endif %}</li>{% endfor %}"#
)]
struct Options {
    found: Vec<Pick>,
}

/// `GET /search/pick`.
pub async fn pick(desk: Desk, State(rooms): State<Rooms>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let found = look_for(&desk, &rooms, asked.source.parse().ok(), &asked.kinds, &asked.q).await?;
    Ok(page(&Options { found }))
}
