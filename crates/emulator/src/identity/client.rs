//! Who asks for the token: the application and its secret or assertion.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use kernel::Timestamp;
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::aadsts::{self, AadError, interactive};
use super::assertion;
use super::token::TokenRequest;
use crate::apps::{Application, ServicePrincipal};
use crate::world::Tenant;

/// The value of `client_assertion_type`.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How the client proved itself: `appidacr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A secret: `1`.
    Secret,
    /// A certificate: `2`.
    Certificate,
    /// Nothing, as public clients do: `0`.
    Nothing,
}

impl Proof {
    /// The value of `appidacr`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "0",
            Self::Secret => "1",
            Self::Certificate => "2",
        }
    }
}

/// The authenticated client.
#[derive(Debug, Clone)]
pub struct Client {
    /// The registration.
    pub application: Application,
    /// Its instance in the tenant.
    pub principal: ServicePrincipal,
    /// How it proved itself.
    pub proof: Proof,
}

/// Finds the client in the tenant and checks its proof, for a person's grant: a public client has none.
pub fn of_person(request: &TokenRequest<'_>, tenant: &Tenant, confidential: bool) -> Result<Client, AadError> {
    let sent = ["client_secret", "client_assertion"].iter().any(|name| request.parameter(name).is_some());
    if sent || basic_credentials(request).is_some() {
        return if confidential { authenticate(request, tenant) } else { Err(aadsts::public_client()) };
    }
    if confidential {
        return Err(interactive::credential_missing());
    }
    let client_id = request.required("client_id")?;
    let app_id: Uuid = client_id.parse().map_err(|_| aadsts::not_an_app_id(client_id))?;
    let (application, principal) = installed(request, tenant, app_id, request.world.clock.now())?;
    Ok(Client { application, principal, proof: Proof::Nothing })
}

/// Finds the client in the tenant and checks its proof.
pub fn authenticate(request: &TokenRequest<'_>, tenant: &Tenant) -> Result<Client, AadError> {
    let basic = basic_credentials(request);
    let client_id = match (request.parameter("client_id"), &basic) {
        (Some(id), _) => id.to_owned(),
        (None, Some((id, _))) => id.clone(),
        (None, None) => assertion_issuer(request)?,
    };
    let app_id: Uuid = client_id.parse().map_err(|_| aadsts::not_an_app_id(&client_id))?;
    let now = request.world.clock.now();
    let (application, principal) = installed(request, tenant, app_id, now)?;
    let secret = request.parameter("client_secret").map(str::to_owned).or_else(|| basic.map(|(_, secret)| secret));
    let proof = prove(request, tenant, &application, secret, now)?;
    Ok(Client { application, principal, proof })
}

/// The registration and its visible, enabled instance in the tenant.
fn installed(
    request: &TokenRequest<'_>,
    tenant: &Tenant,
    app_id: Uuid,
    now: Timestamp,
) -> Result<(Application, ServicePrincipal), AadError> {
    let missing = || aadsts::app_not_found(app_id, &tenant.display_name);
    let (_, application) = request.world.application(app_id).ok_or_else(missing)?;
    let principal = tenant.apps().principal_of(app_id).cloned();
    let principal = principal.filter(|principal| principal.effective <= now).ok_or_else(missing)?;
    if !principal.enabled {
        let status = request.world.switches().disabled_app_status;
        return Err(aadsts::app_disabled(app_id, &application.display_name, status));
    }
    Ok((application, principal))
}

fn prove(
    request: &TokenRequest<'_>,
    tenant: &Tenant,
    application: &Application,
    secret: Option<String>,
    now: Timestamp,
) -> Result<Proof, AadError> {
    let assertion = request.parameter("client_assertion");
    if let Some(assertion) = assertion {
        if request.required("client_assertion_type")? != JWT_BEARER {
            return Err(aadsts::malformed_assertion("The value of 'client_assertion_type' is not supported."));
        }
        assertion::verify(request, tenant, application, assertion, now)?;
        return Ok(Proof::Certificate);
    }
    let secret = secret.ok_or_else(aadsts::no_credential)?;
    check_secret(application, &secret, now).map(|()| Proof::Secret)
}

fn check_secret(application: &Application, secret: &str, now: Timestamp) -> Result<(), AadError> {
    let valid = |password: &&crate::apps::PasswordCredential| password.start <= now && now < password.end;
    let matching: Vec<_> = application.passwords.iter().filter(|password| password.secret == secret).collect();
    if matching.iter().any(valid) {
        return Ok(());
    }
    let all_expired =
        !application.passwords.is_empty() && !application.passwords.iter().any(|password| now < password.end);
    if all_expired || matching.iter().any(|password| password.end <= now) {
        return Err(aadsts::secrets_expired(application.app_id));
    }
    Err(aadsts::wrong_secret(application.app_id))
}

/// HTTP Basic; both halves are form-encoded first (RFC 6749 §2.3.1).
fn basic_credentials(request: &TokenRequest<'_>) -> Option<(String, String)> {
    let value = request.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Without `client_id` the assertion's issuer says who asks.
fn assertion_issuer(request: &TokenRequest<'_>) -> Result<String, AadError> {
    let missing = || aadsts::missing_parameter("client_id");
    let assertion = request.parameter("client_assertion").ok_or_else(missing)?;
    assertion::issuer(assertion).ok_or_else(missing)
}
