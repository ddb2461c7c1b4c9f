//! What is posted to the provider: the hint that names the person, and its company (External MFA: authorization request).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use kernel::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::quirks::{Quirk, Signer};
use super::vocabulary::{AFTER_KNOWLEDGE, EVERY};
use super::{Pending, RETURN_PATH};
use crate::apps::Application;
use crate::identity::keys::{KeyError, SigningKey};
use crate::links::Links;
use crate::methods::external::Configuration;
use crate::sign_in::claims::pairwise;
use crate::sign_in::person::Person;
use crate::world::{Tenant, World};

/// Who is sent where.
#[derive(Debug)]
pub struct Errand<'a> {
    /// The emulator.
    pub world: &'a World,
    /// The address the browser used.
    pub links: &'a Links,
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The person.
    pub person: &'a Person,
    /// The method.
    pub method: &'a Configuration,
    /// The provider's application.
    pub application: &'a Application,
    /// Follows the sign-in through logs.
    pub correlation_id: Uuid,
    /// Now.
    pub now: Timestamp,
}

/// A request ready to be posted.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its parameters, in order.
    pub fields: Vec<(String, String)>,
    /// Its `state`.
    pub state: String,
    /// What its answer must be.
    pub pending: Pending,
}

impl Errand<'_> {
    /// Makes the request, spoilt as the quirks say.
    pub fn request(&self, quirks: &[Quirk]) -> Result<Request, KeyError> {
        let rng = &self.world.rng;
        let (state, mut nonce) = (rng.token::<48>(), rng.token::<24>());
        let mut hint = self.hint(quirks)?;
        let pending = self.pending(&nonce);
        {
            let mut memory = self.world.external.memory();
            if let Some(last) = memory.last.clone().filter(|_| quirks.contains(&Quirk::Replay {})) {
                (hint, nonce) = last;
            }
            memory.last = Some((hint.clone(), nonce.clone()));
        }
        let claims = json!({ "id_token": {
            "acr": { "essential": true, "values": pending.acr }, "amr": { "essential": true, "values": pending.amr },
        } });
        let fields = [
            ("scope", "openid".to_owned()),
            ("response_mode", "form_post".to_owned()),
            ("response_type", "id_token".to_owned()),
            ("client_id", self.method.client_id.clone()),
            ("redirect_uri", format!("{}{RETURN_PATH}", self.links.base())),
            ("claims", claims.to_string()),
            ("nonce", nonce),
            ("state", state.clone()),
            ("id_token_hint", hint),
            ("client-request-id", self.correlation_id.to_string()),
        ];
        let mut fields: Vec<_> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        for quirk in quirks {
            spoil(&mut fields, quirk);
        }
        Ok(Request { fields, state, pending })
    }

    fn pending(&self, nonce: &str) -> Pending {
        Pending {
            flow: None,
            session: None,
            tenant: self.tenant.id,
            user: self.person.id,
            configuration: self.method.id,
            name: self.method.name.clone(),
            discovery_url: self.method.discovery_url.clone(),
            issuer: self.method.issuer().to_owned(),
            client_id: self.method.client_id.clone(),
            nonce: nonce.to_owned(),
            subject: pairwise(self.tenant.id, self.method.app_id, self.person.id),
            acr: vec![AFTER_KNOWLEDGE.to_owned()],
            amr: EVERY.map(str::to_owned).to_vec(),
            since: self.now,
            registering: false,
            control: None,
        }
    }

    fn hint(&self, quirks: &[Quirk]) -> Result<String, KeyError> {
        let mut claims = self.claims(quirks);
        let keys = self.world.keys();
        let mut header = json!({ "typ": "JWT", "alg": "RS256", "kid": keys.current().kid });
        for quirk in quirks {
            match quirk {
                Quirk::Claim { name, value } => set(&mut claims, name, value),
                Quirk::Header { name, value } => {
                    if let Some(members) = header.as_object_mut() {
                        set(members, name, value);
                    }
                }
                _ => {}
            }
        }
        let by = quirks.iter().find_map(|quirk| match quirk {
            Quirk::Sign { by } => Some(*by),
            _ => None,
        });
        sign(keys.current(), header, &claims, by)
    }

    /// The hint expires before it begins: it is no token to sign in with.
    fn claims(&self, quirks: &[Quirk]) -> Map<String, Value> {
        let rng = &self.world.rng;
        let (mut person, mut issued) = (self.person.clone(), self.now.seconds());
        for quirk in quirks {
            match quirk {
                Quirk::Age { seconds } => issued -= seconds,
                Quirk::Person { user } => person = somebody(self.tenant, user).unwrap_or(person),
                _ => {}
            }
        }
        let claims = json!({
            "aud": self.method.app_id, "iss": format!("{}/{}/v2.0", self.links.base(), self.tenant.id), "iat": issued,
            "nbf": issued, "exp": issued - 1, "aio": rng.token::<24>(), "name": person.name, "oid": person.id,
            "preferred_username": person.preferred_username(), "rh": format!("1.{}.", rng.token::<30>()),
            "sub": pairwise(self.tenant.id, self.method.app_id, person.id), "tid": self.tenant.id,
            "uti": rng.token::<16>(), "ver": "2.0",
        });
        let Value::Object(mut claims) = claims else { return Map::new() };
        let optional = [
            ("given_name", json!(person.given_name)),
            ("family_name", json!(person.family_name)),
            ("upn", json!(person.principal_name)),
        ];
        let wanted =
            optional.into_iter().filter(|(name, value)| self.application.opts_in("idToken", name) && !value.is_null());
        claims.extend(wanted.map(|(name, value)| (name.to_owned(), value)));
        claims
    }
}

