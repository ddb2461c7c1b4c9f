//! What an application asks of the authorize endpoint, checked (Entra: OAuth 2.0 authorization code flow, OpenID Connect).
//!
//! Two kinds of fault: before the redirect address is known to be the application's own, on our page; after, sent back.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::apps::Application;
use crate::identity::aadsts::{self, AadError, interactive};
use crate::identity::discovery::{is_consumers, is_shared};
use crate::world::{Tenant, World};

/// The form or query, as pairs.
pub type Pairs = Vec<(String, String)>;

/// Where the application lives, by the list its redirect address is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// A server that keeps a secret.
    Web,
    /// A page's script.
    Spa,
    /// An application on a device.
    Public,
}

/// How the answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// In the query.
    Query,
    /// Behind the `#`.
    Fragment,
    /// As a form's post.
    FormPost,
}

/// What the person is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Only what is missing.
    Usual,
    /// The password, session or not.
    Login,
    /// Nothing at all.
    Nothing,
    /// Consent.
    Consent,
    /// Which account.
    Account,
}

/// A request that makes sense.
#[derive(Debug, Clone)]
pub struct Request {
    /// The application.
    pub app_id: Uuid,
    /// The v2.0 endpoint; the v1.0 one names an API, not scopes.
    pub v2: bool,
    /// The tenant as the path names it.
    pub path_tenant: String,
    /// Where the answer goes.
    pub redirect: String,
    /// What kind of address that is.
    pub platform: Platform,
    /// A code is wanted.
    pub code: bool,
    /// An ID token is wanted at once.
    pub id_token: bool,
    /// How the answer travels.
    pub mode: Mode,
    /// What it is for.
    pub scope: String,
    /// Handed back as it came.
    pub state: Option<String>,
    /// Goes into the ID token.
    pub nonce: Option<String>,
    /// PKCE: the challenge, and whether it is hashed.
    pub challenge: Option<(String, bool)>,
    /// What is asked again.
    pub prompt: Prompt,
    /// Who it will be.
    pub login_hint: Option<String>,
    /// Whose people it is for: the tenant of the path, or on a shared path the one whose domain or id `domain_hint` names, so
    /// that nobody's home is looked for by their name. Any other hint counts for nothing here.
    pub home: Option<Uuid>,
    /// A password older than this many seconds does not count.
    pub max_age: Option<i64>,
    /// The `claims` parameter.
    pub claims: Value,
}

/// Where an error goes.
#[derive(Debug)]
pub enum Refusal {
    /// On our own page.
    Here(AadError),
    /// Back to the application.
    Back(Box<Back>, AadError),
}

/// The way back.
#[derive(Debug, Clone)]
pub struct Back {
    /// Where to.
    pub redirect: String,
    /// How.
    pub mode: Mode,
    /// Handed back as it came.
    pub state: Option<String>,
}

impl Request {
    /// The way back.
    pub fn back(&self) -> Back {
        Back { redirect: self.redirect.clone(), mode: self.mode, state: self.state.clone() }
    }

    /// The authentication contexts asked for in the `claims` parameter, for either token.
    pub fn contexts(&self) -> Vec<String> {
        ["id_token", "access_token"].iter().flat_map(|token| contexts(&self.claims, token)).collect()
    }
}

