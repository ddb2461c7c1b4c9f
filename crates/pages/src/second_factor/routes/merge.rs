//! A former account of the same person.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::Kinded as _;
use mfa::accounts::AccountView;
use mfa::factors::FactorView;
use mfa::merge::{Merge, MergeId, MergeRequest, MergeUndo};
use mfa::permissions::{MergeAccounts, ReadMfa};
use mfa::{AccountId, MfaError};
use serde::Deserialize;
use web::{Form, Path, Problem};

use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::format;
use crate::layout::Section;
use crate::render::{page, page_with, sentence};
use crate::second_factor::merge::{self, MergeForm, MergeRow, MergeView};
use crate::second_factor::people::HERE;
use crate::second_factor::words;

/// The longest reason.
const LONGEST: usize = 300;

/// What the forms send.
#[derive(Deserialize)]
pub struct Sent {
    #[serde(default)]
    former: String,
    #[serde(default)]
    reason: String,
}

impl Sent {
    fn request(&self) -> Result<MergeRequest, MfaError> {
        let former = self.former.trim().parse().map_err(|_| MfaError::NotFound("account"))?;
        let reason = self.reason.trim().chars().take(LONGEST).collect();
        Ok(MergeRequest { former, reason })
    }
}

async fn account(desk: &Desk, rooms: &Rooms, id: AccountId) -> Result<AccountView, Problem> {
    Ok(rooms.mfa.get_account(&desk.may(ReadMfa {})?, id).await?.account)
}

async fn empty_form(desk: &Desk, rooms: &Rooms, id: AccountId) -> Result<MergeForm, Problem> {
    let may = desk.may(ReadMfa {})?;
    let account = account(desk, rooms, id).await?;
    let others = rooms.mfa.list_namesakes(&may, id).await?;
    let candidates: Vec<_> = others.iter().map(|other| (other.id.to_string(), about(other, desk.now()))).collect();
    let former = candidates.first().map(|(id, _)| id.clone()).unwrap_or_default();
    let name = account.name.unwrap_or(account.label);
    Ok(MergeForm { id: id.to_string(), name, candidates, former, error: String::new() })
}

/// What tells an account from others of its name.
fn about(account: &AccountView, now: kernel::Timestamp) -> String {
    let row = words::person(account, &[]);
    let factors = format::plural(account.factors, "factor", "factors");
    let state = if row.suspended.is_empty() { String::new() } else { format!(" {}.", row.suspended) };
    format!("{}, known since {}, {factors}.{state}", account.label, format::relative(account.created_at, now))
}

/// `GET /second-factor/people/{id}/merge`.
pub async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<AccountId>) -> Result<Response, Problem> {
    desk.may(MergeAccounts { account: id })?;
    let form = empty_form(&desk, &rooms, id).await?;
    Ok(page(&merge::form(desk.frame("Merge a former account", Section::SecondFactorPeople), &form)))
}

/// `POST /second-factor/people/{id}/merge/preview`: asks, and moves nothing.
pub async fn preview(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<AccountId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(MergeAccounts { account: id })?;
    let found = match sent.request() {
        Ok(request) => rooms.mfa.preview_merge(&may, &request).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(found) if found.blocked.is_none() => {
            let shown = |all: &[FactorView]| all.iter().map(factor).collect();
            let view = MergeView {
                id: id.to_string(),
                name: found.account.name.clone().unwrap_or_else(|| found.account.label.clone()),
                former: found.former.id.to_string(),
                former_label: found.former.label.clone(),
                moved: shown(&found.moved),
                dropped: shown(&found.dropped),
                browsers: found.browsers,
                codes: found.codes_left_behind,
                same_label: found.same_label,
            };
            Ok(page(&merge::ask(desk.frame("Merge", Section::SecondFactorPeople), &view)))
        }
        Ok(found) => again(&desk, &rooms, id, sent, &found.blocked.unwrap_or_default()).await,
        Err(error @ (MfaError::Invalid(_) | MfaError::NotFound(_))) => {
            again(&desk, &rooms, id, sent, &error.public_detail()).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, rooms: &Rooms, id: AccountId, sent: Sent, why: &str) -> Result<Response, Problem> {
    let form = MergeForm { former: sent.former, error: sentence(why), ..empty_form(desk, rooms, id).await? };
    let frame = desk.frame("Merge a former account", Section::SecondFactorPeople);
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &merge::form(frame, &form)))
}

/// `POST /second-factor/people/{id}/merge`.
pub async fn merge(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<AccountId>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    rooms.mfa.merge_accounts(&desk.may(MergeAccounts { account: id })?, &sent.request()?).await?;
    Ok(done(format!("{HERE}/{id}"), Done::AccountsMerged))
}

/// `POST /second-factor/people/{id}/merges/{merge}/undo`.
pub async fn undo(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, merge)): Path<(AccountId, MergeId)>,
    Form(undo): Form<MergeUndo>,
) -> Result<Response, Problem> {
    match rooms.mfa.undo_merge(&desk.may(MergeAccounts { account: id })?, merge, undo).await {
        Ok(_) => Ok(done(format!("{HERE}/{id}"), Done::MergeUndone)),
        Err(MfaError::LeavesWithout(label)) => {
            let frame = desk.frame("Undo a merge", Section::SecondFactorPeople);
            let ask = merge::ask_undo(frame, &id.to_string(), &merge.to_string(), &label);
            Ok(page_with(StatusCode::CONFLICT, &ask))
        }
        Err(error) => Err(error.into()),
    }
}

fn factor(factor: &FactorView) -> String {
    let kind = words::kind_of(factor.kind).0;
    if factor.name == kind { kind.to_owned() } else { format!("{kind}, {}", factor.name) }
}

/// A merge as the person's page shows it.
pub fn row(merge: &Merge) -> MergeRow {
    MergeRow {
        id: merge.id.to_string(),
        former: merge.former_label.clone(),
        reason: sentence(&merge.reason),
        by: merge.merged_by.clone(),
        at: merge.merged_at,
        until: merge.undo_until,
        undone: merge.undone_at.is_some(),
    }
}
