//! `/users/{id}/authentication`: what a person registered.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Methods, Registration};
use crate::World;
use crate::apps::query::Asked;
use crate::auth::AppToken;
use crate::graph::call::Object;
use crate::graph::error::GraphError;
use crate::sign_in::person::Person;
use crate::world::Tenant;

const ALL: &[&str] = &["UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"];
const WRITE: &[&str] = &["UserAuthenticationMethod.ReadWrite.All"];
const PHONES: &[&str] =
    &["UserAuthMethod-Phone.Read.All", "UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"];
const EMAILS: &[&str] =
    &["UserAuthMethod-Email.Read.All", "UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"];
const EXTERNAL: &[&str] = &[
    "UserAuthMethod-External.Read.All",
    "UserAuthMethod-External.ReadWrite.All",
    "UserAuthenticationMethod.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
];
const WRITE_EXTERNAL: &[&str] = &["UserAuthMethod-External.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All"];

/// Each kind of phone has one id, in every tenant.
pub const KINDS: [(&str, &str); 3] = [
    ("mobile", "3179e48a-750b-4051-897c-87b9720928f7"),
    ("alternateMobile", "b6332ec1-7057-4abe-9331-3d72feddfe41"),
    ("office", "e37fc753-ff3b-4958-9484-eaa9425c82bc"),
];
const EMAIL: &str = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f";
const PASSWORD: &str = "28c10230-6103-485e-b985-444c60001490";

const EMPTY: [&str; 6] = [
    "fido2Methods",
    "softwareOathMethods",
    "microsoftAuthenticatorMethods",
    "windowsHelloForBusinessMethods",
    "temporaryAccessPassMethods",
    "platformCredentialMethods",
];

type Body = Object;
type Keys = Path<(String, String)>;

/// The routes below `/v1.0` and `/beta`.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/users/{id}/authentication/methods", get(list_all))
        .route("/users/{id}/authentication/passwordMethods", get(list_passwords))
        .route("/users/{id}/authentication/phoneMethods", get(list_phones).post(add_phone))
        .route(
            "/users/{id}/authentication/phoneMethods/{method}",
            get(read_phone).patch(change_phone).delete(remove_phone),
        )
        .route("/users/{id}/authentication/emailMethods", get(list_emails).post(set_email))
        .route(
            "/users/{id}/authentication/emailMethods/{method}",
            get(read_email).patch(set_email_of).delete(remove_email),
        )
        .route("/users/{id}/authentication/externalAuthenticationMethods", get(list_external).post(register))
        .route(
            "/users/{id}/authentication/externalAuthenticationMethods/{method}",
            get(read_external).delete(remove_external),
        )
        .merge(without_any())
}

/// Kinds of methods that nobody can have here: their lists are empty.
fn without_any() -> Router<Arc<World>> {
    let one = |router: Router<Arc<World>>, kind: &'static str| {
        let list = move |token: AppToken, asked: Asked, Path(key): Path<String>| async move {
            may(&token, ALL)?;
            asked.page(&set(user(&token.tenant, &key)?, kind), Vec::new())
        };
        let read = |token: AppToken, Path((_, id)): Keys| async move {
            may(&token, ALL)?;
            Err::<Response, _>(missing(&id))
        };
        let path = format!("/users/{{id}}/authentication/{kind}");
        router.route(&path, get(list)).route(&format!("{path}/{{method}}"), get(read))
    };
    EMPTY.into_iter().fold(Router::new(), one)
}

fn may(token: &AppToken, any: &[&str]) -> Result<(), GraphError> {
    if token.allowed(any) {
        return Ok(());
    }
    Err(GraphError::new(StatusCode::FORBIDDEN, "accessDenied", "Request Authorization failed"))
}

fn user(tenant: &Tenant, key: &str) -> Result<Uuid, GraphError> {
    let found = match key.parse() {
        Ok(id) => Person::of(tenant, id),
        Err(_) => Person::named(tenant, key),
    };
    let missing = || GraphError::new(StatusCode::NOT_FOUND, "resourceNotFound", "User not found");
    found.map(|person| person.id).ok_or_else(missing)
}

fn missing(id: &str) -> GraphError {
    GraphError::new(
        StatusCode::NOT_FOUND,
        "resourceNotFound",
        format!("The authentication method '{id}' was not found."),
    )
}

fn refused(text: &str) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "badRequest", text)
}

fn set(user: Uuid, kind: &str) -> String {
    format!("users('{user}')/authentication/{kind}")
}

fn phones(methods: &Methods, user: Uuid) -> Vec<Value> {
    let own = methods.phones.get(&user).cloned().unwrap_or_default();
    let shown = |(kind, id): &(&str, &str)| {
        let number = own.get(*kind)?;
        let sms = if *kind == "mobile" { "notAllowedByPolicy" } else { "notSupported" };
        Some(
            json!({ "id": id, "phoneNumber": number, "phoneType": kind, "smsSignInState": sms, "createdDateTime": null }),
        )
    };
    KINDS.iter().filter_map(shown).collect()
}

