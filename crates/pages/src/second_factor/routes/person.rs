//! One person and what the helpdesk does for them.

use axum::extract::State;
use axum::response::{Redirect, Response};
use directory::SourceId;
use directory::permissions::ReadDirectory;
use http::StatusCode;
use kernel::{Kinded as _, PageRequest};
use mfa::attempts::AttemptFilter;
use mfa::factors::NewCode;
use mfa::permissions::{IssueCode, OpenAccount, ReadMfa, RemoveFactor, Unlock};
use mfa::{AccountId, FactorId, MfaError};
use serde::Deserialize;
use tenants::TenantId;
use uuid::Uuid;
use web::{Form, Path, Problem};

use super::attempts::timeline;
use super::tenants_with;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::operators::tokens::OncePage;
use crate::parts::{Code, PageHead};
use crate::render::{page, page_with, sentence};
use crate::second_factor::browsers;
use crate::second_factor::people::HERE;
use crate::second_factor::person::{self, CodeForm, PersonPage, PersonView};
use crate::second_factor::provider::href;
use crate::second_factor::words;

/// How many attempts are shown.
const SHOWN: usize = 8;
/// The longest reason.
const LONGEST: usize = 500;

/// `GET /second-factor/people/{id}`.
pub async fn show(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<AccountId>) -> Result<Response, Problem> {
    let may = desk.may(ReadMfa {})?;
    let details = rooms.mfa.get_account(&may, id).await?;
    let tenants = tenants_with(&desk, &rooms).await?;
    let filter = AttemptFilter { account: Some(id), ..AttemptFilter::default() };
    let attempts = rooms.mfa.list_attempts(&may, &filter, &PageRequest::first(SHOWN)).await?.items;
    let factors = rooms.mfa.list_factors(&may, id).await?;
    let account = &details.account;
    let source = SourceId(account.provider.into());
    let known = match desk.may(ReadDirectory {}) {
        Ok(may) => rooms.directory.get_user_by_object_id(&may, source, account.object_id).await.ok(),
        Err(_) => None,
    };
    let view = PersonView {
        row: words::person(account, &tenants),
        object_id: account.object_id.to_string(),
        tenant_href: href(&account.provider.to_string(), ""),
        directory_href: known.map(|user| format!("/directory/users/{}", user.id)).unwrap_or_default(),
        factors: factors.iter().map(|factor| words::factor(factor, desk.now())).collect(),
        browsers: rooms.mfa.list_browsers(&may, id).await?.iter().map(browsers::row).collect(),
        sources: words::sources(&details),
        merges: rooms.mfa.list_merges(&may, id).await?.iter().map(super::merge::row).collect(),
    };
    let timeline = timeline(attempts.iter(), &tenants, desk.now());
    let frame = desk.frame(view.row.name.clone(), Section::SecondFactorPeople);
    Ok(page(&PersonPage::new(frame, view, timeline)))
}

/// What people call somebody.
async fn name(desk: &Desk, rooms: &Rooms, id: AccountId) -> Result<String, Problem> {
    let account = rooms.mfa.get_account(&desk.may(ReadMfa {})?, id).await?.account;
    Ok(account.name.unwrap_or(account.label))
}

/// `POST /second-factor/people/of/{tenant}/{object}`: the account of somebody who was never asked, to give them a first code.
pub async fn open(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((tenant, object)): Path<(TenantId, Uuid)>,
) -> Result<Redirect, Problem> {
    let account = rooms.mfa.open_account(&desk.may(OpenAccount { tenant })?, &object.to_string()).await?;
    Ok(Redirect::to(&format!("{HERE}/{}/code", account.id)))
}

/// `POST /second-factor/people/{id}/unlock`.
pub async fn unlock(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<AccountId>) -> Result<Response, Problem> {
    rooms.mfa.unlock(&desk.may(Unlock { account: id })?).await?;
    Ok(done(format!("{HERE}/{id}"), Done::PersonUnlocked))
}

/// `GET /second-factor/people/{id}/reset`.
pub async fn ask_reset(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<AccountId>) -> Result<Response, Problem> {
    desk.may(RemoveFactor { account: id, factor: None })?;
    let factors = rooms.mfa.list_factors(&desk.may(ReadMfa {})?, id).await?.len();
    let name = name(&desk, &rooms, id).await?;
    Ok(page(&person::ask_reset(desk.frame("Reset", Section::SecondFactorPeople), &id.to_string(), &name, factors)))
}

/// Why something is taken from somebody.
#[derive(Deserialize)]
pub struct Why {
    #[serde(default)]
    reason: String,
}

impl Why {
    pub(super) fn reason(&self) -> Result<String, Problem> {
        let text: String = self.reason.trim().chars().take(LONGEST).collect();
        if text.is_empty() { Err(MfaError::Invalid("reason must not be empty".to_owned()).into()) } else { Ok(text) }
    }
}

