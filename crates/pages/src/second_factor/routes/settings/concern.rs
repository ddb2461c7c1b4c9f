//! Whom settings would concern that were typed and are not saved.

use axum::extract::State;
use axum::response::Response;
use kernel::PageRequest;
use mfa::permissions::{ChangeProvider, ReadMfa};
use mfa::policy::{Affected, AffectedFilter, PolicyEffect};
use mfa::settings::SettingsPreview;
use mfa::{MfaError, Settings};
use serde::Deserialize;
use tenants::TenantId;
use uuid::Uuid;
use web::{Path, Problem};

use super::super::provider::find;
use super::super::tenant_name;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::page;
use crate::second_factor::policies::preview::{AffectedRow, EFFECTS, PEOPLE};
use crate::second_factor::provider::{Concern, ConcernedView, concerned, href};
use crate::second_factor::words;
use crate::sheet::{self, Rows};

/// How many people are named in the form.
const NAMED: usize = 10;

/// What of the settings decides whom they concern, as a word: what was seen is told by it from what is saved.
pub fn mark(settings: &Settings) -> String {
    let mut kinds: Vec<_> = settings.kinds.iter().map(|kind| kind.as_str()).collect();
    kinds.sort_unstable();
    let spared: Vec<_> = settings.break_glass.iter().map(Uuid::to_string).collect();
    let numbers = !settings.out_of_band.countries.is_empty();
    format!("{}|{}|{}|{numbers}", kinds.join("+"), settings.least_factors, spared.join("+"))
}

/// Works out whom settings would concern.
pub async fn look(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    settings: &Settings,
) -> Result<Result<Concern, MfaError>, Problem> {
    let may = desk.may(ReadMfa {})?;
    let found = match rooms.mfa.preview_settings(&desk.may(ChangeProvider { tenant: id })?, settings).await {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let filter = AffectedFilter { effect: Some(PolicyEffect::LosesLast), text: None };
    let first = rooms.mfa.list_settings_affected(&may, id, &filter, &PageRequest::first(NAMED)).await?.items;
    let SettingsPreview { figures, .. } = found;
    Ok(Ok(Concern {
        id: id.to_string(),
        tenant: tenant_name(desk, rooms, id).await?,
        seen: mark(settings),
        people: figures.people,
        loses_last: figures.loses_last,
        loses: figures.loses,
        gains: figures.gains,
        short: figures.short,
        first: first.iter().map(|one| format!("{} ({}): {}", one.name, one.upn, words::kinds(&one.lost))).collect(),
        error: String::new(),
    }))
}

/// Whom is listed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    q: String,
    effect: String,
}

/// `GET /second-factor/providers/{id}/settings/people`: whom the last preview concerns.
pub async fn people(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    list: Listing<Narrowed>,
) -> Result<Response, Problem> {
    let found = find(&desk, &rooms, id).await?;
    let Some(last) = rooms.mfa.get_settings_preview(&desk.may(ReadMfa {})?, id).await? else {
        return Ok(done(href(&id.to_string(), "/settings"), Done::Stale));
    };
    let policies = rooms.mfa.get_policies(&desk.may(ReadMfa {})?, id).await?;
    let people = PEOPLE.page(&rows(&desk, &rooms, id, &list.wanted)?, &list.asked).await?;
    let view = ConcernedView {
        id: id.to_string(),
        tenant: tenant_name(&desk, &rooms, id).await?,
        counted: last.counted_at,
        by: last.counted_by,
        outdated: (last.version, last.in_force) != (found.version, policies.revision),
        people,
        effect: list.wanted.effect,
        words: list.wanted.q,
        here: list.here,
    };
    Ok(page(&concerned(desk.frame("Whom settings would concern", Section::SecondFactor), &view)))
}

/// `GET /second-factor/providers/{id}/settings/people/export`.
pub async fn export_people(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    list: Listing<Narrowed>,
) -> Result<Response, Problem> {
    PEOPLE.csv(rows(&desk, &rooms, id, &list.wanted)?, &list.asked).await
}

fn rows(desk: &Desk, rooms: &Rooms, id: TenantId, wanted: &Narrowed) -> Result<Rows<AffectedRow>, Problem> {
    let text = Some(wanted.q.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = AffectedFilter { effect: PolicyEffect::parse(&wanted.effect), text };
    let context = (rooms.clone(), desk.may(ReadMfa {})?, id, filter);
    Ok(sheet::rows(context, |context, request: PageRequest| async move {
        let (rooms, may, id, filter) = &*context;
        Ok(rooms.mfa.list_settings_affected(may, *id, filter, &request).await?.map(|one| row(&one)))
    }))
}

fn row(one: &Affected) -> AffectedRow {
    let effect = EFFECTS.iter().find(|(word, _)| *word == one.effect.as_str());
    AffectedRow {
        object_id: one.object_id.to_string(),
        name: one.name.clone(),
        upn: one.upn.clone(),
        effect: effect.map_or("", |(_, name)| name),
        lost: words::kinds(&one.lost),
        gained: words::kinds(&one.gained),
        policy: one.policy.clone().unwrap_or_default(),
        href: format!("/second-factor/people/{}", one.account),
    }
}
