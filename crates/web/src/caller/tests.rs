//! Who is let in, and where the others are sent.

use axum::Router;
use axum::routing::any;

use super::{Caller, PageCaller, safe_next};
use crate::Problem;
use crate::testing::{ask, csrf_key, get, request, wrapped};

kernel::permission!(
    /// Reads runs.
    ReadRuns { run: u8 } = "dirsync.read_runs", [Owner, Auditor]
);

async fn read(caller: Caller) -> Result<String, Problem> {
    let may = caller.may(ReadRuns { run: 7 })?;
    Ok(format!("run {} for {}", may.run, may.actor().label()))
}

fn router() -> Router {
    let pages = Router::new().route("/runs", any(async |caller: PageCaller| caller.actor().label()));
    wrapped(Router::new().route("/api/v1/runs", any(read)).nest("/console", pages))
}

#[tokio::test]
async fn a_call_needs_credentials_that_count_and_a_role_that_may() {
    async fn check(header: (&str, &str), status: u16, code: &str, challenge: &str) {
        let answer = get(&router(), "/api/v1/runs", &[header]).await;
        let found = if answer.status == 200 { answer.body.clone() } else { answer.problem().code };
        assert_eq!((answer.status.as_u16(), found.as_str()), (status, code), "{header:?}");
        assert_eq!(answer.header("www-authenticate"), challenge, "{header:?}");
    }
    let done = "run 7 for token:test";
    let realm = "Bearer realm=\"vestibule\"";
    let invalid = "Bearer realm=\"vestibule\", error=\"invalid_token\"";
    check(("authorization", "Bearer owner"), 200, done, "").await;
    check(("authorization", "bearer  auditor"), 200, done, "").await;
    check(("cookie", "vestibule=owner"), 200, done, "").await;
    check(("authorization", "Bearer helpdesk"), 403, "operators.forbidden", "").await;
    check(("authorization", "Bearer nobody"), 401, "web.credentials_refused", invalid).await;
    check(("cookie", "vestibule=nobody"), 401, "web.credentials_refused", invalid).await;
    check(("authorization", "Bearer "), 401, "web.unauthenticated", realm).await;
    check(("authorization", "Basic eDp5"), 401, "web.unauthenticated", realm).await;
    check(("accept", "*/*"), 401, "web.unauthenticated", realm).await;
    check(("authorization", "Bearer restricted"), 403, "operators.change_due", "").await;
    check(("authorization", "Bearer down"), 503, "web.authentication_unavailable", "").await;
}

#[tokio::test]
async fn a_page_sends_strangers_to_sign_in_and_back() {
    async fn check(line: &str, headers: &[(&str, &str)], status: u16, location: &str) {
        let answer = ask(&router(), request(line, headers, "")).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (status, location), "{line}");
    }
    let here = "/sign-in?next=%2Fconsole%2Fruns%3Fstate%3Dheld%26q%3Da";
    check("GET /console/runs?state=held&q=a", &[], 303, here).await;
    check("GET /console/runs?state=held&q=a", &[("cookie", "vestibule=nobody")], 303, here).await;
    check("GET /console/runs?state=held&q=a", &[("sec-fetch-mode", "navigate")], 303, here).await;
    check("GET /console/runs", &[("sec-fetch-mode", "cors")], 401, "").await;
    check("POST /console/runs", &[], 303, "/sign-in").await;
    check("GET /console/runs", &[("cookie", "vestibule=restricted")], 303, "/password").await;
    check("GET /console/runs", &[("cookie", "vestibule=down")], 503, "").await;
    check("GET /console/runs", &[("cookie", "vestibule=owner")], 200, "").await;
}

#[tokio::test]
async fn a_session_is_known_to_its_caller_and_a_token_is_none() {
    let show = async |caller: Caller| caller.session().map_or("none".to_owned(), |session| session.expose().clone());
    let router = wrapped(Router::new().route("/", any(show)));
    let token = csrf_key().token(&"owner".into());
    let headers = [("cookie", "vestibule=owner"), ("x-csrf-token", token.as_str())];
    assert_eq!(ask(&router, request("POST /", &headers, "")).await.body, "owner");
    assert_eq!(get(&router, "/", &[("authorization", "Bearer owner")]).await.body, "none");
}

#[test]
fn signing_in_never_leads_off_this_server() {
    let check = |next: Option<&str>, expected: &str| assert_eq!(safe_next(next), expected, "{next:?}");
    check(Some("/console/runs?state=held"), "/console/runs?state=held");
    check(None, "/");
    for elsewhere in
        ["", "https://evil.example", "//evil.example", "/\\evil.example", "console", "/a\nb", "/sign-in?next=/"]
    {
        check(Some(elsewhere), "/");
    }
}
