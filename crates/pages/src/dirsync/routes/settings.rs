//! Settings of a source: look, count, save.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use directory::SourceId;
use dirsync::notify::{NotificationState, NotificationStatus};
use dirsync::permissions::{ChangeSettings, ReadSync};
use dirsync::service::scope_preview::{SampleUser, ScopePreview};
use dirsync::{DirsyncError, Kept, Limits, Mode, Settings};
use http::StatusCode;
use kernel::{Kinded as _, Timestamp};
use serde::Deserialize;
use uuid::Uuid;
use web::{Form, Problem, Query};

use super::sources;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::directory::routes::pick::{Wanted, look_for, named};
use crate::dirsync::preview::{Becomes, PreviewView, SampleRow};
use crate::dirsync::settings::{SettingsForm, SettingsPage, Told};
use crate::flash::Done;
use crate::form::Picks;
use crate::layout::Section;
use crate::list::MessagePage;
use crate::parts::{Action, Badge, Callout, Cell, Facts, Tone};
use crate::render::{page, page_with, sentence};

/// Which source; the first where nothing is said.
#[derive(Deserialize)]
pub struct Which {
    source: Option<SourceId>,
}

/// `GET /dirsync/settings`.
pub async fn get_settings(
    desk: Desk,
    State(rooms): State<Rooms>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let sources = sources(&desk, &rooms).await?;
    let first = sources.first().and_then(|(id, _)| id.parse().ok());
    let Some(source) = which.source.or(first) else { return Ok(no_source(&desk)) };
    let status = rooms.dirsync.get_source_uncounted(&desk.may(ReadSync {})?, source).await?;
    let (kept, no_mail) = (status.kept, !status.mail_is_set_up);
    let told = told(&status.notifications, desk.now());
    let mut form = SettingsForm { sources, no_mail, told, ..filled(&kept) };
    let of = |ids: &[Uuid]| ids.iter().copied().map(Wanted::either).collect::<Vec<_>>();
    let groups: Vec<_> = kept.settings.group_scope.iter().copied().map(Wanted::group).collect();
    form.group_scope.chosen = named(&desk, &rooms, source, &groups).await?;
    form.protected.chosen = named(&desk, &rooms, source, &of(&kept.settings.protected)).await?;
    Ok(page(&SettingsPage::new(desk.frame("Sync settings", Section::Settings), form, None)))
}

fn no_source(desk: &Desk) -> Response {
    page(&MessagePage {
        frame: desk.frame("Sync settings", Section::Settings),
        title: "Nothing to set yet".to_owned(),
        text: "Settings belong to a connected tenant. Connect one first; nothing changes by that.".to_owned(),
        code: String::new(),
        request_id: String::new(),
        actions: vec![Action::go("Connect a tenant", "/tenants/connect").primary()],
    })
}

fn filled(kept: &Kept) -> SettingsForm {
    let settings = &kept.settings;
    let limits = &settings.limits;
    SettingsForm {
        source: kept.source_id.to_string(),
        sources: Vec::new(),
        version: kept.version,
        mode: settings.mode.to_string(),
        full_interval: settings.full_interval_minutes,
        delta_interval: settings.delta_interval_minutes,
        include_disabled: settings.include_disabled,
        include_guests: settings.include_guests,
        include_mailboxes: settings.include_mailboxes,
        managed_domains: settings.managed_domains.join(", "),
        filter: settings.filter.clone().unwrap_or_default(),
        group_scope: Picks::default(),
        protected: Picks::default(),
        owners: settings.owners.join(", "),
        no_mail: false,
        notifications: settings.notifications,
        told: None,
        delete_after_days: settings.delete_after_days,
        purge_after_days: settings.purge_after_days,
        users: limits.users,
        users_percent: limits.users_percent,
        groups: limits.groups,
        groups_percent: limits.groups_percent,
        members_percent: limits.members_percent,
        members_from: limits.members_from,
        hold_hours: limits.hold_hours,
        apply_safe_part: limits.apply_safe_part,
        error: String::new(),
    }
}

/// How notifications stand; nothing where nobody wants them.
fn told(status: &NotificationStatus, now: Timestamp) -> Option<Told> {
    let badge = match status.state {
        NotificationState::Off => return None,
        NotificationState::NoAddress => Badge::warn("No address for them"),
        NotificationState::Idle => Badge::off("Waits for the mode On"),
        NotificationState::Beginning => Badge::busy("Asking Microsoft"),
        NotificationState::On => Badge::ok("Told at once"),
        NotificationState::Failing => Badge::warn("Not told"),
    };
    let mut facts = Facts::new().with("State", Cell::badge(badge));
    if let Some(until) = status.until {
        facts = facts.with("Agreed until", Cell::at(until));
    }
    facts = facts.with("Last told", Cell::ago_or(status.heard_at, now, "nothing yet"));
    if let Some(at) = status.try_at {
        facts = facts.with("Asked again", Cell::at(at));
    }
    Some(Told { facts, trouble: trouble(status) })
}

