//! The cookie's form in both worlds.

use std::time::Duration;

use axum::Router;
use axum::routing::get as route;
use kernel::Secret;

use super::SessionCookie;
use crate::testing::{ask, from_peer, request, wrapped};
use crate::{RequestContext, SessionToken};

fn router() -> Router {
    let set = async |context: RequestContext| {
        let session: Secret<String> = "s3ss-ion_".into();
        (SessionCookie::set(&context, &session, Duration::from_hours(1)), "in")
    };
    let clear = async |context: RequestContext| (SessionCookie::clear(&context), "out");
    let show = async |session: SessionToken| session.0.expose().clone();
    wrapped(Router::new().route("/set", route(set)).route("/clear", route(clear)).route("/show", route(show)))
}

async fn cookie(path: &str, tls: bool) -> String {
    let request = from_peer(request(&format!("GET {path}"), &[], ""), "127.0.0.1:5000", tls);
    ask(&router(), request).await.header("set-cookie").to_owned()
}

#[tokio::test]
async fn the_cookie_is_bound_to_the_host_over_tls_and_plain_on_loopback() {
    let secure = "__Host-vestibule=s3ss-ion_; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=3600";
    assert_eq!(cookie("/set", true).await, secure);
    assert_eq!(cookie("/set", false).await, "vestibule=s3ss-ion_; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600");
    assert_eq!(cookie("/clear", true).await, "__Host-vestibule=; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=0");
}

#[tokio::test]
async fn each_world_reads_only_its_own_cookie() {
    async fn check(cookie: &str, tls: bool, expected: (u16, &str)) {
        let request = from_peer(request("GET /show", &[("cookie", cookie)], ""), "127.0.0.1:5000", tls);
        let answer = ask(&router(), request).await;
        let body = if answer.status == 200 { answer.body.as_str() } else { "" };
        assert_eq!((answer.status.as_u16(), body), expected, "{cookie}");
    }
    check("other=1; __Host-vestibule=a", true, (200, "a")).await;
    check("vestibule=planted", true, (401, "")).await;
    check("vestibule=a", false, (200, "a")).await;
    check("__Host-vestibule=a", false, (401, "")).await;
    check("vestibule=", false, (401, "")).await;
}
