//! Pages on the wire.

use axum::Router;
use axum::routing::get as route;
use kernel::{Cursor, Page};

use super::{PageBody, PageQuery};
use crate::testing::{get, wrapped};

/// Answers with what was understood, and a next page.
async fn list(page: PageQuery) -> PageBody<String> {
    let request = page.request();
    let after = request.after.map_or("start".to_owned(), |after| after.as_str().to_owned());
    PageBody::from(Page {
        items: vec![format!("{} from {after}", request.limit)],
        next: Some(Cursor::from("n/2".to_owned())),
    })
}

fn router() -> Router {
    wrapped(Router::new().nest("/api/v1", Router::new().route("/users", route(list))))
}

#[tokio::test]
async fn the_next_page_is_in_the_body_and_in_the_link() {
    let answer = get(&router(), "/api/v1/users?limit=2&after=old&q=a%20b", &[]).await;
    assert_eq!(answer.body, r#"{"items":["2 from old"],"next":"n/2"}"#);
    assert_eq!(answer.header("link"), "</api/v1/users?limit=2&q=a%20b&after=n%2F2>; rel=\"next\"");
}

#[tokio::test]
async fn the_end_has_no_next() {
    let end = async || PageBody::<u8>::from(Page { items: vec![1], next: None });
    let answer = get(&wrapped(Router::new().route("/", route(end))), "/", &[]).await;
    assert_eq!((answer.body.as_str(), answer.header("link")), (r#"{"items":[1]}"#, ""));
}

#[tokio::test]
async fn limits_have_bounds() {
    async fn check(query: &str, expected: &str) {
        let answer = get(&router(), &format!("/api/v1/users{query}"), &[]).await;
        assert!(answer.body.contains(expected), "{query}: {}", answer.body);
    }
    check("", "50 from start").await;
    check("?limit=", "50 from start").await;
    check("?limit=500", "500 from start").await;
    check("?limit=501", "limit must be from 1 to 500").await;
    check("?limit=0", "limit must be from 1 to 500").await;
    check("?limit=ten", "limit: invalid digit found in string").await;
    check("?limit=-1", "limit: invalid digit found in string").await;
}
