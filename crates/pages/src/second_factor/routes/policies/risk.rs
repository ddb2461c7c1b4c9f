//! Who is at risk.

use axum::extract::State;
use axum::response::Response;
use kernel::PageRequest;
use mfa::permissions::ReadMfa;
use mfa::risk::{RiskLevel, RiskState, RiskyPerson};
use serde::Deserialize;
use tenants::TenantId;
use web::{Path, Problem};

use super::whose;
use crate::Rooms;
use crate::desk::Desk;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::page;
use crate::second_factor::policies::risk::{self as shown, PEOPLE, RiskQuery, RiskStanding, RiskyRow};
use crate::second_factor::policies::words;
use crate::sheet::{self, Rows};

/// Who is listed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    q: String,
    least: String,
}

/// `GET /second-factor/providers/{id}/risk`.
pub async fn risk(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    list: Listing<Narrowed>,
) -> Result<Response, Problem> {
    let whose = whose(&desk, &rooms, id).await?;
    let found = rooms.mfa.get_risk(&desk.may(ReadMfa {})?, id).await?;
    let view = RiskStanding {
        whose,
        unknown: found.unknown.map(|why| (words::unknown(why), found.mend.clone())),
        detail: found.detail.unwrap_or_default(),
        consent_url: found.consent_url,
        read: found.read_at,
        counts: [found.low, found.medium, found.high, found.hidden],
    };
    let listed = PEOPLE.page(&people(&desk, &rooms, id, &list.wanted)?, &list.asked).await?;
    let query = RiskQuery { words: list.wanted.q, least: list.wanted.least };
    let frame = desk.frame("Risk", Section::SecondFactor);
    Ok(page(&shown::page(frame, &view, &listed, (&query, &list.here))))
}

/// `GET /second-factor/providers/{id}/risk/export`.
pub async fn export_risk(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    list: Listing<Narrowed>,
) -> Result<Response, Problem> {
    PEOPLE.csv(people(&desk, &rooms, id, &list.wanted)?, &list.asked).await
}

fn people(desk: &Desk, rooms: &Rooms, id: TenantId, wanted: &Narrowed) -> Result<Rows<RiskyRow>, Problem> {
    let context = (rooms.clone(), desk.may(ReadMfa {})?, id, RiskLevel::parse(&wanted.least));
    Ok(sheet::rows(context, |context, request: PageRequest| async move {
        let (rooms, may, id, least) = &*context;
        Ok(rooms.mfa.list_risky(may, *id, *least, &request).await?.map(row))
    }))
}

fn row(one: RiskyPerson) -> RiskyRow {
    RiskyRow {
        object_id: one.object_id.to_string(),
        name: one.name.unwrap_or_default(),
        upn: one.upn.unwrap_or_default(),
        level: one.level.map_or("", RiskLevel::as_str),
        compromised: one.state == RiskState::ConfirmedCompromised,
        detail: one.detail.unwrap_or_default(),
        changed: one.changed_at,
        seen: one.seen_at,
        href: one.account.map(|account| format!("/second-factor/people/{account}")).unwrap_or_default(),
    }
}
