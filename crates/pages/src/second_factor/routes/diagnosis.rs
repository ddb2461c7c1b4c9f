//! What stands between Entra and us: the doctor, the method in Entra, who could pass.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::Kinded as _;
use mfa::MfaError;
use mfa::method::{MethodState, NewMethod, Targets};
use mfa::permissions::{ChangeProvider, ReadMfa};
use mfa::readiness::policy::{Gap, PolicyState};
use mfa::readiness::{Lack, PolicyReadiness, Unready, UnreadyFilter};
use serde::Deserialize;
use tenants::TenantId;
use web::{Form, Path, Problem};

use super::provider::{find, page_of};
use super::{campaign, tenant_name};
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::listing::Listing;
use crate::render::{page, page_with, sentence};
use crate::second_factor::provider::{
    DoctorView, MethodPage, MethodView, Open, PolicyRow, ProviderPage, ReadinessView, WITHOUT, WithoutRow, href,
};
use crate::second_factor::words;
use crate::sheet::{self, Rows};

/// `GET /second-factor/providers/{id}/doctor`.
pub async fn doctor(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    let found = find(&desk, &rooms, id).await?;
    let diagnosis = rooms.mfa.diagnose(&desk.may(ReadMfa {})?, id).await?;
    let view = DoctorView {
        ours: words::checks(&diagnosis.ours),
        entras: words::checks(&diagnosis.entras),
        passed: diagnosis.passed,
        missing: diagnosis.missing,
    };
    Ok(page(&page_of(&desk, &rooms, &found, Open::Doctor(view)).await?))
}

// === the method ===

fn view(state: &MethodState) -> MethodView {
    let method = state.method.as_ref();
    let targets = method.map(|method| method.targets.as_slice()).unwrap_or_default();
    let blocked = match (&state.unread, state.may_write) {
        (Some(why), _) => sentence(why),
        (None, false) => "The tenant’s application lacks Policy.ReadWrite.AuthenticationMethod.".to_owned(),
        (None, true) => String::new(),
    };
    MethodView {
        on: method.map(|method| method.enabled),
        name: method.map(|method| method.name.clone()).unwrap_or_default(),
        targets: if targets.iter().any(|id| id == "all_users") { "everybody".to_owned() } else { targets.join(", ") },
        body: serde_json::to_string_pretty(&state.body).unwrap_or_default(),
        blocked,
        ..MethodView::default()
    }
}

async fn method_page(desk: &Desk, rooms: &Rooms, id: TenantId, view: MethodView) -> Result<MethodPage, Problem> {
    let found = find(desk, rooms, id).await?;
    let provider = words::provider(&found, &tenant_name(desk, rooms, id).await?);
    Ok(MethodPage::new(desk.frame("The method in Entra", Section::SecondFactor), &provider, view))
}

/// `GET /second-factor/providers/{id}/method`.
pub async fn method(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    desk.may(ChangeProvider { tenant: id })?;
    let state = rooms.mfa.get_method(&desk.may(ReadMfa {})?, id).await?;
    Ok(page(&method_page(&desk, &rooms, id, view(&state)).await?))
}

/// `POST /second-factor/providers/{id}/method`.
pub async fn make_method(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
) -> Result<Response, Problem> {
    let may = desk.may(ChangeProvider { tenant: id })?;
    match rooms.mfa.create_method(&may, &NewMethod::default()).await {
        Ok(_) => Ok(done(href(&id.to_string(), "/method"), Done::MethodMade)),
        Err(error) => refused(&desk, &rooms, id, &error, MethodView::default()).await,
    }
}

/// For whom the method is to be.
#[derive(Deserialize)]
pub struct Whom {
    #[serde(default)]
    whom: String,
    #[serde(default)]
    group: String,
}

/// `POST /second-factor/providers/{id}/method/enable`.
pub async fn enable_method(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    Form(sent): Form<Whom>,
) -> Result<Response, Problem> {
    let may = desk.may(ChangeProvider { tenant: id })?;
    let everybody = sent.whom == "all";
    let groups = sent.group.split([',', ' ', '\n']).filter_map(|id| id.trim().parse().ok()).collect();
    let targets = if everybody { Targets { groups: Vec::new(), everybody } } else { Targets { groups, everybody } };
    match rooms.mfa.enable_method(&may, &targets).await {
        Ok(_) => Ok(done(href(&id.to_string(), "/method"), Done::MethodEnabled)),
        Err(error) => {
            let typed = MethodView { group: sent.group, whom: sent.whom, ..MethodView::default() };
            refused(&desk, &rooms, id, &error, typed).await
        }
    }
}

