//! Browsers with keys: remembered ones, and those in which the person agrees to sign-ins elsewhere.

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::SET_COOKIE;
use kernel::Secret;
use mfa::factors::Shown;
use mfa::prove::Keep;
use mfa::push::{Agreed, OPEN_FOR, PushState, Pushed};
use mfa::{MfaError, PushId};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, Json, Path, Problem, Public};

use super::prove::{again, conclude};
use crate::Rooms;
use crate::me::words;
use crate::mfa::approve::{ApprovePage, ApproveStartPage, PushPage, ids};
use crate::mfa::browser::{Browser, Visit};
use crate::render::page;

/// What a browser shows of its key, as forms send it.
#[derive(Deserialize)]
pub struct ShownKey {
    ceremony: Uuid,
    key: String,
    signature: String,
}

/// The wish to keep a browser, as forms send it: empty where there is none.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Kept {
    keep: String,
    keep_ceremony: String,
    keep_key: String,
    keep_signature: String,
}

impl Kept {
    /// The wish, where there is one that can be read. What cannot spoils no sign-in.
    pub fn read(&self, visit: &Visit) -> Option<Keep> {
        let wishes = |word: &str| self.keep.split(' ').any(|wish| wish == word);
        let (remember, approve) = (wishes("remember"), wishes("approve"));
        let keep = Keep {
            ceremony: self.keep_ceremony.parse().ok()?,
            public_key: bytes(&self.keep_key).ok()?,
            signature: bytes(&self.keep_signature).ok()?,
            name: words::browser(visit.origin.user_agent.as_deref(), visit.texts.of_portal()),
            remember,
            approve,
        };
        (remember || approve).then_some(keep)
    }
}

impl ShownKey {
    /// A browser of this name that is to ask its person about sign-ins elsewhere.
    pub fn to_approve(&self, name: String) -> Result<Keep, MfaError> {
        let (public_key, signature) = (bytes(&self.key)?, bytes(&self.signature)?);
        Ok(Keep { ceremony: self.ceremony, public_key, signature, name, remember: false, approve: true })
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, MfaError> {
    let broken = |_| MfaError::Invalid("the browser's key cannot be read".to_owned());
    URL_SAFE_NO_PAD.decode(text).map_err(broken)
}

/// The key that a browser means to prove by; none where it is to be kept.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ProvingKey {
    key: String,
}

/// `POST /mfa/prove/{transaction}/device/options`. Nothing is there to be signed by a key that is not remembered.
pub async fn device_options(
    _: Public,
    State(rooms): State<Rooms>,
    browser: Browser,
    Form(ProvingKey { key }): Form<ProvingKey>,
) -> Result<Json<Value>, Problem> {
    let Browser { transaction, secret, .. } = &browser;
    let challenge = match key.as_str() {
        "" => Some(rooms.mfa.begin_device_for(*transaction, secret).await?),
        key => rooms.mfa.begin_remembered_for(*transaction, secret, &bytes(key)?).await?,
    };
    let challenge = challenge.map(|challenge| (challenge.ceremony, challenge.text));
    let (ceremony, text) = challenge.unzip();
    Ok(Json(json!({ "ceremony": ceremony, "text": text })))
}

/// `POST /mfa/prove/{transaction}/device`.
pub async fn show_device(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    browser: Browser,
    Form(body): Form<ShownKey>,
) -> Result<Response, Problem> {
    let (public_key, signature) = (bytes(&body.key)?, bytes(&body.signature)?);
    let Browser { transaction, secret, .. } = &browser;
    let shown = Shown::Device { ceremony: body.ceremony, holder: transaction.0, public_key, signature };
    match rooms.mfa.prove(*transaction, secret, &shown, &visit.origin).await? {
        mfa::prove::Proved::Again(_) => again(&rooms, &visit, &browser, visit.texts.device_unknown).await,
        proved @ mfa::prove::Proved::Answer(_) => conclude(&rooms, &visit, &browser, proved).await,
    }
}

/// `POST /mfa/prove/{transaction}/push`.
pub async fn push(_: Public, visit: Visit, State(rooms): State<Rooms>, browser: Browser) -> Result<Response, Problem> {
    let Browser { transaction, secret, .. } = &browser;
    match rooms.mfa.push_for(*transaction, secret, &visit.origin).await? {
        Pushed::Asked => Ok(Redirect::to(&format!("/mfa/prove/{transaction}/push")).into_response()),
        Pushed::Nowhere => again(&rooms, &visit, &browser, visit.texts.push_nowhere).await,
        Pushed::Locked { .. } => again(&rooms, &visit, &browser, visit.texts.push_locked).await,
    }
}

/// `GET /mfa/prove/{transaction}/push`.
pub async fn show_push(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    browser: Browser,
) -> Result<Response, Problem> {
    let challenge = rooms.mfa.challenge(browser.transaction, &browser.secret).await?;
    let Some(push) = challenge.push else {
        return Ok(Redirect::to(&format!("/mfa/prove/{}", browser.transaction)).into_response());
    };
    let texts = visit.texts;
    Ok(page(&PushPage {
        frame: visit.door.frame(texts.push_title),
        texts,
        transaction: browser.transaction,
        until: challenge.until,
        account: challenge.account,
        state: push.state,
        number: push.number,
        address: format!("{}/mfa/approve", rooms.url),
    }))
}

/// `GET /mfa/prove/{transaction}/push/state`.
pub async fn push_state(_: Public, State(rooms): State<Rooms>, browser: Browser) -> Result<Json<Value>, Problem> {
    let state = rooms.mfa.push_state_for(browser.transaction, &browser.secret).await?;
    Ok(Json(json!({ "state": state.map_or("over", PushState::as_str) })))
}

/// `POST /mfa/prove/{transaction}/push/finish`.
pub async fn finish_push(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    browser: Browser,
    Form(kept): Form<Kept>,
) -> Result<Response, Problem> {
    let (shown, keep) = (Shown::Push { holder: browser.transaction.0 }, kept.read(&visit));
    let Browser { transaction, secret, .. } = &browser;
    let proved = rooms.mfa.prove_and_keep(*transaction, secret, &shown, keep.as_ref(), &visit.origin).await?;
    conclude(&rooms, &visit, &browser, proved).await
}

/// The cookie of an open page. `Strict`: nobody comes to it from elsewhere.
fn cookie(secure: bool, value: &str, age: u64) -> String {
    let (name, secure) = (cookie_name(secure), if secure { "; Secure" } else { "" });
    format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}")
}

