//! In and out: choose, off to Entra and back, prove, sign out.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use kernel::Secret;
use mfa::MfaError;
use mfa::factors::{Refusal, Shown};
use mfa::portal::{Added, Answer, Back, Standing};
use serde::Deserialize;
use serde_json::{Value, json};
use tenants::TenantId;
use uuid::Uuid;
use web::{Json, Path, Problem, Public, Query};

use crate::Rooms;
use crate::me::Place;
use crate::me::browser::{Me, Nothing, Out, Posted, Visitor};
use crate::me::gate::{ProvePage, SignInPage};
use crate::me::overview::OverviewPage;
use crate::refusals::Said;
use crate::render::page_with;

/// `GET /me`: what the session may see; strangers are asked to sign in.
pub async fn show(_: Public, visitor: Visitor, State(rooms): State<Rooms>) -> Result<Response, Out> {
    let Some(token) = visitor.token.clone() else { return sign_in_page(&rooms, &visitor, None, "").await };
    match rooms.mfa.touch_portal(&token).await {
        Ok(()) => opened(&rooms, &Me { visitor, token }, "").await,
        Err(MfaError::SignedOut) => Ok(visitor.release(sign_in_page(&rooms, &visitor, None, "").await?)),
        Err(error) => Err(error.into()),
    }
}

/// The page that a session opens on.
pub(super) async fn opened(rooms: &Rooms, me: &Me, error: impl Into<Said>) -> Result<Response, Out> {
    let error = error.into();
    let overview = rooms.mfa.portal_overview(&me.token).await?;
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    if overview.standing == Standing::Prove {
        let (frame, shell) = me.framed(me.texts.prove, Place::None);
        return Ok(page_with(status, &ProvePage { frame, shell, overview, error }));
    }
    let (frame, shell) = me.framed(me.texts.ways, Place::Overview);
    Ok(page_with(status, &OverviewPage { frame, shell, overview, error }))
}

/// Choosing, or the one tenant there is to choose: the one that was chosen last where there are several.
async fn sign_in_page(
    rooms: &Rooms,
    visitor: &Visitor,
    tenant: Option<TenantId>,
    error: impl Into<Said>,
) -> Result<Response, Out> {
    let error = error.into();
    let mut portals = match tenant {
        Some(tenant) => vec![rooms.mfa.portal(tenant).await?],
        None => rooms.mfa.list_portals().await?,
    };
    portals.sort_by_key(|portal| Some(portal.tenant) != visitor.tenant);
    let remembered = match visitor.tenant.filter(|_| portals.is_empty()) {
        Some(tenant) => rooms.mfa.portal(tenant).await.ok(),
        None => None,
    };
    portals.extend(remembered);
    let (mut frame, mut shell) = visitor.framed(visitor.texts.sign_in, Place::None);
    frame.csrf.clear();
    if !error.is_empty() {
        shell.said = "";
    }
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::FORBIDDEN };
    Ok(page_with(status, &SignInPage { frame, shell, portals, error }))
}

/// `GET /me/{tenant}`: the portal of one tenant.
pub async fn choose(
    _: Public,
    visitor: Visitor,
    State(rooms): State<Rooms>,
    Path(tenant): Path<TenantId>,
) -> Result<Response, Out> {
    sign_in_page(&rooms, &visitor, Some(tenant), "").await
}

/// Where to sign in, and whether by hand.
#[derive(Deserialize)]
pub struct SignIn {
    tenant: TenantId,
    fresh: Option<String>,
}

/// `GET /me/sign-in`: off to Entra. A link and no form, because browsers hold a form's redirects to our own policy.
pub async fn sign_in(
    _: Public,
    visitor: Visitor,
    State(rooms): State<Rooms>,
    Query(query): Query<SignIn>,
) -> Result<Response, Out> {
    let by_hand = query.fresh.is_some();
    let token = visitor.token.as_ref().filter(|_| by_hand);
    let leaving = rooms.mfa.go_to_entra(query.tenant, by_hand, token).await?;
    Ok(visitor.leave(&leaving, query.tenant))
}

/// What Entra has the browser bring back.
#[derive(Deserialize, Default)]
pub struct Returned {
    #[serde(default)]
    state: String,
    code: Option<Secret<String>>,
    error: Option<String>,
}