fn emails(methods: &Methods, user: Uuid) -> Vec<Value> {
    let shown = |address| json!({ "id": EMAIL, "emailAddress": address, "createdDateTime": null });
    methods.emails.get(&user).map(shown).into_iter().collect()
}

fn external(methods: &Methods, user: Uuid) -> Vec<Value> {
    methods.registrations.get(&user).map(Vec::as_slice).unwrap_or_default().iter().map(shown).collect()
}

fn shown(registration: &Registration) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.externalAuthenticationMethod", "id": registration.id,
        "configurationId": registration.configuration, "displayName": registration.name,
        "createdDateTime": registration.created,
    })
}

fn passwords() -> Value {
    json!({ "id": PASSWORD, "password": null, "createdDateTime": null })
}

fn typed(kind: &str, mut method: Value) -> Value {
    method["@odata.type"] = json!(format!("#microsoft.graph.{kind}AuthenticationMethod"));
    method
}

async fn list_all(token: AppToken, asked: Asked, Path(key): Path<String>) -> Result<Response, GraphError> {
    may(&token, ALL)?;
    let user = user(&token.tenant, &key)?;
    let methods = token.tenant.methods();
    let mut all = vec![typed("password", passwords())];
    all.extend(phones(&methods, user).into_iter().map(|method| typed("phone", method)));
    all.extend(emails(&methods, user).into_iter().map(|method| typed("email", method)));
    all.extend(external(&methods, user));
    asked.page(&set(user, "methods"), all)
}

async fn list_passwords(token: AppToken, asked: Asked, Path(key): Path<String>) -> Result<Response, GraphError> {
    may(&token, ALL)?;
    asked.page(&set(user(&token.tenant, &key)?, "passwordMethods"), vec![passwords()])
}

// === phones ===

async fn list_phones(token: AppToken, asked: Asked, Path(key): Path<String>) -> Result<Response, GraphError> {
    may(&token, PHONES)?;
    let user = user(&token.tenant, &key)?;
    asked.page(&set(user, "phoneMethods"), phones(&token.tenant.methods(), user))
}

async fn read_phone(token: AppToken, asked: Asked, Path((key, id)): Keys) -> Result<Response, GraphError> {
    may(&token, PHONES)?;
    let user = user(&token.tenant, &key)?;
    let found = phones(&token.tenant.methods(), user).into_iter().find(|phone| phone["id"] == id.as_str());
    asked.entity(&set(user, "phoneMethods"), found.ok_or_else(|| missing(&id))?)
}

async fn add_phone(
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
    Object(body): Body,
) -> Result<Response, GraphError> {
    may(&token, WRITE)?;
    let user = user(&token.tenant, &key)?;
    let kind = body.get("phoneType").and_then(Value::as_str).unwrap_or_default().to_owned();
    if token.tenant.methods().phones.get(&user).is_some_and(|own| own.contains_key(&kind)) {
        return Err(refused("The phone type exists already."));
    }
    set_phone(&token.tenant, user, &kind, body.get("phoneNumber"))?;
    let found = phones(&token.tenant.methods(), user).into_iter().find(|phone| phone["phoneType"] == kind.as_str());
    asked.created(&set(user, "phoneMethods"), found.unwrap_or_default())
}

