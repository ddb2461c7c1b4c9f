//! What tokens about people say (Entra: ID token claims, access token claims, optional claims).
//!
//! A claim marked optional is there only when the registration opted in for that kind of token.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::ask::contexts;
use super::person::Person;
use super::session::Evidence;
use crate::apps::Application;
use crate::apps::catalogue::GRAPH_APP_ID;
use crate::identity::BACK_DATED_SECONDS;
use crate::identity::aadsts::AadError;
use crate::identity::issue::{issuer, shows_capabilities, signed};
use crate::links::Links;
use crate::world::{Tenant, World};

/// How long an ID token is good.
const ID_TOKEN_SECONDS: i64 = 3_600;
/// More groups than these are not in a token.
const MOST_GROUPS: usize = 200;

/// Everything a token is made of.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The emulator.
    pub world: &'a World,
    /// The address the client used.
    pub links: &'a Links,
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The application.
    pub application: &'a Application,
    /// The person.
    pub person: &'a Person,
    /// How they proved it.
    pub evidence: &'a Evidence,
    /// The session.
    pub sid: &'a str,
    /// What was asked for.
    pub scope: &'a str,
    /// The `claims` request.
    pub claims: &'a Value,
    /// The authentication contexts that are reached, asked for or not.
    pub reached: &'a [String],
    /// The endpoint's version, which is the ID token's.
    pub v2: bool,
    /// When.
    pub now: Timestamp,
}

/// For which API an access token is.
#[derive(Debug, Clone)]
pub enum Api {
    /// Microsoft Graph, with these scopes.
    Graph(Vec<String>),
    /// Another application, with these scopes.
    Other(Box<Application>, Vec<String>),
}