/// The authentication contexts that a `claims` request names for one kind of token.
pub fn contexts(claims: &Value, token: &str) -> Vec<String> {
    let asked = &claims[token]["acrs"];
    let several = asked["values"].as_array().cloned().unwrap_or_default();
    let all = several.iter().chain(std::iter::once(&asked["value"]));
    all.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Reads and checks a request.
pub fn read(world: &World, path_tenant: &str, v2: bool, pairs: &Pairs) -> Result<Request, Refusal> {
    if let Some(name) = twice(pairs) {
        return Err(Refusal::Here(aadsts::duplicated_parameter(name)));
    }
    let tenant = tenant_of_path(world, path_tenant).map_err(Refusal::Here)?;
    let application = application(world, pairs, tenant.as_deref()).map_err(Refusal::Here)?;
    if is_consumers(path_tenant) {
        let error = aadsts::no_personal_accounts(application.app_id, &application.display_name);
        return Err(Refusal::Here(error));
    }
    let (redirect, platform) = redirect(&application, value(pairs, "redirect_uri")).map_err(Refusal::Here)?;
    let kind = value(pairs, "response_type").unwrap_or_default();
    let (code, id_token) = kinds(kind);
    let usual = if id_token { Mode::Fragment } else { Mode::Query };
    let asked_mode = value(pairs, "response_mode");
    let mode = asked_mode.map_or(Some(usual), mode_of);
    let back = Back {
        redirect: redirect.clone(),
        mode: mode.unwrap_or(usual),
        state: value(pairs, "state").map(str::to_owned),
    };
    let refuse = |error| Refusal::Back(Box::new(back.clone()), error);
    if mode.is_none() || (mode == Some(Mode::Query) && id_token) {
        let back = Back { mode: usual, ..back };
        return Err(Refusal::Back(Box::new(back), interactive::response_mode(asked_mode.unwrap_or_default())));
    }
    check_kind(&application, kind, pairs).map_err(refuse)?;
    let scope = scope(v2, pairs).map_err(refuse)?;
    let challenge = challenge(pairs, code && platform == Platform::Spa).map_err(refuse)?;
    let prompt = prompt(value(pairs, "prompt")).map_err(refuse)?;
    let claims = match value(pairs, "claims") {
        Some(text) => serde_json::from_str(text).map_err(|_| refuse(interactive::claims_unreadable()))?,
        None => Value::Null,
    };
    let owned = |name: &str| value(pairs, name).map(str::to_owned);
    let hinted = value(pairs, "domain_hint").and_then(|hint| world.tenant(hint));
    let home = tenant.as_ref().or(hinted.as_ref()).map(|tenant| tenant.id);
    Ok(Request {
        app_id: application.app_id,
        v2,
        path_tenant: path_tenant.to_owned(),
        redirect,
        platform,
        code,
        id_token,
        mode: back.mode,
        scope,
        state: back.state,
        nonce: owned("nonce"),
        challenge,
        prompt,
        login_hint: owned("login_hint").filter(|_| prompt != Prompt::Account),
        home,
        max_age: value(pairs, "max_age").and_then(|age| age.parse().ok()),
        claims,
    })
}

/// The name of a parameter that comes twice.
pub fn twice(pairs: &Pairs) -> Option<&str> {
    let mut seen = BTreeSet::new();
    pairs.iter().map(|(name, _)| name.as_str()).find(|name| !seen.insert(*name))
}

/// A parameter; an empty one counts as missing.
pub fn value<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

fn tenant_of_path(world: &World, name: &str) -> Result<Option<std::sync::Arc<Tenant>>, AadError> {
    if is_shared(name) {
        return Ok(None);
    }
    world.tenant(name).map(Some).ok_or_else(|| aadsts::tenant_not_found(name, "invalid_request"))
}

fn application(world: &World, pairs: &Pairs, tenant: Option<&Tenant>) -> Result<Application, AadError> {
    let client_id = value(pairs, "client_id").ok_or_else(|| aadsts::missing_parameter("client_id"))?;
    let app_id: Uuid = client_id.parse().map_err(|_| aadsts::not_an_app_id(client_id))?;
    let directory = tenant.map_or("common", |tenant| tenant.display_name.as_str());
    let missing = || aadsts::app_not_found(app_id, directory);
    let (home, application) = world.application(app_id).ok_or_else(missing)?;
    let single = application.sign_in_audience == "AzureADMyOrg";
    match tenant {
        None if single => Err(aadsts::single_tenant(app_id, &application.display_name)),
        Some(tenant) if single && tenant.id != home.id => Err(missing()),
        _ => Ok(application),
    }
}

/// The registered address, and the list it is in: exactly this address, or the same of this machine at another port (Entra:
/// redirect URI restrictions).
fn redirect(application: &Application, asked: Option<&str>) -> Result<(String, Platform), AadError> {
    let lists = [
        (&application.redirect_uris, Platform::Web),
        (&application.spa_redirect_uris, Platform::Spa),
        (&application.public_redirect_uris, Platform::Public),
    ];
    let first = lists.iter().find_map(|(list, platform)| list.first().map(|uri| (uri.clone(), *platform)));
    let Some(asked) = asked else { return first.ok_or_else(aadsts::no_redirect) };
    let exact = lists.iter().find(|(list, _)| list.iter().any(|uri| uri == asked));
    let found = exact.or_else(|| lists.iter().find(|(list, _)| list.iter().any(|uri| same_loopback(uri, asked))));
    let mismatch = || aadsts::redirect_mismatch(asked, application.app_id);
    if first.is_none() {
        return Err(aadsts::no_redirect());
    }
    let (_, platform) = found.ok_or_else(mismatch)?;
    Url::parse(asked).map_err(|_| mismatch())?;
    Ok((asked.to_owned(), *platform))
}

/// `http://localhost` is the same at every port (RFC 8252 §7.3).
fn same_loopback(registered: &str, asked: &str) -> bool {
    let (Ok(mut registered), Ok(mut asked)) = (Url::parse(registered), Url::parse(asked)) else { return false };
    let loopback = matches!(registered.host_str(), Some("localhost" | "127.0.0.1")) && registered.scheme() == "http";
    // A loopback address can always take a port.
    let _ = (registered.set_port(None), asked.set_port(None));
    loopback && registered == asked
}

fn kinds(response_type: &str) -> (bool, bool) {
    let has = |wanted: &str| response_type.split_ascii_whitespace().any(|kind| kind == wanted);
    (has("code"), has("id_token"))
}

fn check_kind(application: &Application, kind: &str, pairs: &Pairs) -> Result<(), AadError> {
    let mut words: Vec<_> = kind.split_ascii_whitespace().collect();
    words.sort_unstable();
    match words.as_slice() {
        [] => return Err(aadsts::missing_parameter("response_type")),
        ["code"] => {}
        ["id_token"] | ["code", "id_token"] if application.id_token_enabled => {}
        ["id_token"] | ["code", "id_token"] => return Err(interactive::id_token_disabled()),
        ["token"] | ["id_token" | "code", "token"] | ["code", "id_token", "token"] => {
            return Err(interactive::token_disabled());
        }
        _ => return Err(interactive::response_type(kind)),
    }
    if words.contains(&"id_token") && value(pairs, "nonce").is_none() {
        return Err(aadsts::missing_parameter("nonce"));
    }
    Ok(())
}

/// What it is for. On the v1.0 endpoint all of what an API offers, and the person's name and a refresh token in any case.
fn scope(v2: bool, pairs: &Pairs) -> Result<String, AadError> {
    if v2 {
        return value(pairs, "scope").map(str::to_owned).ok_or_else(|| aadsts::missing_parameter("scope"));
    }
    let resource = value(pairs, "resource").unwrap_or("https://graph.microsoft.com");
    Ok(format!("openid profile email offline_access {resource}/.default"))
}

fn mode_of(name: &str) -> Option<Mode> {
    match name {
        "query" => Some(Mode::Query),
        "fragment" => Some(Mode::Fragment),
        "form_post" => Some(Mode::FormPost),
        _ => None,
    }
}

fn challenge(pairs: &Pairs, needed: bool) -> Result<Option<(String, bool)>, AadError> {
    let Some(challenge) = value(pairs, "code_challenge") else {
        return if needed { Err(interactive::challenge_needed()) } else { Ok(None) };
    };
    let hashed = match value(pairs, "code_challenge_method") {
        Some("S256") => true,
        Some("plain") | None => false,
        Some(_) => return Err(interactive::challenge_method()),
    };
    if (43..=128).contains(&challenge.len()) {
        Ok(Some((challenge.to_owned(), hashed)))
    } else {
        Err(interactive::challenge_size())
    }
}

fn prompt(name: Option<&str>) -> Result<Prompt, AadError> {
    match name {
        None => Ok(Prompt::Usual),
        Some("login") => Ok(Prompt::Login),
        Some("none") => Ok(Prompt::Nothing),
        Some("consent") => Ok(Prompt::Consent),
        Some("select_account") => Ok(Prompt::Account),
        Some(other) => Err(interactive::unsupported_value("prompt", other)),
    }
}
