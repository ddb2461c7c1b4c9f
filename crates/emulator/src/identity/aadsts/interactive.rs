//! The errors of interactive sign-in (Entra: authentication and authorization error codes). A row says what the person or the client is told.

use kernel::Timestamp;
use uuid::Uuid;

use super::AadError;

/// 90002: a parameter of the address has a value nobody knows.
pub fn unsupported_value(name: &str, value: &str) -> AadError {
    AadError::new(90023, "invalid_request", format!("Unsupported '{name}' value '{value}'."))
}

/// 70005: the response type is none.
pub fn response_type(value: &str) -> AadError {
    AadError::new(
        70005,
        "unsupported_response_type",
        format!(
            "The app returned an unsupported response type due to the following reasons: response type '{value}' isn't enabled for the app or is not known."
        ),
    )
}

/// 700051: access tokens from the authorize endpoint are not enabled.
pub fn token_disabled() -> AadError {
    AadError::new(700_051, "unsupported_response_type", "response_type 'token' is not enabled for the application.")
}

/// 700054: tokens from the authorize endpoint are not enabled.
pub fn id_token_disabled() -> AadError {
    AadError::new(700_054, "unsupported_response_type", "response_type 'id_token' is not enabled for the application.")
}

/// 70007: the response mode does not go with the response type.
pub fn response_mode(value: &str) -> AadError {
    AadError::new(
        70007,
        "invalid_request",
        format!("The provided value for the input parameter 'response_mode' is not allowed: '{value}'."),
    )
}

/// 50149: how the code challenge was made.
pub fn challenge_method() -> AadError {
    AadError::new(50149, "invalid_request", "Invalid Code_Challenge_method parameter.")
}

/// 501491: the size of the code challenge.
pub fn challenge_size() -> AadError {
    AadError::new(501_491, "invalid_request", "The size of Code_Challenge parameter is not valid.")
}

/// 501481: the verifier does not fit.
pub fn verifier_mismatch() -> AadError {
    AadError::new(
        501_481,
        "invalid_grant",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    )
}

/// 9002325: a single-page application without PKCE.
pub fn challenge_needed() -> AadError {
    AadError::new(
        9_002_325,
        "invalid_request",
        "Proof Key for Code Exchange is required for cross-origin authorization code redemption.",
    )
}

/// 9002326: another kind of application from a browser.
pub fn cross_origin(origin: &str) -> AadError {
    AadError::new(
        9_002_326,
        "invalid_request",
        format!(
            "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type or 'Native' client-type with CORS allowed. Request origin: '{origin}'."
        ),
    )
}

/// 9002327: a single-page application from a server.
pub fn only_cross_origin() -> AadError {
    AadError::new(
        9_002_327,
        "invalid_request",
        "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
    )
}

/// 7000218: a confidential client without a credential.
pub fn credential_missing() -> AadError {
    AadError::new(
        7_000_218,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    )
    .with_page()
}

/// 54005: the code was used.
pub fn code_redeemed() -> AadError {
    AadError::new(
        54005,
        "invalid_grant",
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
    )
}

/// 70008: the code came too late.
pub fn grant_expired() -> AadError {
    AadError::new(
        70008,
        "invalid_grant",
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
    )
    .with_suberror("token_expired")
}

/// 700082: nobody used the refresh token for so long.
pub fn refresh_inactive(issued: Timestamp) -> AadError {
    AadError::new(
        700_082,
        "invalid_grant",
        format!(
            "The refresh token has expired due to inactivity. The token was issued on {} and was inactive for 90.00:00:00.",
            super::precise(issued)
        ),
    )
    .with_page()
    .with_suberror("bad_token")
}

/// 700084: a single-page application's day is over.
pub fn spa_expired() -> AadError {
    AadError::new(
        700_084,
        "invalid_grant",
        "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page.",
    )
}

/// 70000: no such grant.
pub fn grant_unknown() -> AadError {
    AadError::new(70000, "invalid_grant", "Provided grant is invalid or malformed.").with_suberror("bad_token")
}

/// 700005: the code is another tenant's.
pub fn grant_of_other_tenant() -> AadError {
    AadError::new(
        700_005,
        "invalid_grant",
        "The provided Authorization Code is intended to use against other tenant, thus rejected.",
    )
}

/// 500112: the code went to another address.
pub fn redirect_of_code(sent: &str, asked: &str) -> AadError {
    AadError::new(
        500_112,
        "invalid_grant",
        format!(
            "The reply address '{sent}' does not match the reply address '{asked}' provided when requesting Authorization code."
        ),
    )
}

/// 50173: sessions were revoked since.
pub fn grant_revoked() -> AadError {
    AadError::new(
        50173,
        "invalid_grant",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.",
    )
    .with_suberror("bad_token")
}

