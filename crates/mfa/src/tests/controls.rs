//! Custom controls, the old way: refused unless switched on, checked as everything else is, and no second factor.

use std::time::Duration;

use kernel::{PageRequest, Role};
use serde_json::{Value, json};
use testkit::{on_each_database, operator};

use super::hall::Hall;
use super::passing::{answer, enrol, read};
use crate::Settings;
use crate::attempts::{Attempt, AttemptFilter};
use crate::authorize::Begun;
use crate::model::{FactorKind, Origin};
use crate::permissions::ReadMfa;
use crate::prove::Proved;
use crate::providers::ProviderUpdate;
use crate::settings::CustomControls;

type Form = Vec<(&'static str, String)>;

fn set(form: &mut Form, name: &str, value: &str) {
    value.clone_into(&mut form.iter_mut().find(|(known, _)| *known == name).unwrap().1);
}

fn old_address(hall: &Hall) -> String {
    format!("{}/common/federation/OAuth2ClaimsProvider", hall.entra.base)
}

/// What Entra's page posts where a policy asks for a custom control.
fn control(hall: &Hall, nonce: &str, claims: &Value) -> Form {
    let mut form = hall.form(nonce);
    set(&mut form, "redirect_uri", &old_address(hall));
    set(&mut form, "claims", &json!({ "id_token": claims }).to_string());
    form
}

fn done() -> Value {
    json!({ "OldMfa": { "essential": true, "value": "MfaDone" } })
}

async fn switch(hall: &Hall, enabled: bool) {
    let custom_controls = CustomControls { enabled, claims: vec!["OldMfa=MfaDone".to_owned()] };
    let settings = Settings { custom_controls, ..Settings::default() };
    hall.set(ProviderUpdate { settings: Some(settings), ..ProviderUpdate::default() }).await;
}

async fn attempts(hall: &Hall, filter: AttemptFilter) -> Vec<Attempt> {
    let auditor = operator(hall.db.organisation, Role::Auditor);
    let may = auditor.may(ReadMfa {}).unwrap();
    hall.mfa.list_attempts(&may, &filter, &PageRequest::first(20)).await.unwrap().items
}

/// What comes of a form: the error that Entra is told, `here` or `asked`, and what the log has of it.
async fn outcome(hall: &Hall, form: &Form) -> (String, String, bool) {
    // The log lists by time.
    hall.db.hand.advance(Duration::from_millis(1));
    let told = match hall.authorize(form).await {
        Begun::Prove { .. } => return ("asked".to_owned(), String::new(), true),
        Begun::Stay { .. } => "here".to_owned(),
        Begun::Return(posted) => {
            assert_eq!(posted.to, old_address(hall), "nowhere else");
            posted.fields.iter().find(|(name, _)| *name == "error").unwrap().1.expose().clone()
        }
    };
    let last = attempts(hall, AttemptFilter::default()).await.remove(0);
    (told, last.reason, last.origin.custom_control)
}

fn refused(told: &str, reason: &str, by_control: bool) -> (String, String, bool) {
    (told.to_owned(), reason.to_owned(), by_control)
}

#[tokio::test]
async fn a_custom_control_is_answered_with_its_claim_and_with_no_second_factor() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        switch(&hall, true).await;
        let form = control(&hall, "n-1", &done());
        let Begun::Prove { transaction, browser, .. } = hall.authorize(&form).await else { panic!("it is answered") };
        let shown = hall.mfa.challenge(transaction, &browser).await.unwrap();
        assert_eq!(shown.enrol, [FactorKind::Passkey, FactorKind::Totp], "as for External MFA");
        let (app, posted) = enrol(&hall, transaction, &browser).await;
        assert_eq!(posted.to, old_address(&hall));
        let now = hall.db.env.now().seconds();
        assert_eq!(
            read(&hall, &posted).await,
            json!({
                "iss": format!("https://hall.example/mfa/{}", hall.tenant), "aud": "entra-42", "sub": "mia-pairwise",
                "nonce": "n-1", "iat": now, "exp": now + 300, "OldMfa": "MfaDone",
            }),
            "without acr and amr: External MFA would not take it"
        );
        assert_eq!(posted.fields.iter().find(|(name, _)| *name == "state").unwrap().1.expose(), "state <&> one");

        hall.db.hand.advance(Duration::from_mins(1));
        let form = control(&hall, "n-2", &json!({ "OldMfa": null }));
        let Begun::Prove { transaction, browser, .. } = hall.authorize(&form).await else { panic!("it is answered") };
        let Proved::Again(refusal) = answer(&hall, transaction, &browser, "000000").await else { panic!("a guess") };
        assert_eq!(refusal.code(), "wrong_code");
        let code = app.code(hall.db.env.now());
        let Proved::Answer(posted) = answer(&hall, transaction, &browser, &code).await else { panic!("it is right") };
        assert_eq!(read(&hall, &posted).await["OldMfa"], "MfaDone");

        hall.db.hand.advance(Duration::from_mins(1));
        let (id, browser) = hall.begin("n-3").await;
        let code = app.code(hall.db.env.now());
        assert!(matches!(answer(&hall, id, &browser, &code).await, Proved::Answer(_)));
        let count = async |by_control| {
            attempts(&hall, AttemptFilter { custom_control: Some(by_control), ..AttemptFilter::default() }).await.len()
        };
        assert_eq!((count(true).await, count(false).await), (3, 1), "the log tells by which way they came");
        let form = control(&hall, "n-4", &done());
        let Begun::Prove { transaction, browser, .. } = hall.authorize(&form).await else { panic!("it is answered") };
        let given_up = hall.mfa.decline(transaction, &browser, &Origin::default()).await.unwrap();
        assert_eq!((given_up.to, given_up.fields[0].1.expose().as_str()), (old_address(&hall), "access_denied"));
        assert_eq!(count(true).await, 4);
    })
    .await;
}

