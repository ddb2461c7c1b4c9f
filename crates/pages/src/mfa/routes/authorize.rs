//! Entra's form: where a sign-in begins, or ends on our own page.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use mfa::authorize::Begun;
use mfa::request::FormFault;
use tenants::TenantId;
use web::{Path, Problem, Public};

use super::prove::hand_over;
use crate::Rooms;
use crate::mfa::browser::{Visit, bind};
use crate::mfa::prove::RefusedPage;
use crate::render::page_with;

/// `POST /mfa/{tenant}/authorize`: Entra's page has the browser post its question here.
pub async fn authorize(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    Path(tenant): Path<TenantId>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = match body {
        _ if !is_form(&headers) => return refuse(&rooms, &visit, tenant, &FormFault::NotAForm).await,
        Err(_) => return refuse(&rooms, &visit, tenant, &FormFault::TooLong).await,
        Ok(body) => body,
    };
    Ok(match rooms.mfa.authorize(tenant, &body, visit.origin.clone()).await? {
        Begun::Prove { transaction, browser, until } => {
            let age = Duration::from_secs(u64::try_from(until.seconds() - visit.door.frame.now.seconds()).unwrap_or(0));
            let cookie = bind(visit.secure, transaction, &browser, age);
            let to = Redirect::to(&format!("/mfa/prove/{transaction}"));
            (AppendHeaders([(SET_COOKIE, cookie)]), to).into_response()
        }
        Begun::Return(posted) => hand_over(&visit, posted),
        Begun::Stay { reason } => page_with(StatusCode::BAD_REQUEST, &refused(&visit, reason)),
    })
}

/// Any other method at `/mfa/{tenant}/authorize`: somebody opened the address by itself.
pub async fn not_posted(
    _: Public,
    visit: Visit,
    State(rooms): State<Rooms>,
    Path(tenant): Path<TenantId>,
    method: Method,
) -> Result<Response, Problem> {
    refuse(&rooms, &visit, tenant, &FormFault::NotPosted(method.to_string())).await
}

async fn refuse(rooms: &Rooms, visit: &Visit, tenant: TenantId, fault: &FormFault) -> Result<Response, Problem> {
    rooms.mfa.refuse(tenant, fault, &visit.origin).await?;
    let status = match fault {
        FormFault::NotPosted(_) => StatusCode::METHOD_NOT_ALLOWED,
        FormFault::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        _ => StatusCode::PAYLOAD_TOO_LARGE,
    };
    Ok(page_with(status, &refused(visit, fault.code())))
}

fn refused(visit: &Visit, reason: &'static str) -> RefusedPage {
    RefusedPage { frame: visit.door.frame(visit.texts.refused), texts: visit.texts, reason }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}
