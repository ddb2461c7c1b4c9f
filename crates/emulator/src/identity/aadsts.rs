//! The errors of the login endpoints, one function each: number, OAuth error, HTTP status and text (Entra: token endpoint error codes).
//!
//! Numbers without a status in the public documents answer 400, or 401 with `invalid_client`.

pub mod external;
pub mod interactive;

use http::StatusCode;
use kernel::Timestamp;
use time::OffsetDateTime;
use time::macros::format_description;
use uuid::Uuid;

use crate::graph::error::GraphError;

/// One error of the login endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AadError {
    /// The number after `AADSTS`.
    pub code: u32,
    /// The OAuth error.
    pub error: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// The text after the number.
    pub text: String,
    /// There is a public page about the number, so `error_uri` is sent.
    pub has_page: bool,
    /// `suberror`.
    pub suberror: Option<&'static str>,
    /// `claims`: what to send to the authorize endpoint.
    pub claims: Option<String>,
}

impl AadError {
    fn new(code: u32, error: &'static str, text: impl Into<String>) -> Self {
        let status = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        Self { code, error, status, text: text.into(), has_page: false, suberror: None, claims: None }
    }

    fn with_page(mut self) -> Self {
        self.has_page = true;
        self
    }

    fn with_suberror(mut self, suberror: &'static str) -> Self {
        self.suberror = Some(suberror);
        self
    }

    fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// `AADSTS<code>: <text>`.
    pub fn headline(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.text)
    }
}

/// 900144: a parameter is missing.
pub fn missing_parameter(name: &str) -> AadError {
    AadError::new(
        900_144,
        "invalid_request",
        format!("The request body must contain the following parameter: '{name}'."),
    )
    .with_page()
}

/// 900561: not a POST.
pub fn only_post() -> AadError {
    AadError::new(900_561, "invalid_request", "The endpoint only accepts POST requests. Received a GET request.")
        .with_page()
}

/// 901002: `resource` on the v2.0 endpoint.
pub fn resource_unsupported() -> AadError {
    AadError::new(901_002, "invalid_request", "The 'resource' request parameter is not supported.").with_page()
}

/// 70003: unknown grant.
pub fn unsupported_grant(grant: &str) -> AadError {
    AadError::new(70003, "unsupported_grant_type", format!("The app requested an unsupported grant type '{grant}'."))
        .with_page()
}

/// 90002: no such tenant. The discovery document says `invalid_tenant`, the token endpoint `invalid_request`.
pub fn tenant_not_found(tenant: &str, error: &'static str) -> AadError {
    AadError::new(
        90002,
        error,
        format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
        ),
    )
    .with_page()
}

/// 900023: the tenant's name cannot be one.
pub fn tenant_not_a_name(tenant: &str) -> AadError {
    AadError::new(
        900_023,
        "invalid_request",
        format!("Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."),
    )
    .with_page()
}

/// 9001023: the grant needs a concrete tenant.
pub fn not_over_common() -> AadError {
    AadError::new(
        9_001_023,
        "invalid_request",
        "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
    )
    .with_page()
}

/// 700038: the client id is no GUID.
pub fn not_an_app_id(client_id: &str) -> AadError {
    AadError::new(700_038, "unauthorized_client", format!("{client_id} is not a valid application identifier."))
        .with_page()
}

/// 700016: no service principal here.
pub fn app_not_found(client_id: Uuid, tenant: &str) -> AadError {
    AadError::new(
        700_016,
        "unauthorized_client",
        format!(
            "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
        ),
    )
    .with_page()
}

/// 7000112: the service principal is disabled. Its status is not documented: a switch.
pub fn app_disabled(client_id: Uuid, name: &str, status: u16) -> AadError {
    AadError::new(7_000_112, "unauthorized_client", format!("Application '{client_id}'({name}) is disabled."))
        .with_page()
        .with_status(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST))
}

/// 7000216: no credential at all.
pub fn no_credential() -> AadError {
    AadError::new(
        7_000_216,
        "invalid_client",
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    )
    .with_page()
}

/// 700025: a public client with a credential.
pub fn public_client() -> AadError {
    AadError::new(
        700_025,
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    )
    .with_page()
}

/// 7000215: wrong secret.
pub fn wrong_secret(client_id: Uuid) -> AadError {
    AadError::new(
        7_000_215,
        "invalid_client",
        format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client_id}'."
        ),
    )
    .with_page()
}

/// 7000222: expired secrets.
pub fn secrets_expired(client_id: Uuid) -> AadError {
    AadError::new(
        7_000_222,
        "invalid_client",
        format!(
            "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
        ),
    )
    .with_page()
}

/// 50027: the assertion is no JWT.
pub fn malformed_assertion(why: &str) -> AadError {
    AadError::new(50027, "invalid_request", format!("JWT token is invalid or malformed. {why}").trim_end().to_owned())
        .with_page()
}

/// 5002738: the assertion's algorithm.
pub fn assertion_algorithm(algorithm: &str) -> AadError {
    AadError::new(
        5_002_738,
        "invalid_client",
        format!(
            "Invalid JWT token. '{algorithm}' is not a supported signature algorithm. Supported signing algorithms are: 'RS256, PS256'"
        ),
    )
}

/// 700027: the assertion's key or signature.
pub fn assertion_signature(client_id: Uuid, reason: &str, thumbprint: &str) -> AadError {
    AadError::new(
        700_027,
        "invalid_client",
        format!(
            "Client assertion contains an invalid signature. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{client_id}'.]"
        ),
    )
    .with_page()
}

