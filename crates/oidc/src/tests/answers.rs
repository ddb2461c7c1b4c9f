//! What is made of Entra's refusals.

use std::collections::HashSet;
use std::time::Duration;

use kernel::{ErrorKind, Kinded as _};

use crate::explain::known_codes;
use crate::{TokenError, TokenErrorKind, explain};

fn refusal(status: u16, body: &str) -> TokenError {
    TokenError::from_answer(status, None, body.as_bytes())
}

#[test]
fn both_forms_of_the_description_give_the_first_line() {
    for gap in ["\\r\\n", " "] {
        let body = format!(
            r#"{{"error":"invalid_client","error_codes":[7000215],"trace_id":"t","correlation_id":"c",
                "error_description":"AADSTS7000215: Invalid client secret provided.{gap}Trace ID: t{gap}Correlation ID: c"}}"#
        );
        let error = refusal(401, &body);
        assert_eq!(error.description, "AADSTS7000215: Invalid client secret provided.");
        assert_eq!(error.to_string(), "no token: AADSTS7000215: Invalid client secret provided.");
        assert_eq!(
            (error.aadsts(), error.correlation_id.as_deref(), error.trace_id.as_deref()),
            (Some(7_000_215), Some("c"), Some("t"))
        );
        assert!(error.credential_refused() && !error.try_again());
        assert_eq!(error.kind(), ErrorKind::Conflict);
    }
}

#[test]
fn each_answer_has_its_kind() {
    let rejected = |code| TokenErrorKind::Rejected { code };
    let busy = TokenErrorKind::Throttled { retry_after: None };
    for (status, body, expected, another_credential) in [
        (401, r#"{"error":"invalid_client","error_codes":[7000222]}"#, rejected(7_000_222), true),
        (401, r#"{"error":"invalid_client","error_description":"AADSTS700027: x"}"#, rejected(700_027), true),
        (400, r#"{"error":"unauthorized_client","error_codes":[700016]}"#, rejected(700_016), false),
        (400, r#"{"error":"unauthorized_client","error_codes":[7000112]}"#, rejected(7_000_112), false),
        (400, r#"{"error":"invalid_request"}"#, rejected(0), false),
        (429, r#"{"error":"invalid_request","error_codes":[90055]}"#, busy, false),
        (400, r#"{"error":"temporarily_unavailable"}"#, busy, false),
        (400, r#"{"error":"server_error","error_codes":[90033]}"#, busy, false),
        (503, "<html>busy</html>", busy, false),
        (403, "<html>the proxy says no</html>", TokenErrorKind::Broken, false),
    ] {
        let error = refusal(status, body);
        assert_eq!(error.kind, expected, "{body}");
        assert_eq!(error.credential_refused(), another_credential, "{body}");
        assert_eq!(error.try_again(), !matches!(expected, TokenErrorKind::Rejected { .. }), "{body}");
    }
}

#[test]
fn the_wait_that_entra_names_is_kept() {
    let wait = Some(Duration::from_secs(7));
    assert_eq!(TokenError::from_answer(429, wait, b"").retry_after(), wait);
}

#[test]
fn every_known_code_is_explained_once() {
    let mut seen = HashSet::new();
    for code in known_codes() {
        assert!(seen.insert(code), "{code} twice");
        let (what, mend) = explain(code);
        assert!(!what.is_empty() && !mend.is_empty());
    }
    let (what, mend) = explain(1);
    assert!(what.contains("refused") && mend.contains("https://"));
}