/// `GET /me/callback`: back from Entra.
pub async fn come_back(
    _: Public,
    visitor: Visitor,
    State(rooms): State<Rooms>,
    returned: Result<Query<Returned>, Problem>,
) -> Result<Response, Out> {
    // What stands twice or cannot be read is nothing that Entra sends.
    let Query(returned) = returned.unwrap_or_default();
    let answer = Answer { state: returned.state, code: returned.code, error: returned.error };
    let visit = answer.visit();
    let cookie = visit.and_then(|visit| visitor.visit(visit));
    let back = rooms.mfa.come_back(&answer, cookie.as_ref(), visitor.token.as_ref(), &visitor.origin).await?;
    let visit = visit.filter(|_| cookie.is_some());
    let response = match back {
        Back::In { entered, .. } => visitor.enter(&entered, "/me"),
        Back::NotIn(why) => sign_in_page(&rooms, &visitor, None, visitor.texts.not_in(why)).await?,
    };
    Ok(visitor.arrived(visit, response))
}

/// A code, as the form sends it.
#[derive(Deserialize)]
pub struct Code {
    pub(super) code: Secret<String>,
}

/// `POST /me/prove/code`.
pub async fn prove_code(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Code { code }): Posted<Code>,
) -> Result<Response, Out> {
    let holder = rooms.mfa.portal_holder(&me.token).await?;
    let added = rooms.mfa.prove_in_portal(&me.token, &Shown::Entered { holder, code }, &me.origin).await?;
    proved(&rooms, &me, added).await
}

pub(super) async fn proved(rooms: &Rooms, me: &Me, added: Added) -> Result<Response, Out> {
    match added {
        Added::In(entered) => Ok(me.enter(&entered, "/me")),
        Added::Again(refusal) => again(rooms, me, &refusal).await,
    }
}

/// The same page once more. A refusal that locked the person has ended the session as well.
pub(super) async fn again(rooms: &Rooms, me: &Me, refusal: &Refusal) -> Result<Response, Out> {
    match rooms.mfa.touch_portal(&me.token).await {
        Err(MfaError::SignedOut) => {
            let page = sign_in_page(rooms, me, None, me.texts.locked()).await?;
            Ok(me.release(page))
        }
        _ => opened(rooms, me, me.texts.told(refusal.told(me.now))).await,
    }
}

/// `POST /me/prove/passkey/options`.
pub async fn passkey_options(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Json<Value>, Out> {
    let (ceremony, options) = rooms.mfa.begin_portal_passkey(&me.token).await?;
    Ok(Json(json!({ "ceremony": ceremony, "options": options })))
}

/// A passkey's answer, as the form sends it.
#[derive(Deserialize)]
pub struct PasskeyAnswer {
    pub(super) ceremony: Uuid,
    credential: String,
    #[serde(default)]
    pub(super) name: String,
}

impl PasskeyAnswer {
    pub(super) fn read(&self) -> Result<Value, MfaError> {
        serde_json::from_str(&self.credential)
            .map_err(|_| MfaError::Invalid("the passkey's answer cannot be read".to_owned()))
    }

    /// As what is judged, for the session that asked.
    pub(super) async fn shown(&self, rooms: &Rooms, me: &Me) -> Result<Shown, Out> {
        let holder = rooms.mfa.portal_holder(&me.token).await?;
        Ok(Shown::Passkey { ceremony: self.ceremony, holder, credential: self.read()? })
    }
}

/// `POST /me/prove/passkey`.
pub async fn prove_passkey(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, body): Posted<PasskeyAnswer>,
) -> Result<Response, Out> {
    let shown = body.shown(&rooms, &me).await?;
    let added = rooms.mfa.prove_in_portal(&me.token, &shown, &me.origin).await?;
    proved(&rooms, &me, added).await
}

/// `POST /me/sign-out`.
pub async fn sign_out(
    _: Public,
    State(rooms): State<Rooms>,
    Posted(me, Nothing {}): Posted<Nothing>,
) -> Result<Response, Out> {
    rooms.mfa.leave_portal(&me.token).await?;
    Ok(me.release(Redirect::to("/me?said=signed-out").into_response()))
}
