//! The errors of External MFA (External MFA: errors seen by people and administrators).

use uuid::Uuid;

use super::AadError;

fn denied(code: u32, text: impl Into<String>) -> AadError {
    AadError::new(code, "access_denied", text)
}

/// 900491: nobody consented to the provider's application.
pub fn principal_missing(app_id: Uuid) -> AadError {
    denied(900_491, format!("Service principal {app_id} not found."))
}

/// 50161: the provider's address is none of its application's.
pub fn endpoint_not_registered(address: &str) -> AadError {
    denied(
        50161,
        format!(
            "Failed to validate authorization url of external claims provider! The address '{address}' is not a reply URL of the application."
        ),
    )
}

/// 50166: the provider's documents cannot be read.
pub fn unreachable(address: &str, why: &str) -> AadError {
    denied(50166, format!("Failed to send the request to the external OIDC endpoint '{address}': {why}."))
}

/// 900612: the provider's keys.
pub fn bad_keys(address: &str, why: &str) -> AadError {
    denied(900_612, format!("The keys of the external provider at '{address}' are not in the expected format: {why}."))
}

/// 50012: the signature.
pub fn bad_signature(issuer: &str, kid: &str) -> AadError {
    denied(
        50012,
        format!(
            "Authentication failed. AADSTS70002: Error validating credentials. The signature of the id_token of the external provider '{issuer}' could not be verified with KeyID '{kid}'."
        ),
    )
}

/// 50027: the token.
pub fn bad_token(why: &str) -> AadError {
    denied(50027, format!("JWT token is invalid or malformed. {why}"))
}

/// 5001256: the token, otherwise.
pub fn invalid(why: &str) -> AadError {
    denied(
        5_001_256,
        format!(
            "Failed to complete authentication with external provider due to invalid id_token. Failure details: {why}"
        ),
    )
}

/// 50130: a proof that nobody knows.
pub fn unknown_amr(amr: &str) -> AadError {
    denied(50130, format!("Claim value cannot be interpreted as known auth method: '{amr}'."))
}

/// 50159: a proof that does not do.
pub fn insufficient(acr: &str, amr: &str) -> AadError {
    denied(50159, format!("The claims sent by the external provider are not sufficient: acr '{acr}', amr '{amr}'."))
}

/// 50159: a custom control's claim is not there, or says something else.
pub fn claim_missing(name: &str) -> AadError {
    denied(50159, format!("The claims sent by the external provider are not sufficient: the claim '{name}'."))
}

/// 50158: the provider said no.
pub fn refused(error: &str) -> AadError {
    denied(50158, format!("External security challenge was not satisfied. The external provider answered '{error}'."))
}