/// `POST /second-factor/people/{id}/reset`.
pub async fn reset(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<AccountId>,
    Form(why): Form<Why>,
) -> Result<Response, Problem> {
    rooms.mfa.reset(&desk.may(RemoveFactor { account: id, factor: None })?, &why.reason()?).await?;
    Ok(done(format!("{HERE}/{id}"), Done::PersonReset))
}

/// `GET /second-factor/people/{id}/factors/{factor}/remove`.
pub async fn ask_remove(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, factor)): Path<(AccountId, FactorId)>,
) -> Result<Response, Problem> {
    desk.may(RemoveFactor { account: id, factor: Some(factor) })?;
    let all = rooms.mfa.list_factors(&desk.may(ReadMfa {})?, id).await?;
    let found = all.iter().find(|other| other.id == factor).ok_or(MfaError::NotFound("factor"))?;
    let last = found.kind.is_usual() && all.iter().filter(|other| other.kind.is_usual()).count() == 1;
    let frame = desk.frame("Remove", Section::SecondFactorPeople);
    Ok(page(&person::ask_remove(frame, &id.to_string(), &words::factor(found, desk.now()), last)))
}

/// `POST /second-factor/people/{id}/factors/{factor}/remove`.
pub async fn remove(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, factor)): Path<(AccountId, FactorId)>,
    Form(why): Form<Why>,
) -> Result<Response, Problem> {
    rooms.mfa.take_factor(&desk.may(RemoveFactor { account: id, factor: Some(factor) })?, &why.reason()?).await?;
    Ok(done(format!("{HERE}/{id}"), Done::FactorRemoved))
}

/// The tenant's rules for temporary codes, as a form that holds nothing yet.
async fn empty_form(desk: &Desk, rooms: &Rooms, id: AccountId) -> Result<CodeForm, Problem> {
    let may = desk.may(ReadMfa {})?;
    let account = rooms.mfa.get_account(&may, id).await?.account;
    let rules = rooms.mfa.get_provider(&may, account.provider).await?.settings.temporary;
    Ok(CodeForm {
        name: account.name.unwrap_or(account.label),
        minutes: rules.default_minutes.to_string(),
        most: rules.longest_minutes,
        ..CodeForm::default()
    })
}

/// `GET /second-factor/people/{id}/code`.
pub async fn code_form(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<AccountId>) -> Result<Response, Problem> {
    desk.may(IssueCode { account: id })?;
    let form = empty_form(&desk, &rooms, id).await?;
    let frame = desk.frame("Issue a temporary code", Section::SecondFactorPeople);
    Ok(page(&person::code_form(frame, &id.to_string(), &form)))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    minutes: String,
    #[serde(default)]
    uses: String,
}

/// `POST /second-factor/people/{id}/code`: shows the code, this once.
pub async fn issue_code(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<AccountId>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Problem> {
    let may = desk.may(IssueCode { account: id })?;
    let new = NewCode {
        reason: wanted.reason.clone(),
        ticket: Some(wanted.ticket.clone()),
        valid_minutes: wanted.minutes.trim().parse().ok(),
        several_uses: wanted.uses == "several",
    };
    match rooms.mfa.issue_code(&may, &new).await {
        Ok(issued) => {
            let (name, back) = (name(&desk, &rooms, id).await?, format!("{HERE}/{id}"));
            let head = PageHead::new(format!("A code for {name}")).crumb(name, back.clone());
            let code = Code::new("code", "The code", issued.code.expose()).wrap();
            let frame = desk.frame("Temporary code", Section::SecondFactorPeople);
            Ok(page(&OncePage::of(
                frame,
                head,
                person::told(issued.needs_approval, issued.factor.expires_at, new.several_uses),
                code,
                &back,
            )))
        }
        Err(error @ (MfaError::Invalid(_) | MfaError::Conflict(_))) => {
            let form = CodeForm {
                reason: wanted.reason,
                ticket: wanted.ticket,
                minutes: wanted.minutes,
                several: new.several_uses,
                error: sentence(&error.public_detail()),
                ..empty_form(&desk, &rooms, id).await?
            };
            let frame = desk.frame("Issue a temporary code", Section::SecondFactorPeople);
            let again = person::code_form(frame, &id.to_string(), &form);
            Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /second-factor/people/{id}/codes/{factor}/approve`.
pub async fn approve(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, factor)): Path<(AccountId, FactorId)>,
) -> Result<Response, Problem> {
    rooms.mfa.approve_code(&desk.may(IssueCode { account: id })?, factor).await?;
    Ok(done(format!("{HERE}/{id}"), Done::CodeApproved))
}