/// 50058: nobody is signed in, and nobody may be asked.
pub fn nobody_signed_in() -> AadError {
    AadError::new(
        50058,
        "login_required",
        "A silent sign-in request was sent but no user is signed in. The cookies used to represent the user's session were not sent in the request to Azure AD.",
    )
}

/// 50126: the password.
pub fn wrong_password() -> AadError {
    AadError::new(50126, "invalid_grant", "Error validating credentials due to invalid username or password.")
}

/// 50034: the name.
pub fn unknown_user(tenant: &str) -> AadError {
    AadError::new(
        50034,
        "invalid_grant",
        format!(
            "The user account does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory."
        ),
    )
}

/// 50053: too many wrong passwords.
pub fn locked() -> AadError {
    AadError::new(
        50053,
        "access_denied",
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    )
}

/// 50057: the account is disabled.
pub fn user_disabled() -> AadError {
    AadError::new(50057, "invalid_grant", "The user account is disabled.")
}

/// 50020: somebody of another tenant.
pub fn foreign_user(name: &str, tenant: &str) -> AadError {
    AadError::new(
        50020,
        "access_denied",
        format!(
            "User account '{name}' does not exist in tenant '{tenant}' and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first."
        ),
    )
}

/// 65004 on the sign-in page: the person went back.
pub fn cancelled() -> AadError {
    AadError::new(65004, "access_denied", "the user canceled the authentication")
}

/// 65001: consent is missing, and nobody may be asked.
pub fn consent_missing(client_id: Uuid, name: &str) -> AadError {
    AadError::new(65001, "consent_required", format!("The user or administrator has not consented to use the application with ID '{client_id}' named '{name}'. Send an interactive authorization request for this user and resource."))
        .with_suberror("consent_required")
}

/// 165000: the form does not belong to this browser, or to no sign-in at all.
pub fn not_this_browser() -> AadError {
    AadError::new(
        165_000,
        "invalid_request",
        "Invalid Request: Request tokens do not match the user context. One or more of the user context values (cookies; form fields; headers) were incorrect or invalid.",
    )
}

/// 50089: the sign-in took too long.
pub fn flow_expired() -> AadError {
    AadError::new(
        50089,
        "invalid_grant",
        "Authentication failed due to flow token expired. Please restart the sign-in.",
    )
}

/// 50117: the `claims` parameter.
pub fn claims_unreadable() -> AadError {
    AadError::new(50117, "invalid_request", "Error occurred while reading the claims request: it is not valid JSON.")
}

/// 50076: a second factor is needed, and nobody may be asked.
pub fn second_factor_needed(app_id: Uuid) -> AadError {
    AadError::new(
        50076,
        "interaction_required",
        format!("Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{app_id}'."),
    )
    .with_suberror("basic_action")
}

/// 50079: the person has no second factor and cannot get one here.
pub fn enrolment_needed(app_id: Uuid) -> AadError {
    AadError::new(
        50079,
        "interaction_required",
        format!("Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{app_id}'."),
    )
    .with_suberror("basic_action")
}

/// 70043: the sign-in is older than a policy allows.
pub fn too_old(hours: &str) -> AadError {
    AadError::new(
        70043,
        "invalid_grant",
        format!(
            "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. {hours}"
        )
        .trim_end()
        .to_owned(),
    )
    .with_suberror("token_expired")
}

/// 70044: the same of a session, when nobody may be asked.
pub fn session_too_old() -> AadError {
    AadError::new(
        70044,
        "interaction_required",
        "The session has expired or is invalid due to sign-in frequency checks by conditional access.",
    )
}

/// What a policy refuses with.
pub fn refused_by_policy(code: u32) -> AadError {
    let text = match code {
        53000 => {
            "Device is not in required device state: compliant. Conditional Access policy requires a compliant device, and the device is not compliant. The user must enroll their device with an approved MDM provider like Intune."
        }
        53001 => {
            "Device is not in required device state: domain_joined. Conditional Access policy requires a domain joined device, and the device is not domain joined."
        }
        53002 => {
            "The app used is not an approved app for Conditional Access. User needs to use one of the apps from the list of approved apps to use in order to get access."
        }
        50142 => "Password change is required due to a conditional access policy.",
        50158 => {
            "External security challenge was not satisfied. User will be redirected to another page or authentication provider to satisfy additional authentication challenges."
        }
        50176 => "Missing definition of external control.",
        _ => "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    };
    let suberror = if code == 53003 { "message_only" } else { "additional_action" };
    AadError::new(code, "access_denied", text).with_suberror(suberror)
}

impl AadError {
    /// The same for the token endpoint, with what to send to the authorize endpoint.
    #[must_use]
    pub fn at_token_endpoint(mut self, claims: Option<String>) -> Self {
        self.error = "invalid_grant";
        self.claims = claims;
        self
    }
}
