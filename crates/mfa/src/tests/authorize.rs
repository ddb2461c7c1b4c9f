//! From Entra's form to our answer, and every reason to go no further.

use std::time::Duration;

use kernel::{PageRequest, Role};
use oidc::SigningKey;
use passkeys::double::Double;
use serde_json::{Value, json};
use store::args;
use testkit::{on_each_database, operator};

use super::entra::{MIA, encoded};
use super::hall::Hall;
use super::passing::{answer, enrol, read};
use crate::attempts::AttemptFilter;
use crate::authorize::Begun;
use crate::model::{FactorKind, Origin, ProviderState};
use crate::permissions::ReadMfa;
use crate::prove::Proved;
use crate::providers::ProviderUpdate;
use crate::settings::CustomAuthority;
use crate::{MfaError, Settings};

type Form = Vec<(&'static str, String)>;
/// What is changed about a form.
type Change = fn(&mut Form);

fn set(form: &mut Form, name: &str, value: &str) {
    value.clone_into(&mut form.iter_mut().find(|(known, _)| *known == name).unwrap().1);
}

/// What comes of a form: the error that Entra is told, or `here`, and the reason in the log.
async fn outcome(hall: &Hall, form: &[(&'static str, String)]) -> (String, String) {
    // The log lists by time.
    hall.db.hand.advance(Duration::from_millis(1));
    let told = match hall.authorize(form).await {
        Begun::Prove { .. } => return ("asked".to_owned(), String::new()),
        Begun::Stay { .. } => "here".to_owned(),
        Begun::Return(posted) => {
            assert!(posted.to.ends_with("/common/federation/externalauthprovider"), "{}", posted.to);
            posted.fields.iter().find(|(name, _)| *name == "error").unwrap().1.expose().clone()
        }
    };
    let auditor = operator(hall.db.organisation, Role::Auditor);
    let page = PageRequest::first(1);
    let log = hall.mfa.list_attempts(&auditor.may(ReadMfa {}).unwrap(), &AttemptFilter::default(), &page).await;
    (told, log.unwrap().items[0].reason.clone())
}

#[tokio::test]
async fn a_person_registers_within_the_sign_in_and_entra_gets_an_answer_it_can_check() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let (id, browser) = hall.begin("n-1").await;
        let shown = hall.mfa.challenge(id, &browser).await.unwrap();
        assert_eq!((shown.tenant.as_str(), shown.label.as_str()), ("Contoso", "mia@contoso.example"));
        assert_eq!(shown.enrol, [FactorKind::Passkey, FactorKind::Totp]);
        assert!(shown.factors.is_empty());

        let (seed, posted) = enrol(&hall, id, &browser).await;
        let token = read(&hall, &posted).await;
        let now = hall.db.env.now().seconds();
        assert_eq!(
            token,
            json!({
                "iss": format!("https://hall.example/mfa/{}", hall.tenant), "aud": "entra-42", "sub": "mia-pairwise",
                "nonce": "n-1", "iat": now, "exp": now + 300, "acr": "possessionorinherence", "amr": ["otp"],
            })
        );
        let state = posted.fields.iter().find(|(name, _)| *name == "state").unwrap();
        assert_eq!(state.1.expose(), "state <&> one", "echoed as it came");
        assert!(matches!(hall.mfa.challenge(id, &browser).await, Err(MfaError::Over)), "it is used up");

        hall.db.hand.advance(Duration::from_secs(30));
        let (id, browser) = hall.begin("n-2").await;
        let shown = hall.mfa.challenge(id, &browser).await.unwrap();
        assert!(shown.enrol.is_empty(), "who has a factor registers no other one within a sign-in");
        assert_eq!(shown.factors.len(), 1);
        let code = seed.code(hall.db.env.now());
        let Proved::Answer(posted) = answer(&hall, id, &browser, &code).await else { panic!("the code is right") };
        assert_eq!(read(&hall, &posted).await["nonce"], "n-2");

        let (id, browser) = hall.begin("n-3").await;
        let Proved::Again(refusal) = answer(&hall, id, &browser, &code).await else { panic!("the code was used") };
        assert_eq!(refusal.code(), "code_used");
        let posted = hall.mfa.decline(id, &browser, &Origin::default()).await.unwrap();
        assert_eq!(posted.fields[0].1.expose(), "access_denied");
        assert!(matches!(hall.mfa.decline(id, &browser, &Origin::default()).await, Err(MfaError::Over)));
    })
    .await;
}

