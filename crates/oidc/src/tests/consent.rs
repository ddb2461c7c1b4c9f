//! The consent address and its answers.

use uuid::Uuid;

use crate::consent::consent_url;
use crate::{Authority, Cloud, ConsentAnswer, ConsentRequest};

const TENANT: &str = "0f0f0f0f-1111-4222-8333-444444444444";

#[test]
fn the_address_asks_for_everything_the_registration_lists() {
    let authority = Authority::of(&Cloud::China).unwrap();
    let request =
        ConsentRequest { tenant: None, client_id: "app", redirect_uri: "https://v.example/cb?x=1", state: "s t" };
    assert_eq!(
        consent_url(&authority, &request).as_str(),
        "https://login.partner.microsoftonline.cn/organizations/v2.0/adminconsent?client_id=app\
         &scope=https%3A%2F%2Fmicrosoftgraph.chinacloudapi.cn%2F.default&redirect_uri=https%3A%2F%2Fv.example%2Fcb%3Fx%3D1&state=s+t"
    );
    let one = consent_url(&authority, &ConsentRequest { tenant: Some(TENANT), ..request });
    assert!(one.path().starts_with(&format!("/{TENANT}/v2.0/")));
    assert_eq!(
        authority.admin_consent(Uuid::parse_str(TENANT).unwrap(), "app&x").as_str(),
        format!("https://login.partner.microsoftonline.cn/{TENANT}/adminconsent?client_id=app%26x")
    );
}

#[test]
fn yes_is_yes_only_without_an_error() {
    let granted = ConsentAnswer::Granted { claimed_tenant: Uuid::parse_str(TENANT).unwrap(), state: "s".into() };
    assert_eq!(ConsentAnswer::from_query(&format!("admin_consent=True&tenant={TENANT}&scope=x&state=s")), granted);

    let refused = "admin_consent=True&error=consent_required&error_description=AADSTS65004%3a+User+declined.%0d%0aTrace+ID%3a+x&state=s";
    assert_eq!(
        ConsentAnswer::from_query(refused),
        ConsentAnswer::Refused {
            error: "consent_required".into(),
            code: Some(65_004),
            description: "AADSTS65004: User declined.".into(),
            state: Some("s".into()),
        }
    );
}

#[test]
fn hostile_answers_are_no_answers() {
    let long = format!("admin_consent=True&tenant={TENANT}&state={}", "s".repeat(9_000));
    for query in [
        "",
        "admin_consent=True&tenant=https://evil.example&state=s",
        "admin_consent=True&state=s",
        "admin_consent=False&tenant=0f0f0f0f-1111-4222-8333-444444444444&state=s",
        "admin_consent=True&tenant=0f0f0f0f-1111-4222-8333-444444444444",
        "admin_consent=True&tenant=0f0f0f0f-1111-4222-8333-444444444444&tenant=1f0f0f0f-1111-4222-8333-444444444444&state=s",
        &long,
    ] {
        assert!(matches!(ConsentAnswer::from_query(query), ConsentAnswer::Malformed(_)), "{query}");
    }
}
