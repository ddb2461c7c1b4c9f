//! What the address of a list says.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use axum::extract::FromRequestParts as _;
use http::Request;
use serde::Deserialize;

use super::{All, Listing};

#[derive(Debug, Deserialize, PartialEq)]
struct Wanted {
    #[serde(default)]
    state: String,
}

async fn listing<W: serde::de::DeserializeOwned + Send>(uri: &str) -> Listing<W> {
    let (mut parts, ()) = Request::get(uri).body(()).unwrap().into_parts();
    Listing::from_request_parts(&mut parts, &()).await.unwrap()
}

#[tokio::test]
async fn an_address_says_what_is_asked_and_keeps_it() {
    let list: Listing<Wanted> = listing("/list?state=open&q=+ada+%26+co&sort=-name&limit=20&after=c1&from=21").await;
    assert_eq!(list.wanted, Wanted { state: "open".to_owned() });
    assert_eq!((list.asked.words.as_str(), list.asked.sort.as_str()), ("ada & co", "-name"));
    assert_eq!((list.asked.page.limit, list.asked.page.after.as_ref().unwrap().as_str()), (20, "c1"));
    let kept = "/list?state=open&q=%20ada%20%26%20co&sort=-name&limit=20&after=c1&from=21";
    assert_eq!(list.here.to_string(), kept);
}

#[tokio::test]
async fn what_was_done_and_ticked_is_not_kept() {
    let list: Listing<All> = listing("/list?done=saved&id=1&id=2&shown=ab&picks=cd&q=").await;
    assert_eq!(list.here.to_string(), "/list?picks=cd");
    assert_eq!(list.asked.words, "");
}
