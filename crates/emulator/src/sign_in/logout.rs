//! `GET`, `POST /{tenant}/oauth2/v2.0/logout`: the browser's session ends, and other applications are told in frames.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::LOCATION;
use url::{Url, form_urlencoded};

use super::ask::{Pairs, value};
use super::page;
use super::session::Session;
use super::visit::Visit;

/// Leaves.
pub async fn leave(visit: Visit, RawQuery(query): RawQuery, body: Bytes) -> Response {
    let mut pairs: Pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    pairs.extend(form_urlencoded::parse(&body).into_owned());
    let session = visit.session.as_ref().and_then(|id| visit.world.sign_ins.memory().sessions.remove(id));
    let frames = session.as_ref().map(|session| frames(&visit, session)).unwrap_or_default();
    let address = value(&pairs, "post_logout_redirect_uri")
        .filter(|address| is_registered(&visit, address))
        .map(|address| with_state(address, value(&pairs, "state")));
    let response = match &address {
        Some(address) if frames.is_empty() => {
            visit.trace.marked((StatusCode::FOUND, [(LOCATION, address.clone())]).into_response())
        }
        address => page::left(&visit, &frames, address.as_deref()),
    };
    visit.forget(response)
}

fn frames(visit: &Visit, session: &Session) -> Vec<String> {
    let issuer = format!("{}/{}/v2.0", visit.links.base(), session.tenant);
    let told = session.leaving.iter().filter_map(|address| {
        let mut url = Url::parse(address).ok()?;
        url.query_pairs_mut().append_pair("iss", &issuer).append_pair("sid", &session.sid);
        Some(url.to_string())
    });
    told.collect()
}

/// Any application's address will do: the request does not say whose it is.
fn is_registered(visit: &Visit, address: &str) -> bool {
    visit.world.tenants().iter().any(|tenant| {
        let apps = tenant.apps();
        apps.applications.values().any(|app| app.all_redirects().any(|uri| uri == address))
    })
}

fn with_state(address: &str, state: Option<&str>) -> String {
    match (Url::parse(address), state) {
        (Ok(mut url), Some(state)) => {
            url.query_pairs_mut().append_pair("state", state);
            url.to_string()
        }
        _ => address.to_owned(),
    }
}