#[tokio::test]
async fn who_is_not_entra_is_told_on_our_own_page_and_nothing_is_posted_anywhere() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let good = hall.form("n");
        let cases: [(&str, Change, &str); 11] = [
            ("what no text is", |form| set(form, "state", "\u{fffd}"), "parameter_not_text"),
            ("what no page carries", |form| set(form, "state", "a\0"), "parameter_not_text"),
            ("unknown redirect", |form| set(form, "redirect_uri", "https://evil.example/"), "redirect_uri"),
            ("redirect of another cloud", |form| set(form, "redirect_uri", REAL), "redirect_uri"),
            ("redirect with a query", |form| form.iter_mut().for_each(add_query), "redirect_uri"),
            ("no redirect", |form| form.retain(|(name, _)| *name != "redirect_uri"), "redirect_uri"),
            ("another client", |form| set(form, "client_id", "entra-43"), "client_id"),
            ("no client", |form| set(form, "client_id", ""), "client_id"),
            ("repeated", |form| form.push(("state", "two".to_owned())), "parameter_repeated"),
            ("repeated alike", |form| form.push(form[3].clone()), "parameter_repeated"),
            ("oversize state", |form| set(form, "state", &"s".repeat(20_000)), "parameter_too_long"),
        ];
        for (name, change, reason) in cases {
            let mut form = good.clone();
            change(&mut form);
            assert_eq!(outcome(&hall, &form).await, ("here".to_owned(), reason.to_owned()), "{name}");
        }
        hall.set(ProviderUpdate { state: Some(ProviderState::Off), ..ProviderUpdate::default() }).await;
        assert_eq!(outcome(&hall, &good).await, ("here".to_owned(), "provider_off".to_owned()));
    })
    .await;
}

const FACE: &str = r#"{"id_token":{"acr":{"values":["possessionorinherence"]},"amr":{"values":["face"]}}}"#;
const REAL: &str = "https://login.microsoftonline.com/common/federation/externalauthprovider";