async fn change_phone(token: AppToken, Path((key, id)): Keys, Object(body): Body) -> Result<StatusCode, GraphError> {
    may(&token, WRITE)?;
    let user = user(&token.tenant, &key)?;
    let (kind, _) = KINDS.iter().find(|(_, known)| *known == id).ok_or_else(|| missing(&id))?;
    set_phone(&token.tenant, user, kind, body.get("phoneNumber"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets a phone number: `+46 701234567`, perhaps with an extension.
pub fn set_phone(tenant: &Tenant, user: Uuid, kind: &str, number: Option<&Value>) -> Result<(), GraphError> {
    let number = number.and_then(Value::as_str).filter(|number| number.starts_with('+'));
    let number = number.ok_or_else(|| refused("The phone number must begin with a plus sign and a country code."))?;
    if !KINDS.iter().any(|(known, _)| *known == kind) {
        return Err(refused("The phone type is not known."));
    }
    tenant.methods_mut().phones.entry(user).or_default().insert(kind.to_owned(), number.to_owned());
    Ok(())
}

async fn remove_phone(token: AppToken, Path((key, id)): Keys) -> Result<StatusCode, GraphError> {
    may(&token, WRITE)?;
    let user = user(&token.tenant, &key)?;
    let (kind, _) = KINDS.iter().find(|(_, known)| *known == id).ok_or_else(|| missing(&id))?;
    let gone = token.tenant.methods_mut().phones.get_mut(&user).and_then(|own| own.remove(*kind));
    gone.map(|_| StatusCode::NO_CONTENT).ok_or_else(|| missing(&id))
}

// === mail ===

async fn list_emails(token: AppToken, asked: Asked, Path(key): Path<String>) -> Result<Response, GraphError> {
    may(&token, EMAILS)?;
    let user = user(&token.tenant, &key)?;
    asked.page(&set(user, "emailMethods"), emails(&token.tenant.methods(), user))
}

async fn read_email(token: AppToken, asked: Asked, Path((key, id)): Keys) -> Result<Response, GraphError> {
    may(&token, EMAILS)?;
    let user = user(&token.tenant, &key)?;
    let found = emails(&token.tenant.methods(), user).into_iter().find(|email| email["id"] == id.as_str());
    asked.entity(&set(user, "emailMethods"), found.ok_or_else(|| missing(&id))?)
}

async fn set_email(
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
    Object(body): Body,
) -> Result<Response, GraphError> {
    may(&token, WRITE)?;
    let user = user(&token.tenant, &key)?;
    if token.tenant.methods().emails.contains_key(&user) {
        return Err(refused("The person has an e-mail address already."));
    }
    change_email(&token, user, &body)?;
    let found = emails(&token.tenant.methods(), user).pop();
    asked.created(&set(user, "emailMethods"), found.unwrap_or_default())
}

async fn set_email_of(token: AppToken, Path((key, id)): Keys, Object(body): Body) -> Result<StatusCode, GraphError> {
    may(&token, WRITE)?;
    let user = email_of(&token.tenant, &key, &id)?;
    change_email(&token, user, &body).map(|()| StatusCode::NO_CONTENT)
}

/// The person whose only address a path names.
fn email_of(tenant: &Tenant, key: &str, id: &str) -> Result<Uuid, GraphError> {
    let user = user(tenant, key)?;
    let known = id == EMAIL && tenant.methods().emails.contains_key(&user);
    if known { Ok(user) } else { Err(missing(id)) }
}

fn change_email(token: &AppToken, user: Uuid, body: &Map<String, Value>) -> Result<(), GraphError> {
    let address = body.get("emailAddress").and_then(Value::as_str).filter(|address| address.contains('@'));
    let address = address.ok_or_else(|| refused("The e-mail address is not valid."))?;
    token.tenant.methods_mut().emails.insert(user, address.to_owned());
    Ok(())
}

async fn remove_email(token: AppToken, Path((key, id)): Keys) -> Result<StatusCode, GraphError> {
    may(&token, WRITE)?;
    let user = email_of(&token.tenant, &key, &id)?;
    token.tenant.methods_mut().emails.remove(&user);
    Ok(StatusCode::NO_CONTENT)
}

// === external methods ===

async fn list_external(token: AppToken, asked: Asked, Path(key): Path<String>) -> Result<Response, GraphError> {
    may(&token, EXTERNAL)?;
    let user = user(&token.tenant, &key)?;
    asked.page(&set(user, "externalAuthenticationMethods"), external(&token.tenant.methods(), user))
}

async fn read_external(token: AppToken, asked: Asked, Path((key, id)): Keys) -> Result<Response, GraphError> {
    may(&token, EXTERNAL)?;
    let user = user(&token.tenant, &key)?;
    let found = external(&token.tenant.methods(), user).into_iter().find(|method| method["id"] == id.as_str());
    asked.entity(&set(user, "externalAuthenticationMethods"), found.ok_or_else(|| missing(&id))?)
}

/// Registers on behalf of a person.
async fn register(
    State(world): State<Arc<World>>,
    token: AppToken,
    asked: Asked,
    Path(key): Path<String>,
    Object(body): Body,
) -> Result<Response, GraphError> {
    may(&token, WRITE_EXTERNAL)?;
    let user = user(&token.tenant, &key)?;
    let name = body.get("displayName").and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| refused("The property 'displayName' is required."))?;
    let configuration = body.get("configurationId").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let configuration: Uuid = configuration.ok_or_else(|| refused("The property 'configurationId' is required."))?;
    let mut methods = token.tenant.methods_mut();
    if !methods.external.contains_key(&configuration) {
        return Err(refused("The configuration does not exist."));
    }
    if external(&methods, user).iter().any(|own| own["configurationId"] == json!(configuration)) {
        return Err(refused("The method is registered already."));
    }
    let made = Registration { id: world.guid(), configuration, name: name.to_owned(), created: world.clock.now() };
    let answer = shown(&made);
    methods.register(user, made);
    drop(methods);
    asked.created(&set(user, "externalAuthenticationMethods"), answer)
}

async fn remove_external(token: AppToken, Path((key, id)): Keys) -> Result<StatusCode, GraphError> {
    may(&token, WRITE_EXTERNAL)?;
    let user = user(&token.tenant, &key)?;
    let mut methods = token.tenant.methods_mut();
    let own = methods.registrations.entry(user).or_default();
    let before = own.len();
    own.retain(|registration| registration.id.to_string() != id);
    if own.len() == before { Err(missing(&id)) } else { Ok(StatusCode::NO_CONTENT) }
}
