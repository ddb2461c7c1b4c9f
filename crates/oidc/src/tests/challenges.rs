//! Claims challenges, claims requests, and our own token's claims.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::claims::ClaimsChallenge;
use crate::{ClaimsRequest, TokenClaims};

fn asked_for(headers: &[String]) -> Option<Value> {
    let challenge = ClaimsChallenge::from_headers(headers.iter().map(String::as_str))?;
    Some(serde_json::from_str(&ClaimsRequest::capable().with(&challenge).to_json()).unwrap())
}

#[test]
fn what_a_challenge_asks_for_is_added_to_what_we_can_do() {
    let claims = STANDARD
        .encode(r#"{"access_token":{"nbf":{"essential":true,"value":"1790000000"},"xms_cc":{"values":["cp2"]}}}"#);
    let expected = json!({ "access_token": {
        "xms_cc": { "values": ["cp1", "cp2"] },
        "nbf": { "essential": true, "value": "1790000000" } } });
    for headers in [
        vec![format!(
            r#"Bearer realm="", authorization_uri="https://x/authorize", error="insufficient_claims", claims="{claims}""#
        )],
        vec![format!(r#"Bearer claims="{claims}",error="insufficient_claims""#)],
        vec!["Negotiate".to_owned(), format!(r#"Bearer error=insufficient_claims, claims="{claims}""#)],
    ] {
        assert_eq!(asked_for(&headers), Some(expected.clone()), "{headers:?}");
    }
}

#[test]
fn other_refusals_are_no_challenge() {
    let list = STANDARD.encode("[]");
    for header in [
        r#"Bearer realm="", error="invalid_token", claims="e30=""#.to_owned(),
        r#"Bearer error="insufficient_claims""#.to_owned(),
        format!(r#"Bearer error="insufficient_claims", claims="{list}""#),
        r#"Bearer error="insufficient_claims", claims="%%%""#.to_owned(),
        String::new(),
    ] {
        assert_eq!(asked_for(&[header]), None);
    }
}

#[test]
fn own_token_tells_its_roles() {
    let payload = URL_SAFE_NO_PAD
        .encode(r#"{"appid":"a","tid":"t","roles":["User.Read.All"],"exp":1767229500,"oid":"o","appidacr":"2"}"#);
    let claims = TokenClaims::read_unverified(&format!("h.{payload}.s")).unwrap();
    assert_eq!(
        (claims.roles.as_slice(), claims.appid.as_deref()),
        (["User.Read.All".to_owned()].as_slice(), Some("a"))
    );
    assert_eq!(claims.expires_at().unwrap().seconds(), 1_767_229_500);

    let bare = URL_SAFE_NO_PAD.encode(r#"{"azp":"a","azpacr":"1"}"#);
    let claims = TokenClaims::read_unverified(&format!("h.{bare}.s")).unwrap();
    assert_eq!((claims.roles.len(), claims.appid.as_deref(), claims.appidacr.as_deref()), (0, Some("a"), Some("1")));
}

proptest! {
    #[test]
    fn no_header_and_no_token_breaks_the_readers(text in ".{0,200}") {
        let _ = ClaimsChallenge::from_headers([text.as_str()]);
        let _ = TokenClaims::read_unverified(&text);
        let _ = crate::error::aadsts_in(&text);
        let _ = crate::ConsentAnswer::from_query(&text);
    }

    #[test]
    fn any_field_order_is_understood(order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(), spaced in any::<bool>()) {
        let claims = STANDARD.encode("{}");
        let fields = [
            r#"realm="""#.to_owned(),
            r#"authorization_uri="https://x/y?a=b,c=d""#.to_owned(),
            r#"error="insufficient_claims""#.to_owned(),
            format!(r#"claims="{claims}""#),
        ];
        let shuffled: Vec<_> = order.iter().map(|at| fields[*at].as_str()).collect();
        let header = format!("Bearer {}", shuffled.join(if spaced { ", " } else { "," }));
        prop_assert!(ClaimsChallenge::from_headers([header.as_str()]).is_some());
    }
}
