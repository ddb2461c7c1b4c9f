//! Entra and Graph, as far as this room talks to them, with switches for what can go wrong.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{ManualClock, Timestamp};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::format_description;
use uuid::Uuid;

use super::Shared;

pub const TENANT: Uuid = Uuid::from_u128(0x0c01_7050);
pub const CLIENT: Uuid = Uuid::from_u128(0xa9);
pub const SECRET: &str = "first~secret~value";
pub const SECOND: &str = "second~secret~value";

/// What can be switched.
pub struct Switches {
    /// The secrets that Entra knows.
    pub secrets: Vec<String>,
    /// Whether Entra accepts certificates.
    pub certificates: bool,
    /// What Entra answers instead of a token: status and AADSTS number.
    pub refusal: Option<(u16, u32)>,
    /// The permissions in the token.
    pub roles: Vec<String>,
    /// The tenant in the token.
    pub tid: Uuid,
    /// What Graph answers instead, by the path's beginning: status and code.
    pub graph: HashMap<&'static str, (u16, &'static str)>,
    /// The registered credentials.
    pub registration: Value,
    /// How far Entra's clock is ahead, in seconds.
    pub ahead: i64,
    /// How many tokens were given.
    pub tokens: usize,
}

#[derive(Clone)]
pub struct Double {
    pub base: String,
    switches: Shared<Switches>,
    clock: ManualClock,
}

impl Double {
    pub async fn start(clock: ManualClock) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let switches = Switches {
            secrets: vec![SECRET.to_owned()],
            certificates: false,
            refusal: None,
            roles: ["User.Read.All", "GroupMember.Read.All", "Organization.Read.All"].map(str::to_owned).to_vec(),
            tid: TENANT,
            graph: HashMap::new(),
            registration: json!({ "passwordCredentials": [], "keyCredentials": [] }),
            ahead: 0,
            tokens: 0,
        };
        let double = Self { base, switches: Arc::new(Mutex::new(switches)), clock };
        let router = Router::new().fallback(answer).with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        double
    }

    /// The switches, to read or to turn.
    pub fn set(&self) -> MutexGuard<'_, Switches> {
        self.switches.lock().unwrap()
    }

    pub fn grant(&self, roles: &[&str]) {
        self.set().roles = roles.iter().map(|role| (*role).to_owned()).collect();
    }
}

async fn answer(State(double): State<Double>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let (status, body) = if path.ends_with("/openid-configuration") {
        discovery(&double, &path)
    } else if path.ends_with("/oauth2/v2.0/token") {
        token(&double, &String::from_utf8_lossy(&body))
    } else {
        graph(&double, path.trim_start_matches("/v1.0"))
    };
    let now = Timestamp::from_seconds(double.clock.now().seconds() + double.set().ahead);
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let date = OffsetDateTime::from(now).format(format).unwrap();
    let answer = Response::builder().status(status).header("date", date).header("content-type", "application/json");
    answer.body(Body::from(body)).unwrap()
}

fn discovery(double: &Double, path: &str) -> (u16, String) {
    let tenant = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if tenant == TENANT.to_string() || tenant == "contoso.example" {
        return (200, json!({ "issuer": format!("{}/{TENANT}/v2.0", double.base) }).to_string());
    }
    refusal(400, "invalid_tenant", 90_002)
}

fn token(double: &Double, form: &str) -> (u16, String) {
    let mut switches = double.set();
    if let Some((status, code)) = switches.refusal {
        return refusal(status, if status == 401 { "invalid_client" } else { "invalid_request" }, code);
    }
    let fields: HashMap<_, _> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    match fields.get("client_secret") {
        Some(secret) if switches.secrets.contains(secret) => {}
        Some(_) => return refusal(401, "invalid_client", 7_000_215),
        None if switches.certificates && fields.contains_key("client_assertion") => {}
        None => return refusal(401, "invalid_client", 700_027),
    }
    switches.tokens += 1;
    let mut claims = json!({ "tid": switches.tid, "appid": fields["client_id"], "idtyp": "app", "appidacr": "1" });
    if !switches.roles.is_empty() {
        claims["roles"] = json!(switches.roles);
    }
    let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
    (200, json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": token }).to_string())
}

fn refusal(status: u16, error: &str, code: u32) -> (u16, String) {
    let description = format!("AADSTS{code}: It was refused.\r\nTrace ID: x");
    (status, json!({ "error": error, "error_description": description, "error_codes": [code] }).to_string())
}

fn graph(double: &Double, path: &str) -> (u16, String) {
    let switches = double.set();
    if let Some((status, code)) = switches.graph.iter().find(|(start, _)| path.starts_with(**start)).map(|(_, it)| *it)
    {
        return (status, json!({ "error": { "code": code, "message": "It was refused." } }).to_string());
    }
    let body = match path {
        "/users" | "/groups" => json!({ "value": [{ "id": Uuid::from_u128(1) }] }),
        "/users/$count" => return (200, "120".to_owned()),
        "/users/delta" => {
            json!({ "value": [], "@odata.deltaLink": format!("{}/v1.0/users/delta?$deltatoken=1", double.base) })
        }
        "/organization" => json!({ "value": [{
            "id": TENANT, "displayName": "Contoso Ltd", "tenantType": "AAD",
            "verifiedDomains": [{ "name": "contoso.example", "isDefault": true }, { "name": "contoso.onmicrosoft.example" }] }] }),
        path if path.starts_with("/applications(") => {
            let mut application = json!({ "id": Uuid::from_u128(5), "appId": CLIENT });
            let registered = switches.registration.as_object().unwrap().clone();
            application.as_object_mut().unwrap().extend(registered);
            application
        }
        _ => return (404, json!({ "error": { "code": "Request_ResourceNotFound", "message": path } }).to_string()),
    };
    (200, body.to_string())
}