fn add_query((name, value): &mut (&'static str, String)) {
    if *name == "redirect_uri" {
        value.push_str("?x=1");
    }
}

#[tokio::test]
async fn what_entra_did_not_ask_so_goes_back_as_an_error_and_the_log_says_why() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let cases: [(Change, &str); 10] = [
            (|form| form.retain(|(name, _)| *name != "scope"), "scope"),
            (|form| set(form, "response_type", ""), "response_type"),
            (|form| set(form, "response_mode", "query"), "response_mode"),
            (|form| form.retain(|(name, _)| *name != "id_token_hint"), "hint_missing"),
            (|form| set(form, "id_token_hint", "a.b.c"), "hint_not_a_token"),
            (|form| set(form, "claims", "{}"), "claims_no_acr"),
            (|form| set(form, "claims", FACE), "claims_unmeetable"),
            (|form| set(form, "claims", "no json"), "claims_not_an_object"),
            (|form| form.retain(|(name, _)| *name != "claims"), "claims_not_an_object"),
            (|form| set(form, "nonce", &"n".repeat(1_500)), "nonce_too_long"),
        ];
        for (change, reason) in cases {
            let mut form = hall.form("n");
            change(&mut form);
            assert_eq!(outcome(&hall, &form).await, ("invalid_request".to_owned(), reason.to_owned()));
        }
        let named: [(Change, &str, &str); 2] = [
            (|form| set(form, "scope", "profile"), "invalid_scope", "scope"),
            (|form| set(form, "response_type", "code"), "unsupported_response_type", "response_type"),
        ];
        for (change, error, reason) in named {
            let mut form = hall.form("n");
            change(&mut form);
            assert_eq!(outcome(&hall, &form).await, (error.to_owned(), reason.to_owned()));
        }
        let now = hall.db.env.now().seconds();
        let signed = |key: &SigningKey, name: &str, value: Value| {
            let mut claims = hall.entra.claims(hall.db.env.now());
            claims[name] = value;
            hall.entra.form(&key.sign(&claims).unwrap(), "n")
        };
        let hints = [
            (signed(&hall.entra.stranger, "x", json!(1)), "hint_unknown_key"),
            (signed(&hall.entra.key, "aud", json!("entra-42")), "hint_audience"),
            (signed(&hall.entra.key, "tid", json!(MIA)), "hint_tenant"),
            (signed(&hall.entra.key, "iss", json!("https://login.microsoftonline.com/x/v2.0")), "hint_issuer"),
            (signed(&hall.entra.key, "ver", json!("1.0")), "hint_version"),
            (signed(&hall.entra.key, "iat", json!(now - 301)), "hint_stale"),
            (signed(&hall.entra.key, "iat", json!(now + 301)), "hint_early"),
        ];
        for (form, reason) in hints {
            assert_eq!(outcome(&hall, &form).await, ("invalid_request".to_owned(), reason.to_owned()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_hint_and_a_nonce_count_once() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let first = hall.form("n-1");
        assert_eq!(outcome(&hall, &first).await.0, "asked");
        assert_eq!(outcome(&hall, &first).await.1, "hint_replayed");
        let mut other = first.clone();
        set(&mut other, "nonce", "n-2");
        assert_eq!(outcome(&hall, &other).await.1, "hint_replayed");
        let mut other = hall.form("n-3");
        set(&mut other, "nonce", "n-1");
        assert_eq!(outcome(&hall, &other).await.1, "nonce_replayed");

        let form = hall.form("n-4");
        let both = tokio::join!(Box::pin(hall.authorize(&form)), Box::pin(hall.authorize(&form)));
        let asked = [both.0, both.1].into_iter().filter(|begun| matches!(begun, Begun::Prove { .. })).count();
        assert_eq!(asked, 1, "two at once");
        hall.mfa.prune().await.unwrap();
        assert_eq!(outcome(&hall, &form).await.1, "hint_replayed", "pruning forgets nothing too early");
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_is_one_browsers_for_less_than_five_minutes_and_ends_once() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let (id, browser) = hall.begin("n-1").await;
        let (other, others) = hall.begin("n-2").await;
        let over = async |id, browser| matches!(hall.mfa.challenge(id, browser).await, Err(MfaError::Over));
        assert!(over(id, &others).await, "another browser's secret");
        assert!(over(other, &browser).await);
        let nothing = "".into();
        assert!(over(id, &nothing).await);
        let (seed, _) = enrol(&hall, id, &browser).await;

        hall.db.hand.advance(Duration::from_mins(1));
        let code = seed.code(hall.db.env.now());
        let one = || Box::pin(answer_or_over(&hall, other, &others, &code));
        let (first, second) = tokio::join!(one(), one());
        let answered = [&first, &second].iter().filter(|one| matches!(one, Some(Proved::Answer(_)))).count();
        assert_eq!(answered, 1, "{first:?} {second:?}");

        let (id, browser) = hall.begin("n-3").await;
        hall.db.hand.advance(Duration::from_secs(269));
        assert!(!over(id, &browser).await);
        hall.db.hand.advance(Duration::from_secs(1));
        assert!(over(id, &browser).await, "Entra has given up by then");
    })
    .await;
}

async fn answer_or_over(
    hall: &Hall,
    id: crate::TransactionId,
    browser: &kernel::Secret<String>,
    code: &str,
) -> Option<Proved> {
    let shown = crate::factors::Shown::Code(code.into());
    hall.mfa.prove(id, browser, &shown, &Origin::default()).await.ok()
}

#[tokio::test]
async fn what_entra_would_not_take_is_neither_offered_nor_used_up() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let (id, browser) = hall.begin("n-1").await;
        let (app, _) = enrol(&hall, id, &browser).await;
        hall.db.hand.advance(Duration::from_mins(1));
        let mut form = hall.form("n-2");
        set(&mut form, "claims", r#"{"id_token":{"acr":{"values":["possession"]},"amr":{"values":["fido"]}}}"#);
        let Begun::Prove { transaction, browser, .. } = hall.authorize(&form).await else { panic!("it is asked for") };
        let shown = hall.mfa.challenge(transaction, &browser).await.unwrap();
        assert!(shown.factors.is_empty() && shown.enrol.is_empty());
        let code = app.code(hall.db.env.now());
        let Proved::Again(refusal) = answer(&hall, transaction, &browser, &code).await else { panic!("not a passkey") };
        assert_eq!(refusal.code(), "no_factor");
        let (id, browser) = hall.begin("n-3").await;
        assert!(matches!(answer(&hall, id, &browser, &code).await, Proved::Answer(_)), "the code still counts");
    })
    .await;
}