fn cookie_name(secure: bool) -> String {
    format!("{}vestibule-approve", if secure { "__Host-" } else { "" })
}

pub(super) fn session(headers: &HeaderMap, visit: &Visit) -> Result<Secret<String>, MfaError> {
    let jar = CookieJar::from_headers(headers);
    let cookie = jar.get(&cookie_name(visit.secure)).ok_or(MfaError::SignedOut)?;
    Ok(cookie.value().into())
}

/// `GET /mfa/approve`.
pub async fn approve(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    show_asked(&rooms, &visit, &headers, None).await
}

/// The page, with what came of the last answer.
pub(super) async fn show_asked(
    rooms: &Rooms,
    visit: &Visit,
    headers: &HeaderMap,
    told: Option<(&'static str, &'static str)>,
) -> Result<Response, Problem> {
    let texts = visit.texts;
    let approver = match session(headers, visit) {
        Ok(cookie) => rooms.mfa.approver(&cookie).await,
        Err(error) => Err(error),
    };
    match approver {
        Ok(approver) => {
            let (account, label) = (approver.account(), approver.label().to_owned());
            let asked = rooms.mfa.asked(&approver).await?;
            let closed = rooms.mfa.web_push_of(&approver).await?;
            let frame = visit.door.frame(texts.approve_title);
            Ok(page(&ApprovePage { frame, texts, account, label, asked, told, closed }))
        }
        Err(MfaError::SignedOut) => Ok(page(&ApproveStartPage { frame: visit.door.frame(texts.approve_title), texts })),
        Err(error) => Err(error.into()),
    }
}

/// The public half of a browser's key.
#[derive(Deserialize)]
pub struct PublicKey {
    key: String,
}

/// `POST /mfa/approve/begin`.
pub async fn begin_approver(
    _: Public,
    State(rooms): State<Rooms>,
    Form(body): Form<PublicKey>,
) -> Result<Json<Value>, Problem> {
    let challenge = rooms.mfa.begin_approver(&bytes(&body.key)?).await?;
    Ok(Json(json!({ "ceremony": challenge.ceremony, "text": challenge.text })))
}

/// `POST /mfa/approve/open`.
pub async fn open_approver(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    Form(body): Form<ShownKey>,
) -> Result<Response, Problem> {
    let (key, signature) = (bytes(&body.key)?, bytes(&body.signature)?);
    let secret = rooms.mfa.open_approver(body.ceremony, &key, &signature).await?;
    let cookie = cookie(visit.secure, secret.expose(), OPEN_FOR.as_secs());
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to("/mfa/approve")).into_response())
}

/// `GET /mfa/approve/state`.
pub async fn approve_state(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    let approver = rooms.mfa.approver(&session(&headers, &visit)?).await?;
    Ok(Json(json!({ "asked": ids(&rooms.mfa.asked(&approver).await?) })))
}

/// The number that the person saw, signed.
#[derive(Deserialize)]
pub struct Number {
    number: String,
    signature: String,
}

/// `POST /mfa/approve/{push}/agree`.
pub async fn agree(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    Path(push): Path<PushId>,
    headers: HeaderMap,
    Form(body): Form<Number>,
) -> Result<Response, Problem> {
    let cookie = session(&headers, &visit)?;
    let agreed = rooms.mfa.agree(&cookie, push, &body.number, &bytes(&body.signature)?).await?;
    let texts = visit.texts;
    let told = match agreed {
        Agreed::Yes => (texts.approve_agreed, "ok"),
        Agreed::WrongNumber { .. } => (texts.approve_wrong_number, "bad"),
        Agreed::Over => (texts.approve_over, "bad"),
    };
    show_asked(&rooms, &visit, &headers, Some(told)).await
}

/// `POST /mfa/approve/{push}/deny`.
pub async fn deny(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    Path(push): Path<PushId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    rooms.mfa.deny(&session(&headers, &visit)?, push, &visit.origin).await?;
    show_asked(&rooms, &visit, &headers, Some((visit.texts.approve_denied, "ok"))).await
}