fn somebody(tenant: &Tenant, key: &str) -> Option<Person> {
    key.parse().ok().and_then(|id| Person::of(tenant, id)).or_else(|| Person::named(tenant, key))
}

fn set(members: &mut Map<String, Value>, name: &str, value: &Value) {
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value.clone());
    }
}

fn sign(
    key: &SigningKey,
    mut header: Value,
    claims: &Map<String, Value>,
    by: Option<Signer>,
) -> Result<String, KeyError> {
    let foreign = matches!(by, Some(Signer::ForeignKey | Signer::UnknownKey)).then(SigningKey::generate).transpose()?;
    match (by, &foreign) {
        (Some(Signer::Nobody), _) => header["alg"] = json!("none"),
        (Some(Signer::Hmac), _) => header["alg"] = json!("HS256"),
        (Some(Signer::UnknownKey), Some(foreign)) => header["kid"] = json!(foreign.kid),
        _ => {}
    }
    let encode = |part: String| URL_SAFE_NO_PAD.encode(part);
    let message = format!("{}.{}", encode(header.to_string()), encode(json!(claims).to_string()));
    let signed = foreign.as_ref().unwrap_or(key);
    let signature = match by {
        Some(Signer::Nobody) => String::new(),
        Some(Signer::Hmac) => {
            let secret = STANDARD.decode(&key.x5c).unwrap_or_default();
            crypto::sign(message.as_bytes(), &EncodingKey::from_secret(&secret), Algorithm::HS256)?
        }
        _ => crypto::sign(message.as_bytes(), &signed.encoding, Algorithm::RS256)?,
    };
    if by == Some(Signer::Broken) {
        let mut changed = claims.clone();
        changed.insert("uti".to_owned(), json!("changed after"));
        return Ok(format!("{}.{}.{signature}", encode(header.to_string()), encode(json!(changed).to_string())));
    }
    Ok(format!("{message}.{signature}"))
}

fn spoil(fields: &mut Vec<(String, String)>, quirk: &Quirk) {
    match quirk {
        Quirk::Parameter { name, value: None } => fields.retain(|(known, _)| known != name),
        Quirk::Parameter { name, value: Some(value) } => match fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => old.clone_from(value),
            None => fields.push((name.clone(), value.clone())),
        },
        Quirk::Repeat { name, value } => {
            let first = fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            fields.push((name.clone(), value.clone().or(first).unwrap_or_default()));
        }
        _ => {}
    }
}
