//! Who tried, how it ended and why.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use kernel::{May, PageRequest, Timestamp};
use mfa::attempts::{Attempt, AttemptFilter, Outcome};
use mfa::model::AttemptId;
use mfa::outofband::MessageFilter;
use mfa::permissions::ReadMfa;
use serde::Deserialize;
use web::{Path, Problem};

use super::tenants_with;
use crate::Rooms;
use crate::desk::Desk;
use crate::layout::Section;
use crate::listing::Listing;
use crate::parts::{Entry, Timeline};
use crate::render::page;
use crate::second_factor::attempt::{AttemptPage, AttemptView};
use crate::second_factor::attempts::{self, AttemptQuery, AttemptRow, HERE, SHEET};
use crate::second_factor::messages::MessageRow;
use crate::second_factor::provider::href;
use crate::second_factor::{policies, reasons, words};
use crate::sheet::{self, Rows};

/// What the list is narrowed to. Days as the browser writes them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
    outcome: String,
    reason: String,
    provider: String,
    correlation_id: String,
    account: String,
    custom_control: String,
    since: String,
    until: String,
}

/// The beginning of a day in UTC; what is no day counts as none.
pub(super) fn day(text: &str) -> Option<Timestamp> {
    Timestamp::parse(&format!("{text}T00:00:00Z")).ok()
}

impl Wanted {
    fn filter(&self) -> AttemptFilter {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        AttemptFilter {
            provider: self.provider.parse().ok(),
            account: self.account.parse().ok(),
            outcome: Outcome::parse(&self.outcome),
            reason: some(&self.reason),
            label: some(&self.q),
            correlation_id: some(&self.correlation_id),
            custom_control: self.custom_control.parse().ok(),
            from: day(&self.since),
            until: day(&self.until).map(|day| day.plus(Duration::from_hours(24))),
            ..AttemptFilter::default()
        }
    }
}

/// `GET /second-factor/attempts`.
pub async fn list(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    let tenants = tenants_with(&desk, &rooms).await?;
    let listed = SHEET.page(&rows(&desk, &rooms, &list.wanted).await?, &list.asked).await?;
    let wanted = list.wanted;
    let query = AttemptQuery {
        q: wanted.q,
        outcome: wanted.outcome,
        reason: wanted.reason,
        provider: wanted.provider,
        correlation_id: wanted.correlation_id,
        account: wanted.account,
        custom_control: wanted.custom_control,
        since: wanted.since,
        until: wanted.until,
        tenants,
    };
    Ok(page(&attempts::page(desk.frame("Attempts", Section::Attempts), &listed, &query, &list.here)))
}

/// `GET /second-factor/attempts/export`.
pub async fn export(desk: Desk, State(rooms): State<Rooms>, list: Listing<Wanted>) -> Result<Response, Problem> {
    SHEET.csv(rows(&desk, &rooms, &list.wanted).await?, &list.asked).await
}

async fn rows(desk: &Desk, rooms: &Rooms, wanted: &Wanted) -> Result<Rows<AttemptRow>, Problem> {
    let tenants = tenants_with(desk, rooms).await?;
    let context = (rooms.clone(), desk.may(ReadMfa {})?, wanted.filter(), tenants);
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, filter, tenants) = &*context;
        let found = rooms.mfa.list_attempts(may, filter, &request).await?;
        Ok(found.map(|attempt| words::attempt(&attempt, tenants)))
    }))
}

/// How many of the person's others are shown.
const SHOWN: usize = 12;
/// Who passes twice within this was asked twice for one thing.
const TWICE: Duration = Duration::from_mins(10);

/// A code that was sent within this before an attempt belongs to it.
const WAITED: Duration = Duration::from_mins(10);

/// `GET /second-factor/attempts/{id}`.
pub async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<AttemptId>) -> Result<Response, Problem> {
    let may = desk.may(ReadMfa {})?;
    let found = rooms.mfa.get_attempt(&may, id).await?;
    let tenants = tenants_with(&desk, &rooms).await?;
    let others = match found.account {
        Some(account) => {
            let filter =
                AttemptFilter { account: Some(account), until: Some(found.at.plus(TWICE)), ..AttemptFilter::default() };
            rooms.mfa.list_attempts(&may, &filter, &PageRequest::first(SHOWN + 1)).await?.items
        }
        None => Vec::new(),
    };
    let view = AttemptView {
        row: words::attempt(&found, &tenants),
        user_agent: found.origin.user_agent.clone().unwrap_or_default(),
        tenant_href: href(&found.provider.to_string(), ""),
        policies: found.ruled.as_ref().map(policies::words::ruled).unwrap_or_default(),
        messages: messages(&rooms, &may, &found, &tenants).await?,
        passed_around: passed_around(&found, &others),
    };
    let others = others.iter().filter(|other| other.id != id).take(SHOWN);
    let timeline = timeline(others, &tenants, desk.now());
    Ok(page(&AttemptPage::new(desk.frame("Attempt", Section::Attempts), view, timeline)))
}

/// How many sign-ins of Entra's somebody passed around one of them. What is proved or registered at the portal is none of
/// them, nor is what else was registered within the same one.
fn passed_around(found: &Attempt, others: &[Attempt]) -> usize {
    let of_entra =
        |attempt: &Attempt| attempt.origin.correlation_id.clone().filter(|_| attempt.outcome == Outcome::Passed);
    if of_entra(found).is_none() {
        return 0;
    }
    let around = others.iter().filter(|other| other.at.plus(TWICE) >= found.at);
    around.filter_map(of_entra).collect::<BTreeSet<String>>().len()
}

/// The codes that the person waited for.
async fn messages(
    rooms: &Rooms,
    may: &May<ReadMfa>,
    attempt: &Attempt,
    tenants: &[(String, String)],
) -> Result<Vec<MessageRow>, Problem> {
    let Some(account) = attempt.account else { return Ok(Vec::new()) };
    let filter = MessageFilter {
        account: Some(account),
        from: Some(attempt.at.minus(WAITED)),
        until: Some(attempt.at.plus(Duration::from_micros(1))),
        ..MessageFilter::default()
    };
    let found = rooms.mfa.list_messages(may, &filter, &PageRequest::first(SHOWN)).await?.items;
    Ok(found.iter().map(|message| words::message(message, tenants)).collect())
}

/// Attempts of one person, newest first.
pub fn timeline<'a>(
    attempts: impl Iterator<Item = &'a Attempt>,
    tenants: &[(String, String)],
    now: Timestamp,
) -> Timeline {
    let entries = attempts.map(|attempt| {
        let row = words::attempt(attempt, tenants);
        let why = reasons::find(&row.reason).map_or(row.reason, |known| known.title.to_owned());
        Entry::new(row.tone, why, row.at, now, row.address).link("Look", format!("{HERE}/{}", row.id))
    });
    Timeline::new(entries.collect(), "No other attempt is known.")
}

#[cfg(test)]
mod tests;
