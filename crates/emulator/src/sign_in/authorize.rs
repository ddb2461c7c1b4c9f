//! `GET` and `POST /{tenant}/oauth2/v2.0/authorize`, and without `v2.0`: a sign-in begins.

use axum::extract::Path;
use axum::response::Response;
use bytes::Bytes;
use http::Uri;
use url::form_urlencoded;

use super::ask::{self, Pairs, Refusal};
use super::flow::Flow;
use super::visit::Visit;
use super::{advance, deliver, page};

/// The parameters in the query.
pub async fn by_query(visit: Visit, uri: Uri, Path(tenant): Path<String>) -> Response {
    begin(visit, &uri, &tenant, uri.query().unwrap_or_default().as_bytes())
}

/// The parameters in a form.
pub async fn by_form(visit: Visit, uri: Uri, Path(tenant): Path<String>, body: Bytes) -> Response {
    begin(visit, &uri, &tenant, &body)
}

fn begin(mut visit: Visit, uri: &Uri, tenant: &str, text: &[u8]) -> Response {
    let pairs: Pairs = form_urlencoded::parse(text).into_owned().collect();
    if let Some(id) = ask::value(&pairs, "client-request-id").and_then(|id| id.parse().ok()) {
        visit.trace.correlation_id = id;
    }
    let v2 = uri.path().contains("/v2.0/");
    match ask::read(&visit.world, tenant, v2, &pairs) {
        Ok(request) => {
            let flow = Flow::begin(&visit, request);
            advance::advance(&visit, flow)
        }
        Err(Refusal::Here(error)) => page::error(&visit, &error, None),
        Err(Refusal::Back(back, error)) => deliver::error(&visit, &back, &error),
    }
}