#[tokio::test]
async fn an_outside_service_that_plays_entra_is_named_by_its_addresses() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let redirect = "http://127.0.0.1:1/answers";
        let settings = |metadata: &str| Settings {
            authority: Some(CustomAuthority {
                metadata: metadata.to_owned(),
                issuer: format!("{}/{{tenantid}}/v2.0", hall.entra.base),
                redirect_uri: redirect.to_owned(),
            }),
            ..Settings::default()
        };
        let set_to = async |metadata: &str| {
            hall.set(ProviderUpdate { settings: Some(settings(metadata)), ..ProviderUpdate::default() }).await;
        };
        set_to(&format!("{}/metadata", hall.entra.base)).await;
        let mut form = hall.form("n-1");
        assert_eq!(outcome(&hall, &form).await.1, "redirect_uri", "no other address is taken beside it");
        set(&mut form, "redirect_uri", redirect);
        assert!(matches!(hall.authorize(&form).await, Begun::Prove { .. }));

        set_to("http://127.0.0.1:1/metadata").await;
        let mut form = hall.form("n-2");
        set(&mut form, "redirect_uri", redirect);
        let Begun::Return(posted) = hall.authorize(&form).await else { panic!("the keys cannot be read") };
        assert_eq!(posted.fields[0].1.expose(), "temporarily_unavailable");
        assert_eq!(posted.to, redirect);
    })
    .await;
}

#[tokio::test]
async fn a_registration_that_is_refused_has_used_its_ceremony_up() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let (id, browser) = hall.begin("n-1").await;
        let (ceremony, options) = hall.mfa.begin_enrol_passkey_for(id, &browser).await.unwrap();
        let made = Double::new("https://hall.example").register(&options);
        let enrol =
            async |answer| hall.mfa.enrol_passkey_for(id, &browser, ceremony, answer, "Key", &Origin::default()).await;
        assert!(matches!(enrol(json!({ "id": "nonsense" })).await, Err(MfaError::Invalid(_))));
        assert!(matches!(enrol(made).await, Err(MfaError::Over)), "what is right comes too late");
        assert!(hall.mfa.begin_enrol_passkey_for(id, &browser).await.is_ok(), "another one can be begun");
    })
    .await;
}

#[tokio::test]
async fn what_one_address_sends_too_often_is_answered_and_not_written_down() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let mut form = hall.form("n");
        set(&mut form, "client_id", "entra-43");
        let from = |address: &str| Origin { address: Some(address.to_owned()), ..Origin::default() };
        let sent = 1_000;
        for _ in 0..sent {
            let begun = hall.mfa.authorize(hall.tenant, &encoded(&form), from("192.0.2.1")).await.unwrap();
            assert!(matches!(begun, Begun::Stay { reason: "client_id" }));
        }
        hall.mfa.authorize(hall.tenant, &encoded(&form), from("192.0.2.2")).await.unwrap();
        let count = "SELECT COUNT(*) AS n FROM mfa_attempts WHERE address = $1";
        let mut tx = hall.db.store.read().await.unwrap();
        let noisy = tx.count(count, args!["192.0.2.1"]).await.unwrap();
        let quiet = tx.count(count, args!["192.0.2.2"]).await.unwrap();
        assert!((300..sent).contains(&noisy), "{noisy}");
        assert_eq!(quiet, 1, "others are still heard");
    })
    .await;
}

#[tokio::test]
async fn the_time_left_is_entras_and_a_provider_that_is_switched_off_ends_what_waits() {
    on_each_database(async |db| {
        let hall = Hall::new(db).await;
        let left = async |nonce: &str, ago: u64| {
            let form = hall.form(nonce);
            hall.db.hand.advance(Duration::from_secs(ago));
            match hall.authorize(&form).await {
                Begun::Prove { until, .. } => until.seconds() - hall.db.env.now().seconds(),
                other => panic!("nobody is asked: {other:?}"),
            }
        };
        assert_eq!((left("now", 0).await, left("late", 200).await, left("last", 290).await), (270, 70, 60));

        let (id, browser) = hall.begin("n-1").await;
        hall.set(ProviderUpdate { state: Some(ProviderState::Off), ..ProviderUpdate::default() }).await;
        assert!(matches!(hall.mfa.challenge(id, &browser).await, Err(MfaError::Over)));
        let begun = hall.mfa.begin_enrol_totp_for(id, &browser).await;
        assert!(matches!(begun, Err(MfaError::Over)), "{begun:?}");
    })
    .await;
}