fn trouble(status: &NotificationStatus) -> Option<Callout> {
    let title = "Microsoft does not tell of changes";
    if status.state == NotificationState::NoAddress {
        let mend =
            "Set dirsync.notification_url in the configuration to the address by which Microsoft reaches this server.";
        return Some(Callout::new(Tone::Warn, title, "The timer goes on.").items(vec![mend.to_owned()]));
    }
    let detail = status.error_detail.as_deref().map(sentence)?;
    let mend = status.mend.as_deref().map(sentence);
    Some(Callout::new(Tone::Warn, title, detail).items(mend.into_iter().collect()))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Body {
    source: SourceId,
    version: i64,
    mode: Mode,
    full_interval: u32,
    delta_interval: u32,
    include_disabled: Option<String>,
    include_guests: Option<String>,
    include_mailboxes: Option<String>,
    #[serde(default)]
    managed_domains: String,
    #[serde(default)]
    filter: String,
    #[serde(default)]
    group_scope: Vec<String>,
    #[serde(default)]
    protected: Vec<String>,
    #[serde(default)]
    owners: String,
    notifications: Option<String>,
    #[serde(default)]
    find: String,
    #[serde(default)]
    find_group_scope: String,
    #[serde(default)]
    find_protected: String,
    delete_after_days: u32,
    purge_after_days: u32,
    users: u32,
    users_percent: u32,
    groups: u32,
    groups_percent: u32,
    members_percent: u32,
    members_from: u32,
    hold_hours: u32,
    apply_safe_part: Option<String>,
}

impl Body {
    /// The settings, or what is wrong with them in a sentence.
    fn settings(&self) -> Result<Settings, String> {
        Ok(Settings {
            mode: self.mode,
            full_interval_minutes: self.full_interval,
            delta_interval_minutes: self.delta_interval,
            delete_after_days: self.delete_after_days,
            purge_after_days: self.purge_after_days,
            include_disabled: self.include_disabled.is_some(),
            include_guests: self.include_guests.is_some(),
            include_mailboxes: self.include_mailboxes.is_some(),
            filter: Some(self.filter.trim().to_owned()).filter(|filter| !filter.is_empty()),
            group_scope: ids(&self.group_scope)?,
            managed_domains: words(&self.managed_domains).map(str::to_lowercase).collect(),
            protected: ids(&self.protected)?,
            owners: words(&self.owners).map(str::to_owned).collect(),
            notifications: self.notifications.is_some(),
            limits: Limits {
                users: self.users,
                users_percent: self.users_percent,
                groups: self.groups,
                groups_percent: self.groups_percent,
                members_percent: self.members_percent,
                members_from: self.members_from,
                apply_safe_part: self.apply_safe_part.is_some(),
                hold_hours: self.hold_hours,
            },
        })
    }

    /// The form as it was sent.
    fn form(&self, error: String) -> SettingsForm {
        SettingsForm {
            source: self.source.to_string(),
            sources: Vec::new(),
            version: self.version,
            mode: self.mode.to_string(),
            full_interval: self.full_interval,
            delta_interval: self.delta_interval,
            include_disabled: self.include_disabled.is_some(),
            include_guests: self.include_guests.is_some(),
            include_mailboxes: self.include_mailboxes.is_some(),
            managed_domains: self.managed_domains.clone(),
            filter: self.filter.clone(),
            group_scope: Picks::default(),
            protected: Picks::default(),
            owners: self.owners.clone(),
            no_mail: false,
            notifications: self.notifications.is_some(),
            told: None,
            delete_after_days: self.delete_after_days,
            purge_after_days: self.purge_after_days,
            users: self.users,
            users_percent: self.users_percent,
            groups: self.groups,
            groups_percent: self.groups_percent,
            members_percent: self.members_percent,
            members_from: self.members_from,
            hold_hours: self.hold_hours,
            apply_safe_part: self.apply_safe_part.is_some(),
            error,
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '\n', '\r', ' ', '\t']).filter(|word| !word.is_empty())
}

fn ids(picked: &[String]) -> Result<Vec<Uuid>, String> {
    let wanted = picked.iter().map(|value| Wanted::parse(value).map(|wanted| wanted.id));
    wanted.collect::<Option<_>>().ok_or_else(|| "One of those chosen is not a person or a group.".to_owned())
}

/// What came of looking at the settings: a count, or what is wrong.
enum Look {
    Fine(PreviewView),
    WrongFilter(PreviewView),
    Wrong(String),
}

async fn look(desk: &Desk, rooms: &Rooms, body: &Body) -> Result<Look, Problem> {
    let settings = match body.settings() {
        Ok(settings) => settings,
        Err(error) => return Ok(Look::Wrong(error)),
    };
    match rooms.dirsync.preview_settings(&desk.may(ReadSync {})?, body.source, settings).await {
        Ok(preview) => Ok(Look::Fine(counted(&preview))),
        Err(error) => wrong(error, &body.filter),
    }
}

fn wrong(error: DirsyncError, filter: &str) -> Result<Look, Problem> {
    match error {
        DirsyncError::Filter(fault) => Ok(Look::WrongFilter(PreviewView {
            error: sentence(&fault.to_string()),
            filter: filter.to_owned(),
            position: fault.position.column.saturating_sub(1),
            ..PreviewView::default()
        })),
        error @ DirsyncError::Invalid(_) => Ok(Look::Wrong(sentence(&error.public_detail()))),
        error => Err(error.into()),
    }
}

fn counted(preview: &ScopePreview) -> PreviewView {
    let left_out = preview.excluded.values().sum();
    let some = |users: &[SampleUser], becomes, reason: &str| {
        let row = |user: &SampleUser| SampleRow {
            id: user.id.to_string(),
            name: user.name.clone(),
            upn: user.user_principal_name.clone().unwrap_or_default(),
            becomes,
            reason: reason.to_owned(),
        };
        users.iter().take(10).map(row).collect::<Vec<_>>()
    };
    let lost = some(&preview.sample_lost, Becomes::Removed, "no longer let in");
    let gained = some(&preview.sample_gained, Becomes::Added, "let in from now on");
    let kept = some(&preview.sample_included, Becomes::Kept, "");
    PreviewView {
        matching: preview.included,
        of: preview.included + left_out,
        added: preview.would_gain,
        removed: preview.would_lose,
        left_out,
        sample: lost.into_iter().chain(gained).chain(kept).collect(),
        ..PreviewView::default()
    }
}

/// `POST /dirsync/settings/preview`: the fragment, as one types.
pub async fn preview(desk: Desk, State(rooms): State<Rooms>, Form(body): Form<Body>) -> Result<Response, Problem> {
    let view = match look(&desk, &rooms, &body).await? {
        Look::Fine(view) | Look::WrongFilter(view) => view,
        Look::Wrong(error) => PreviewView { error, ..PreviewView::default() },
    };
    Ok(page(&view).into_response())
}

/// `POST /dirsync/settings/count`: the same without scripts, as the whole page.
pub async fn count(desk: Desk, State(rooms): State<Rooms>, Form(body): Form<Body>) -> Result<Response, Problem> {
    let look = look(&desk, &rooms, &body).await?;
    show(&desk, &rooms, &body, look).await
}

/// `POST /dirsync/settings/find`: looks for a person or a group by name where no script does; nothing is saved.
pub async fn find(desk: Desk, State(rooms): State<Rooms>, Form(body): Form<Body>) -> Result<Response, Problem> {
    let sources = sources(&desk, &rooms).await?;
    let mut form = SettingsForm { sources, ..body.form(String::new()) };
    form.group_scope = picks(&desk, &rooms, &body, "group_scope").await?;
    form.protected = picks(&desk, &rooms, &body, "protected").await?;
    Ok(page(&SettingsPage::new(desk.frame("Sync settings", Section::Settings), form, None)))
}

/// Who was chosen, by name, and whom the search found that was asked for.
async fn picks(desk: &Desk, rooms: &Rooms, body: &Body, field: &str) -> Result<Picks, Problem> {
    let (values, text, kinds) = match field {
        "group_scope" => (&body.group_scope, &body.find_group_scope, "groups"),
        _ => (&body.protected, &body.find_protected, "users,groups"),
    };
    let wanted: Vec<_> = values.iter().filter_map(|value| Wanted::parse(value)).collect();
    let chosen = named(desk, rooms, body.source, &wanted).await?;
    let asked = body.find == field && !text.trim().is_empty();
    let found =
        if asked { Some((text.clone(), look_for(desk, rooms, Some(body.source), kinds, text).await?)) } else { None };
    Ok(Picks { chosen, found })
}

async fn show(desk: &Desk, rooms: &Rooms, body: &Body, look: Look) -> Result<Response, Problem> {
    let sources = sources(desk, rooms).await?;
    let (status, error, preview) = match look {
        Look::Fine(view) => (StatusCode::OK, String::new(), Some(view)),
        Look::WrongFilter(view) => (StatusCode::UNPROCESSABLE_ENTITY, String::new(), Some(view)),
        Look::Wrong(error) => (StatusCode::UNPROCESSABLE_ENTITY, error, None),
    };
    let mut form = SettingsForm { sources, ..body.form(error) };
    form.group_scope = picks(desk, rooms, body, "group_scope").await?;
    form.protected = picks(desk, rooms, body, "protected").await?;
    Ok(page_with(status, &SettingsPage::new(desk.frame("Sync settings", Section::Settings), form, preview)))
}

/// `POST /dirsync/settings`.
pub async fn put_settings(desk: Desk, State(rooms): State<Rooms>, Form(body): Form<Body>) -> Result<Response, Problem> {
    let may = desk.may(ChangeSettings { source: body.source })?;
    let settings = match body.settings() {
        Ok(settings) => settings,
        Err(error) => return show(&desk, &rooms, &body, Look::Wrong(error)).await,
    };
    let back = format!("/dirsync/settings?source={}", body.source);
    match rooms.dirsync.put_settings(&may, body.version, settings).await {
        Ok(_) => Ok(done(back, Done::Saved)),
        Err(DirsyncError::Stale) => Ok(done(back, Done::Stale)),
        Err(error) => {
            let look = wrong(error, &body.filter)?;
            show(&desk, &rooms, &body, look).await
        }
    }
}