/// The name of a person that only one application knows.
pub fn pairwise(tenant: Uuid, application: Uuid, person: Uuid) -> String {
    let text = format!("{tenant}|{application}|{person}");
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// The opaque `login_hint` claim.
pub fn login_hint(person: Uuid) -> String {
    format!("O.{}", URL_SAFE_NO_PAD.encode(person.as_bytes()))
}

impl Api {
    /// The scopes.
    pub fn scopes(&self) -> &[String] {
        match self {
            Self::Graph(scopes) | Self::Other(_, scopes) => scopes,
        }
    }

    /// The application whose it is; none for Graph.
    fn application(&self) -> Option<&Application> {
        match self {
            Self::Graph(_) => None,
            Self::Other(app, _) => Some(app),
        }
    }

    /// Whether its tokens are version 2.0: the application decides. Graph's are not.
    fn v2(&self) -> bool {
        self.application().is_some_and(|app| app.token_version == Some(2))
    }

    fn audience(&self) -> String {
        match self.application() {
            None => GRAPH_APP_ID.to_string(),
            Some(app) if self.v2() => app.app_id.to_string(),
            Some(app) => app.identifier_uris.first().cloned().unwrap_or_else(|| app.app_id.to_string()),
        }
    }

    /// Graph says whom a token is about; another API when it asks for it.
    fn says_user(&self) -> bool {
        self.application().is_none_or(|app| app.opts_in_with("accessToken", "idtyp", "include_user_token"))
    }
}

impl Subject<'_> {
    /// An ID token of the endpoint's version, with hashes when it travels beside a code.
    pub fn id_token(&self, nonce: Option<&str>, code: Option<&str>) -> Result<String, AadError> {
        let mut claims = self.standard(self.v2);
        claims.insert("aud".to_owned(), json!(self.application.app_id));
        claims.insert("exp".to_owned(), json!(self.now.seconds() + ID_TOKEN_SECONDS));
        if let Some(nonce) = nonce {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        if let Some(code) = code {
            let hash = digest::digest(&digest::SHA256, code.as_bytes());
            claims.insert("c_hash".to_owned(), json!(URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])));
        }
        if self.v2 {
            self.add_profile(&mut claims);
        } else {
            self.add_profile_v1(&mut claims);
        }
        self.add_optional(&mut claims, "idToken");
        self.add_contexts(&mut claims, "id_token", "idToken");
        signed(self.world, self.v2, &claims)
    }

    /// An access token: version 1.0 for Graph, the version it asks for for an application's own API.
    pub fn access_token(&self, api: &Api, proved: &str, seconds: i64) -> Result<String, AadError> {
        let mut claims = self.standard(api.v2());
        claims.insert("aud".to_owned(), json!(api.audience()));
        claims.insert("exp".to_owned(), json!(self.now.seconds() + seconds));
        claims.insert("scp".to_owned(), json!(api.scopes().join(" ")));
        claims.insert("oid".to_owned(), json!(self.person.id));
        claims.insert("name".to_owned(), json!(self.person.name));
        if api.says_user() {
            claims.insert("idtyp".to_owned(), json!("user"));
        }
        if shows_capabilities(api.application(), self.claims) {
            claims.insert("xms_cc".to_owned(), json!(["cp1"]));
        }
        self.add_client(&mut claims, api.v2(), proved);
        let of_api = Subject { application: api.application().unwrap_or(self.application), ..*self };
        of_api.add_optional(&mut claims, "accessToken");
        of_api.add_contexts(&mut claims, "access_token", "accessToken");
        signed(self.world, api.v2(), &claims)
    }

    fn standard(&self, v2: bool) -> Map<String, Value> {
        let issuer = issuer(self.links, self.tenant, v2);
        let issued = self.now.seconds() - BACK_DATED_SECONDS;
        let rng = &self.world.rng;
        let standard = json!({
            "iss": issuer, "iat": issued, "nbf": issued, "aio": rng.token::<24>(),
            "rh": format!("1.{}.", rng.token::<30>()), "uti": rng.token::<16>(), "tid": self.tenant.id,
            "sub": pairwise(self.tenant.id, self.application.app_id, self.person.id),
            "ver": if v2 { "2.0" } else { "1.0" },
        });
        match standard {
            Value::Object(claims) => claims,
            _ => Map::new(),
        }
    }

    fn add_client(&self, claims: &mut Map<String, Value>, v2: bool, proved: &str) {
        let (client, how) = if v2 { ("azp", "azpacr") } else { ("appid", "appidacr") };
        claims.insert(client.to_owned(), json!(self.application.app_id));
        claims.insert(how.to_owned(), json!(proved));
        if v2 {
            claims.insert("preferred_username".to_owned(), json!(self.person.preferred_username()));
        } else {
            claims.insert("acr".to_owned(), json!("1"));
            claims.insert("amr".to_owned(), json!(self.evidence.words()));
            claims.insert("app_displayname".to_owned(), json!(self.application.display_name));
            claims.insert("unique_name".to_owned(), json!(self.person.preferred_username()));
            claims.insert("upn".to_owned(), json!(self.person.principal_name));
        }
    }

    /// Version 1.0 tells who it is whatever was asked for.
    fn add_profile_v1(&self, claims: &mut Map<String, Value>) {
        let person = self.person;
        let profile = [
            ("amr", json!(self.evidence.words())),
            ("family_name", json!(person.family_name)),
            ("given_name", json!(person.given_name)),
            ("name", json!(person.name)),
            ("oid", json!(person.id)),
            ("unique_name", json!(person.preferred_username())),
            ("upn", json!(person.principal_name)),
        ];
        let known = profile.into_iter().filter(|(_, value)| !value.is_null());
        claims.extend(known.map(|(name, value)| (name.to_owned(), value)));
    }

    fn add_profile(&self, claims: &mut Map<String, Value>) {
        let person = self.person;
        if self.asked("profile") {
            claims.insert("oid".to_owned(), json!(person.id));
            claims.insert("name".to_owned(), json!(person.name));
            claims.insert("preferred_username".to_owned(), json!(person.preferred_username()));
        }
        if let Some(mail) = person.mail.as_ref().filter(|_| self.asked("email")) {
            claims.insert("email".to_owned(), json!(mail));
        }
    }

    fn asked(&self, scope: &str) -> bool {
        super::scopes::holds(self.scope, scope)
    }

    fn add_optional(&self, claims: &mut Map<String, Value>, token: &str) {
        let person = self.person;
        let values = [
            ("amr", json!(self.evidence.words())),
            ("auth_time", json!(self.evidence.since.seconds())),
            ("acct", json!(u8::from(person.guest))),
            ("sid", json!(self.sid)),
            ("login_hint", json!(login_hint(person.id))),
            ("upn", json!(person.principal_name)),
            ("given_name", json!(person.given_name)),
            ("family_name", json!(person.family_name)),
            ("email", json!(person.mail)),
        ];
        for (name, value) in values {
            if self.application.opts_in(token, name) && !value.is_null() {
                claims.insert(name.to_owned(), value);
            }
        }
        if self.application.opts_in(token, "groups") {
            self.add_groups(claims);
        }
    }

    /// Too many groups for a token are named by an address of an interface that is gone (Entra: groups overage claim).
    fn add_groups(&self, claims: &mut Map<String, Value>) {
        let groups = &self.person.groups;
        if groups.len() <= MOST_GROUPS {
            claims.insert("groups".to_owned(), json!(groups));
            return;
        }
        let address = format!("https://graph.windows.net/{}/users/{}/getMemberObjects", self.tenant.id, self.person.id);
        claims.insert("_claim_names".to_owned(), json!({ "groups": "src1" }));
        claims.insert("_claim_sources".to_owned(), json!({ "src1": { "endpoint": address } }));
    }

    /// Contexts that were asked for: a sign-in that got here has passed what protects them. Who opted in hears of all others
    /// that are reached, too.
    fn add_contexts(&self, claims: &mut Map<String, Value>, request: &str, token: &str) {
        let mut all = contexts(self.claims, request);
        if self.application.opts_in(token, "acrs") {
            all.extend(self.reached.iter().filter(|context| !all.contains(context)).cloned().collect::<Vec<_>>());
        }
        if !all.is_empty() {
            claims.insert("acrs".to_owned(), json!(all));
        }
    }
}
