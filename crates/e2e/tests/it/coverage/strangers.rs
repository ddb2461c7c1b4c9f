//! Every route refuses a stranger.

use std::path::Path;

use axum::body::Body;
use http::Request;
use testkit::{Answer, call};
use vestibule::App;
use web::coverage::operations;

use super::server;

/// Doors that are open on purpose: they are how somebody becomes known.
const OPEN_VERBS: &[&str] = &[
    "choose_password",
    "complete_set_up",
    "find_link",
    // Entra reads how we sign, and shows nothing of itself.
    "get_key_list",
    "get_metadata",
    // Graph shows what it alone was told; see the journey of notifications.
    "receive_notifications",
    // A gateway knows an address that it alone was told; see the journey of receipts.
    "receive_receipt",
    "receive_receipt_in_query",
    "scim_issue_token",
    "sign_in",
];

/// The same in the console. `/change-password` asks who calls by itself: somebody who must choose a new password may do
/// that and nothing else. Whoever proves themselves to Entra shows a cookie of that one sign-in, or a signed hint.
const OPEN_PAGES: &[&str] = &[
    "/sign-in",
    "/set-up",
    "/choose-password",
    "/change-password",
    "/theme",
    "/sign-out",
    "/assets",
    "/mfa/prove",
    "/mfa/{tenant}/authorize",
    "/mfa/approve",
    // People's own portal has a sign-in of its own: see below.
    "/me",
];

/// Nothing, something made up, and something that looks right.
const STRANGERS: [Option<&str>; 3] =
    [None, Some("Bearer nonsense"), Some("Bearer vst_00000000000000000000000000000000_forged")];

async fn ask(app: &App, method: &str, path: &str, authorization: Option<&str>) -> Answer {
    let kind = if path.starts_with("/api/") { "application/json" } else { "application/x-www-form-urlencoded" };
    let mut request = Request::builder().method(method).uri(path).header("content-type", kind);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    call(&app.router, request.body(Body::from("{}")).unwrap()).await
}

#[tokio::test]
async fn every_verb_refuses_a_stranger() {
    let (app, _db) = server().await;
    let mut open = Vec::new();
    for operation in operations(&app.openapi) {
        if operation.public {
            open.push(operation.operation_id.clone());
            continue;
        }
        for stranger in STRANGERS {
            let answer = ask(&app, operation.method, &filled(&operation.path), stranger).await;
            assert_eq!(answer.status, 401, "{} {}: {}", operation.method, operation.path, answer.text());
            let scim = operation.path.starts_with("/scim/");
            let kind = if scim { "application/scim+json" } else { "application/problem+json" };
            assert_eq!(answer.headers["content-type"], kind, "{} {}", operation.method, operation.path);
        }
    }
    open.sort();
    assert_eq!(open, OPEN_VERBS, "a verb that anyone may call is named here");
}

#[tokio::test]
async fn every_page_sends_a_stranger_to_sign_in() {
    let (app, _db) = server().await;
    let pages = pages();
    assert!(pages.len() > 40, "the console's routes are not where they are looked for: {pages:?}");
    for page in pages.iter().filter(|page| !OPEN_PAGES.iter().any(|open| page.starts_with(open))) {
        for method in ["GET", "POST"] {
            let answer = ask(&app, method, &filled(page), None).await;
            // A page that only answers to the other method does not answer at all.
            let shut = [303, 401, 403, 405].contains(&answer.status.as_u16());
            assert!(shut, "{method} {page} was answered {}: {}", answer.status, answer.text());
            let to = answer.headers.get("location").and_then(|to| to.to_str().ok()).unwrap_or("/sign-in");
            assert!(to.starts_with("/sign-in"), "{method} {page} leads to {to}");
        }
    }
}

#[tokio::test]
async fn every_page_of_the_portal_sends_a_stranger_to_its_own_sign_in() {
    let (app, _db) = server().await;
    // The manifest of the portal as an app says the same to everybody.
    let open = ["/me", "/me/{tenant}", "/me/sign-in", "/me/callback", "/me/app.webmanifest"];
    let pages: Vec<_> = pages().into_iter().filter(|page| page == "/me" || page.starts_with("/me/")).collect();
    assert!(pages.len() > 20, "the portal's routes are not where they are looked for: {pages:?}");
    for page in &pages {
        for method in ["GET", "POST"] {
            let answer = ask(&app, method, &filled(page), None).await;
            let to = answer.headers.get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
            let shut = answer.status == 405 || (answer.status == 303 && to == "/me");
            let is_door = method == "GET" && open.contains(&page.as_str());
            assert!(shut || is_door, "{method} {page} was answered {} {to}: {}", answer.status, answer.text());
            assert!(!is_door || [200, 400, 403, 404].contains(&answer.status.as_u16()), "{page}: {}", answer.status);
        }
    }
}

/// Whoever agrees to sign-ins shows a browser's key first; without it there is the worker that every browser may have.
#[tokio::test]
async fn nobody_agrees_or_is_told_without_an_open_page() {
    let (app, _db) = server().await;
    let pages: Vec<_> = pages().into_iter().filter(|page| page.starts_with("/mfa/approve/")).collect();
    assert!(pages.len() > 7, "the routes are not where they are looked for: {pages:?}");
    for page in &pages {
        for method in ["GET", "POST"] {
            let fields = "endpoint=https%3A%2F%2Fpush.example%2F1&p256dh=x&auth=x&number=10&signature=x&key=x";
            let request = Request::builder().method(method).uri(filled(page)).header("sec-fetch-site", "same-origin");
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let answer = call(&app.router, request.body(Body::from(fields)).unwrap()).await;
            let is_worker = method == "GET" && page == "/mfa/approve/worker.js";
            let shut = [400, 401, 404, 405, 422].contains(&answer.status.as_u16());
            assert!(shut != is_worker, "{method} {page} was answered {}: {}", answer.status, answer.text());
        }
    }
    let subscribe = Request::post("/mfa/approve/closed").header("sec-fetch-site", "same-origin");
    let subscribe = subscribe.header("content-type", "application/x-www-form-urlencoded");
    let fields = Body::from("endpoint=https%3A%2F%2Fpush.example%2F1&p256dh=x&auth=x");
    assert_eq!(call(&app.router, subscribe.body(fields).unwrap()).await.status, 401);
}

/// The paths in the console's route tables, read from the source: a router does not tell its routes.
fn pages() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pages/src");
    let mut found = Vec::new();
    for file in super::described::files(&folder, "rs") {
        let text = std::fs::read_to_string(file).unwrap();
        for (index, _) in text.match_indices(".route(") {
            let rest = text[index + 7..].trim_start();
            let path = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(path, _)| path.to_owned());
            found.extend(path.filter(|path| path.starts_with('/')));
        }
    }
    found
}

/// A path with something in place of every parameter.
fn filled(path: &str) -> String {
    let parts =
        path.split('/').map(|part| if part.starts_with('{') { "00000000-0000-7000-8000-000000000000" } else { part });
    parts.collect::<Vec<_>>().join("/")
}