async fn refused(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    error: &MfaError,
    typed: MethodView,
) -> Result<Response, Problem> {
    let state = rooms.mfa.get_method(&desk.may(ReadMfa {})?, id).await?;
    let error = sentence(&error.public_detail());
    let view = MethodView { error, group: typed.group, whom: typed.whom, ..view(&state) };
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &method_page(desk, rooms, id, view).await?))
}

// === readiness ===

/// Whose list is open.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
    policy: String,
}

impl Wanted {
    fn filter(&self) -> UnreadyFilter {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        UnreadyFilter { policy: some(&self.policy), text: some(&self.q) }
    }
}

/// `GET /second-factor/providers/{id}/readiness`: as last counted.
pub async fn readiness(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    list: Listing<Wanted>,
) -> Result<Response, Problem> {
    Ok(page(&readiness_page(&desk, &rooms, id, list, String::new()).await?))
}

async fn readiness_page(
    desk: &Desk,
    rooms: &Rooms,
    id: TenantId,
    list: Listing<Wanted>,
    blocked: String,
) -> Result<ProviderPage, Problem> {
    let found = find(desk, rooms, id).await?;
    let report = rooms.mfa.get_readiness(&desk.may(ReadMfa {})?, id).await?;
    let campaigns = rooms.mfa.list_campaigns(&desk.may(ReadMfa {})?, id).await?;
    let without = WITHOUT.page(&without(desk, rooms, id, &list.wanted)?, &list.asked).await?;
    let view = ReadinessView {
        policies: report.iter().flat_map(|report| &report.policies).map(policy).collect(),
        wanted: report.as_ref().map_or(0, |report| report.wanted_percent),
        counted: report.map(|report| (report.counted_at, report.counted_by)),
        blocked,
        policy: list.wanted.policy,
        without,
        campaign: campaigns.first().map(campaign::row),
        here: list.here,
    };
    page_of(desk, rooms, &found, Open::Readiness(Box::new(view))).await
}

/// `POST /second-factor/providers/{id}/readiness/count`.
pub async fn count(desk: Desk, State(rooms): State<Rooms>, Path(id): Path<TenantId>) -> Result<Response, Problem> {
    let here = href(&id.to_string(), "/readiness");
    match rooms.mfa.count_readiness(&desk.may(ChangeProvider { tenant: id })?).await {
        Ok(_) => Ok(done(here, Done::ReadinessCounted)),
        Err(error @ MfaError::Conflict(_)) => {
            let list = Listing {
                wanted: Wanted::default(),
                asked: crate::listing::Asked::default(),
                here: crate::address::Address::new(here),
            };
            let again = readiness_page(&desk, &rooms, id, list, sentence(&error.public_detail())).await?;
            Ok(page_with(StatusCode::CONFLICT, &again))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /second-factor/providers/{id}/readiness/export`.
pub async fn export_without(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path(id): Path<TenantId>,
    list: Listing<Wanted>,
) -> Result<Response, Problem> {
    WITHOUT.csv(without(&desk, &rooms, id, &list.wanted)?, &list.asked).await
}

fn without(desk: &Desk, rooms: &Rooms, id: TenantId, wanted: &Wanted) -> Result<Rows<WithoutRow>, Problem> {
    let context = (rooms.clone(), desk.may(ReadMfa {})?, id, wanted.filter());
    Ok(sheet::rows(context, |context, request| async move {
        let (rooms, may, id, filter) = &*context;
        Ok(rooms.mfa.list_unready(may, *id, filter, &request).await?.map(|one| row(&one)))
    }))
}

fn row(one: &Unready) -> WithoutRow {
    WithoutRow {
        object_id: one.object_id.to_string(),
        name: one.name.clone(),
        upn: one.upn.clone(),
        mail: one.mail.clone().unwrap_or_default(),
        department: one.department.clone().unwrap_or_default(),
        why: match one.why {
            Lack::Nothing => "Never registered",
            Lack::SwitchedOff => "Only what does not count for them",
            Lack::Locked => "Locked",
        },
        href: one.account.map(|id| format!("/second-factor/people/{id}")).unwrap_or_default(),
    }
}

fn policy(policy: &PolicyReadiness) -> PolicyRow {
    let note = |gap: &Gap| match gap {
        Gap::Roles => "People whom it names by directory roles.",
        Gap::LeftOutRoles => "That it leaves out directory roles: those people are in the figure.",
        Gap::Groups => "Members of a group that the directory does not hold.",
    };
    PolicyRow {
        id: policy.id.clone(),
        name: policy.name.clone(),
        state: match policy.state {
            PolicyState::Enabled => "In force",
            PolicyState::Disabled => "Off",
            PolicyState::ReportOnly => "Report-only",
        },
        on: policy.state == PolicyState::Enabled,
        people: policy.people,
        without: policy.without,
        ready: policy.may_enforce,
        notes: policy.gaps.iter().map(|gap| note(gap).to_owned()).collect(),
    }
}