#[tokio::test]
async fn custom_controls_are_refused_on_our_own_page_unless_they_are_switched_on() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let form = control(&hall, "n-1", &done());
        assert_eq!(outcome(&hall, &form).await, refused("here", "redirect_uri", true), "off at first");
        switch(&hall, false).await;
        assert_eq!(outcome(&hall, &form).await, refused("here", "redirect_uri", true));
        switch(&hall, true).await;
        let foreign = [
            "https://evil.example/common/federation/OAuth2ClaimsProvider".to_owned(),
            "https://login.microsoftonline.com/common/federation/OAuth2ClaimsProvider".to_owned(),
            format!("{}?x=1", old_address(&hall)),
            format!("{}/", old_address(&hall)),
            old_address(&hall).to_lowercase(),
            old_address(&hall).replace("federation", "x/../federation"),
        ];
        for address in foreign {
            let mut form = form.clone();
            set(&mut form, "redirect_uri", &address);
            assert_eq!(outcome(&hall, &form).await, refused("here", "redirect_uri", false), "{address}");
        }
        let mut other = form.clone();
        set(&mut other, "client_id", "entra-43");
        assert_eq!(outcome(&hall, &other).await, refused("here", "client_id", true));
        assert_eq!(outcome(&hall, &form).await.0, "asked", "what was refused before it was trusted used nothing up");
        let first = attempts(&hall, AttemptFilter::default()).await.pop().unwrap();
        assert!(first.detail.unwrap().contains("custom controls are not answered"), "administrators read why");
    })
    .await;
}

#[tokio::test]
async fn what_a_custom_control_may_not_ask_goes_back_as_an_error() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        switch(&hall, true).await;
        let two = ["possessionorinherence"];
        for (claims, reason) in [
            (json!({ "OldMfa": { "value": "More" } }), "claims_unknown"),
            (json!({ "OldMfa": null, "Role": { "value": "admin" } }), "claims_unknown"),
            (json!({ "acr": { "values": two }, "amr": { "values": ["otp"] } }), "claims_unknown"),
            (json!({}), "claims_none"),
        ] {
            let form = control(&hall, "n", &claims);
            assert_eq!(outcome(&hall, &form).await, refused("invalid_request", reason, true), "{claims}");
        }
        let mut form = control(&hall, "n", &done());
        set(&mut form, "id_token_hint", "a.b.c");
        assert_eq!(outcome(&hall, &form).await.1, "hint_not_a_token", "the hint comes before the claims");
        // The claims of a custom control are none that External MFA knows.
        let mut form = control(&hall, "n", &done());
        set(&mut form, "redirect_uri", &old_address(&hall).replace("OAuth2ClaimsProvider", "externalauthprovider"));
        let Begun::Return(posted) = hall.authorize(&form).await else { panic!("it asks for nothing") };
        assert_eq!(posted.fields[0].1.expose(), "invalid_request");

        let form = control(&hall, "n-1", &done());
        assert_eq!(outcome(&hall, &form).await.0, "asked");
        assert_eq!(outcome(&hall, &form).await, refused("invalid_request", "hint_replayed", true));
        let mut other = control(&hall, "n-2", &done());
        set(&mut other, "nonce", "n-1");
        assert_eq!(outcome(&hall, &other).await, refused("invalid_request", "nonce_replayed", true));
        let Begun::Return(posted) = hall.authorize(&hall.form("n-1")).await else { panic!("seen by the other way") };
        assert_eq!(posted.fields[0].1.expose(), "invalid_request");
    })
    .await;
}