/// 700024: the assertion's time.
pub fn assertion_time(now: Timestamp, from: i64, until: i64) -> AadError {
    AadError::new(
        700_024,
        "invalid_client",
        format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time of assertion {}.",
            precise(now),
            precise(Timestamp::from_seconds(from)),
            precise(Timestamp::from_seconds(until)),
        ),
    )
    .with_page()
}

/// 700023: the assertion's audience.
pub fn assertion_audience() -> AadError {
    AadError::new(700_023, "invalid_client", "Client assertion audience claim does not match Realm issuer. Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials.").with_page()
}

/// 50048: `sub` is not `iss`.
pub fn assertion_subject() -> AadError {
    AadError::new(50048, "invalid_client", "Subject must match Issuer claim in the client assertion.").with_page()
}

/// 700021: the assertion is another application's.
pub fn assertion_client() -> AadError {
    AadError::new(
        700_021,
        "invalid_client",
        "Client assertion application identifier doesn't match 'client_id' parameter.",
    )
    .with_page()
}

/// 700211: a federated assertion without a matching credential.
pub fn no_federated_issuer(issuer: &str) -> AadError {
    AadError::new(
        700_211,
        "invalid_request",
        format!("No matching federated identity record found for presented assertion issuer '{issuer}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation"),
    )
    .with_page()
}

/// 70011: the scope is malformed.
pub fn malformed_scope(scope: &str) -> AadError {
    AadError::new(
        70011,
        "invalid_scope",
        format!("The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."),
    )
    .with_page()
}

/// 1002012: the scope is not `{resource}/.default`.
pub fn not_default_scope(scope: &str) -> AadError {
    AadError::new(
        1_002_012,
        "invalid_scope",
        format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
        ),
    )
    .with_page()
}

/// 700022: several resources.
pub fn several_resources() -> AadError {
    AadError::new(
        700_022,
        "invalid_scope",
        "The provided value for the input parameter scope is not valid because it contains more than one resource.",
    )
    .with_page()
}

/// 500011: no such resource.
pub fn resource_not_found(resource: &str, tenant: &str) -> AadError {
    AadError::new(
        500_011,
        "invalid_resource",
        format!(
            "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
        ),
    )
    .with_page()
}

/// 50049: instance discovery for a host that is not of the cloud.
pub fn unknown_instance() -> AadError {
    AadError::new(50049, "invalid_instance", "Unknown or invalid instance.")
}

/// 50011: the redirect URI is not registered. Shown on a page, never redirected.
pub fn redirect_mismatch(redirect: &str, client_id: Uuid) -> AadError {
    AadError::new(
        50011,
        "invalid_request",
        format!(
            "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client_id}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this."
        ),
    )
}

/// 500113: nothing is registered to go back to.
pub fn no_redirect() -> AadError {
    AadError::new(500_113, "invalid_request", "No reply address is registered for the application.")
}

/// 50194: a single-tenant application asked for in another tenant.
pub fn single_tenant(client_id: Uuid, name: &str) -> AadError {
    AadError::new(
        50194,
        "invalid_request",
        format!(
            "Application '{client_id}'({name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant."
        ),
    )
}

/// 9002332: an application for work accounts asked for on the path of personal ones.
pub fn no_personal_accounts(client_id: Uuid, name: &str) -> AadError {
    AadError::new(
        9_002_332,
        "invalid_request",
        format!(
            "Application '{client_id}'({name}) is configured for use by Azure Active Directory users only. Please do not use the /consumers endpoint to serve this request."
        ),
    )
}

/// 9000411: a parameter comes twice.
pub fn duplicated_parameter(name: &str) -> AadError {
    AadError::new(
        9_000_411,
        "invalid_request",
        format!("The request is not properly formatted. The parameter '{name}' is duplicated."),
    )
    .with_page()
}

/// 90094: an administrator is needed.
pub fn admin_needed() -> AadError {
    AadError::new(
        90094,
        "access_denied",
        "Admin consent is required for the permissions requested by this application.",
    )
}

/// 65004: consent was declined.
pub fn declined() -> AadError {
    AadError::new(65004, "access_denied", "User declined to consent to access the app.")
}

/// What a fault says here: the number it names (`"code": "AADSTS53003"`), else 90055 when throttled, else 90033.
pub fn of_fault(fault: &GraphError) -> AadError {
    let named = fault.code.strip_prefix("AADSTS").and_then(|number| number.parse().ok());
    let (code, error, text) = match named {
        Some(code) => (code, usual_error(code), fault.message.as_str()),
        None if fault.status == StatusCode::TOO_MANY_REQUESTS => {
            (90055, "temporarily_unavailable", "The tenant is throttled due to too many requests.")
        }
        None => (90033, "temporarily_unavailable", "A transient error has occurred. Please try again."),
    };
    AadError::new(code, error, text).with_page().with_status(fault.status)
}

/// The OAuth error of numbers that only a fault can bring about.
fn usual_error(code: u32) -> &'static str {
    match code {
        53003 => "access_denied",
        50196 | 65001 | 650_056 => "invalid_grant",
        650_057 | 65005 | 500_011 => "invalid_resource",
        700_016 | 70001 | 700_011 => "unauthorized_client",
        90006 | 90024 | 90033 | 90055 | 90090 => "temporarily_unavailable",
        _ => "invalid_request",
    }
}

/// `2026-01-09T02:02:12.0000000Z`.
fn precise(moment: Timestamp) -> String {
    let moment = OffsetDateTime::from(moment);
    moment
        .format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:7]Z"))
        .unwrap_or_default()
}
