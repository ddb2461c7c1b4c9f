//! Codes that are sent: who is offered them, what they count for, what keeps them few.

use std::time::Duration;

use kernel::{PageRequest, Role, Secret};
use serde_json::json;
use signals::webhooks::guard::Errand;
use signals::webhooks::post::guarded_client;
use testkit::{on_each_database, operator};

use super::passing::read;
use super::reach::{Reach, post_by};
use crate::MfaError;
use crate::attempts::{Attempt, AttemptFilter};
use crate::factors::{Refusal, Shown};
use crate::gateway::{GatewayUpdate, Template, Way};
use crate::model::FactorKind::{Email, Sms, Voice};
use crate::model::TransactionId;
use crate::outlet::Outlet;
use crate::outofband::{Granted, NotSent, OutOfBandView, Post, Sending};
use crate::permissions::{ChangeProvider, ReadMfa};
use crate::prove::Proved;
use crate::providers::ProviderUpdate;
use crate::settings::WhenChanged;

async fn attempts(reach: &Reach) -> Vec<Attempt> {
    let may = operator(reach.hall.db.organisation, Role::Auditor).may(ReadMfa {}).unwrap();
    let page = reach.hall.mfa.list_attempts(&may, &AttemptFilter::default(), &PageRequest::first(50)).await.unwrap();
    page.items
}

async fn ledger(reach: &Reach) -> OutOfBandView {
    let may = operator(reach.hall.db.organisation, Role::Auditor).may(ReadMfa {}).unwrap();
    reach.hall.mfa.out_of_band(&may, reach.hall.tenant).await.unwrap()
}

fn refusal(proved: Proved) -> Refusal {
    match proved {
        Proved::Again(refusal) => refusal,
        Proved::Answer(_) => panic!("the person is let in"),
    }
}

fn posted(proved: Proved) -> crate::answer::Posted {
    match proved {
        Proved::Answer(posted) => posted,
        Proved::Again(refusal) => panic!("refused: {refusal:?}"),
    }
}

#[tokio::test]
async fn without_a_grant_nobody_is_offered_a_code_and_administrators_are_told_where_to_consent() {
    on_each_database(async |db| {
        let reach = Reach::not_granted(db).await;
        reach.put_gateway(10).await;
        let at = reach.hall.begin("n-1").await;
        let challenge = reach.hall.mfa.challenge(at.0, &at.1).await.unwrap();
        assert!(challenge.offers.is_empty() && !challenge.enrol.is_empty(), "{challenge:?}");
        assert_eq!(reach.send(&at, Email).await, Sending::Not(NotSent::NotOffered));
        assert_eq!(reach.hall.entra.contacts.lock().unwrap().asked, 0, "nobody's address was read");
        let view = ledger(&reach).await;
        assert_eq!((view.consent, view.permission), (Granted::NotChosen, "UserAuthenticationMethod.Read.All"));
        assert!(view.consent_url.contains("/adminconsent?client_id=") && !view.mend.is_empty(), "{view:?}");

        reach.grant().await;
        let at = reach.hall.begin("n-2").await;
        let challenge = reach.hall.mfa.challenge(at.0, &at.1).await.unwrap();
        let shown: Vec<_> = challenge.offers.iter().map(|offer| format!("{} {}", offer.way, offer.shown)).collect();
        assert_eq!(shown, ["email m•••@h•••.example"], "no country may be texted yet");
        assert!(challenge.enrol.is_empty(), "who can be reached registers nothing by a password alone");
        assert!(reach.hall.mfa.begin_enrol_totp_for(at.0, &at.1).await.is_err());
        assert_eq!(ledger(&reach).await.consent, Granted::Granted);
    })
    .await;
}

#[tokio::test]
async fn a_mailed_code_counts_once_in_its_own_sign_in_and_is_otp() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        let (at, other) = (reach.hall.begin("n-1").await, reach.hall.begin("n-2").await);
        assert_eq!(reach.send(&at, Email).await, Sending::Sent);
        let letter = reach.mail.arrived().pop().unwrap();
        assert_eq!(letter.to, ["mia@home.example"]);
        let code = reach.mailed_code();
        assert_eq!(code.len(), 6);
        assert_eq!(refusal(reach.enter(&other, &code).await).code(), "no_factor", "it is another sign-in's");
        let claims = read(&reach.hall, &posted(reach.enter(&at, &code).await)).await;
        assert_eq!(claims["amr"], serde_json::json!(["otp"]));
        let all = attempts(&reach).await;
        assert!(all.iter().any(|attempt| attempt.factor_kind == Some(Email) && attempt.reason == "proven"), "{all:?}");
        for attempt in all {
            let told = format!("{attempt:?}");
            assert!(!told.contains("mia@home.example") && !told.contains(&code), "{told}");
        }
    })
    .await;
}

#[tokio::test]
async fn text_messages_and_calls_are_told_apart_to_entra_and_keep_how_they_were_delivered() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        for (nonce, way, amr) in [("n-1", Sms, "sms"), ("n-2", Voice, "tel")] {
            let at = reach.hall.begin(nonce).await;
            assert_eq!(reach.send(&at, way).await, Sending::Sent);
            let told = reach.gateway.lock().unwrap().told.last().unwrap().clone();
            assert_eq!(
                (&told["to"], &told["authorization"]),
                (&"+46701234567".into(), &"Bearer gateway secret".into())
            );
            let code = reach.texted_code();
            assert_eq!(told["spoken"].as_str().unwrap().replace(' ', ""), code);
            let claims = read(&reach.hall, &posted(reach.enter(&at, &code).await)).await;
            assert_eq!(claims["amr"], serde_json::json!([amr]));
            let last = attempts(&reach).await.remove(0);
            let detail = last.detail.unwrap_or_default();
            assert_eq!(detail, format!("{way} to +46 •••67, taken: the gateway answered 202"));
            reach.hall.db.hand.advance(Duration::from_secs(31));
        }
        let only_fido = r#"{"id_token":{"acr":{"values":["possession"]},"amr":{"values":["fido"]}}}"#;
        let mut form = reach.hall.form("n-3");
        for (name, value) in &mut form {
            if *name == "claims" {
                *value = only_fido.to_owned();
            }
        }
        let crate::authorize::Begun::Prove { transaction, browser, .. } = reach.hall.authorize(&form).await else {
            panic!("nobody is asked");
        };
        assert!(reach.hall.mfa.challenge(transaction, &browser).await.unwrap().offers.is_empty(), "Entra takes none");
    })
    .await;
}

#[tokio::test]
async fn a_gateway_that_refuses_is_told_to_the_person_and_in_the_attempts() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        for (status, told) in [(500, "answered 500"), (302, "redirects are not followed")] {
            reach.gateway.lock().unwrap().status = Some(status);
            let at = reach.hall.begin(&format!("n-{status}")).await;
            assert_eq!(reach.send(&at, Sms).await, Sending::Not(NotSent::Failed));
            let last = attempts(&reach).await.remove(0);
            assert_eq!(last.reason, "code_not_sent");
            assert!(last.detail.as_ref().is_some_and(|detail| detail.contains(told)), "{last:?}");
            reach.hall.db.hand.advance(Duration::from_secs(31));
        }
        reach.mail.refuse_next("550 no such mailbox");
        let at = reach.hall.begin("n-3").await;
        assert_eq!(reach.send(&at, Email).await, Sending::Not(NotSent::Failed));
    })
    .await;
}

#[tokio::test]
async fn a_code_expires_and_is_worth_nothing_after_five_wrong_ones() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        reach.set(|settings| (settings.out_of_band.code_minutes, settings.lockout.wait_after) = (1, 100)).await;
        let at = reach.hall.begin("n-1").await;
        reach.send(&at, Email).await;
        let late = reach.mailed_code();
        reach.hall.db.hand.advance(Duration::from_mins(1));
        assert_eq!(refusal(reach.enter(&at, &late).await), Refusal::Expired);
        reach.send(&at, Email).await;
        let code = reach.mailed_code();
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for _ in 0..5 {
            assert_eq!(refusal(reach.enter(&at, wrong).await), Refusal::WrongCode);
        }
        assert_eq!(refusal(reach.enter(&at, &code).await), Refusal::WrongCode, "it was guessed at too often");
        reach.hall.db.hand.advance(Duration::from_secs(31));
        assert_eq!(reach.send(&at, Email).await, Sending::Sent, "another one can be sent");
        posted(reach.enter(&at, &reach.mailed_code()).await);
    })
    .await;
}

#[tokio::test]
async fn wrong_codes_lock_and_whoever_is_locked_is_sent_nothing() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        reach.set(|settings| (settings.lockout.lock_after, settings.lockout.wait_after) = (3, 3)).await;
        let at = reach.hall.begin("n-1").await;
        reach.send(&at, Email).await;
        let code = reach.mailed_code();
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for _ in 0..3 {
            reach.enter(&at, wrong).await;
        }
        assert_eq!(refusal(reach.enter(&at, &code).await).code(), "locked");
        reach.hall.db.hand.advance(Duration::from_secs(31));
        let sent = reach.send(&at, Email).await;
        assert_eq!((sent, reach.mail.arrived().len()), (Sending::Not(NotSent::NotOffered), 1));
    })
    .await;
}

#[tokio::test]
async fn messages_are_few_to_a_person_and_to_an_address() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        reach.set(|settings| settings.out_of_band.most_an_hour = 2).await;
        let start = reach.hall.db.env.now();
        let at = reach.hall.begin("n-1").await;
        assert_eq!(reach.send(&at, Email).await, Sending::Sent);
        let gap = start.plus(Duration::from_secs(30));
        assert_eq!(reach.send(&at, Sms).await, Sending::Not(NotSent::Wait { until: gap }), "by any way");
        reach.hall.db.hand.advance(Duration::from_secs(30));
        assert_eq!(reach.send(&at, Sms).await, Sending::Sent);
        reach.hall.db.hand.advance(Duration::from_mins(1));
        let hour = start.plus(Duration::from_hours(1));
        assert_eq!(reach.send(&at, Email).await, Sending::Not(NotSent::Wait { until: hour }));
        reach.hall.db.hand.advance(Duration::from_hours(1));
        let at = reach.hall.begin("n-2").await;
        assert_eq!(reach.send(&at, Email).await, Sending::Sent);
        assert_eq!(reach.mail.arrived().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn of_two_nodes_that_are_asked_at_once_one_sends_and_one_counts_the_code() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        let (here, other) = (&reach.hall.mfa, reach.other_node().await);
        let at = reach.hall.begin("n-1").await;
        let (one, two) =
            tokio::join!(Box::pin(reach.send_on(here, &at, Email)), Box::pin(reach.send_on(&other, &at, Email)));
        let sent = [&one, &two].into_iter().filter(|sending| **sending == Sending::Sent).count();
        assert_eq!((sent, reach.mail.arrived().len()), (1, 1), "{one:?} {two:?}");
        let code = reach.mailed_code();
        let shown = || Shown::Entered { holder: at.0.0, code: code.as_str().into() };
        let origin = super::reach::here();
        let (first, second) = (shown(), shown());
        let (one, two) = tokio::join!(
            Box::pin(here.prove(at.0, &at.1, &first, &origin)),
            Box::pin(other.prove(at.0, &at.1, &second, &origin))
        );
        let passed = [&one, &two].into_iter().filter(|proved| matches!(proved, Ok(Proved::Answer(_)))).count();
        assert_eq!(passed, 1, "{one:?} {two:?}");
        other.store().clone().close().await;
    })
    .await;
}

#[tokio::test]
async fn when_the_money_of_a_day_is_spent_nothing_more_is_sent_and_operators_see_it() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        reach.set(|settings| settings.out_of_band.daily_spend = 25).await;
        let at = reach.hall.begin("n-1").await;
        for expected in [Sending::Sent, Sending::Sent, Sending::Not(NotSent::Spent), Sending::Not(NotSent::Spent)] {
            assert_eq!(reach.send(&at, Sms).await, expected);
            reach.hall.db.hand.advance(Duration::from_secs(31));
        }
        assert_eq!(reach.gateway.lock().unwrap().told.len(), 2);
        assert_eq!(reach.count("mfa.spend_cap_reached").await, 1, "it is told once");
        let view = ledger(&reach).await;
        assert_eq!((view.spent_today, view.messages_today, view.capped_at.is_some()), (20, 2, true));
        let mailed = reach.send(&at, Email).await;
        assert_eq!(mailed, Sending::Sent, "letters cost nothing");
        reach.hall.db.hand.advance(Duration::from_hours(24));
        let at = reach.hall.begin("n-2").await;
        assert_eq!(reach.send(&at, Sms).await, Sending::Sent, "the next day");
        assert_eq!(ledger(&reach).await.capped_at, None);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_has_just_changed_is_sent_nothing_for_days() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        let at = reach.hall.begin("n-1").await;
        assert_eq!(reach.send(&at, Sms).await, Sending::Sent);
        reach.hall.entra.contacts.lock().unwrap().phones = vec![("mobile", "+46 709999999")];
        reach.hall.db.hand.advance(Duration::from_hours(1));
        let at = reach.hall.begin("n-2").await;
        assert_eq!(reach.send(&at, Sms).await, Sending::Not(NotSent::NotOffered));
        assert_eq!(reach.send(&at, Email).await, Sending::Sent, "the others count");
        assert_eq!(reach.count("mfa.address_changed").await, 1);
        reach.hall.db.hand.advance(Duration::from_hours(72));
        let at = reach.hall.begin("n-3").await;
        assert_eq!(reach.send(&at, Sms).await, Sending::Sent);
        let told = reach.gateway.lock().unwrap().told.last().unwrap()["to"].clone();
        assert_eq!(told, "+46709999999");
    })
    .await;
}

#[tokio::test]
async fn one_more_address_of_somebody_who_had_some_is_as_new_as_a_changed_one() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        reach.hall.entra.contacts.lock().unwrap().email = None;
        let offered = async |nonce: &str| {
            let at = reach.hall.begin(nonce).await;
            let offers = reach.hall.mfa.challenge(at.0, &at.1).await.unwrap().offers;
            offers.iter().map(|offer| offer.way).collect::<Vec<_>>()
        };
        assert_eq!(offered("n-1").await, [Sms, Voice], "what is there at first counts");
        reach.hall.entra.contacts.lock().unwrap().email = Some("new@home.example");
        assert_eq!(offered("n-2").await, [Sms, Voice]);
        assert_eq!(reach.count("mfa.address_changed").await, 1);
        reach.hall.db.hand.advance(Duration::from_hours(72));
        assert_eq!(offered("n-3").await, [Sms, Voice, Email]);
    })
    .await;
}

#[tokio::test]
async fn gateways_are_called_where_webhooks_may_go_and_keep_their_secret_to_themselves() {
    on_each_database(async |db| {
        let mut reach = Reach::new(db).await;
        let (http, guard) = guarded_client(&signals::Config::default(), Errand::Gateways).unwrap();
        let gateways = Outlet::new(http, guard);
        let strict = reach.hall.mfa.clone().with_post(Post { gateways, ..post_by(&reach.mail) });
        let open = std::mem::replace(&mut reach.hall.mfa, strict);
        let at = reach.hall.begin("n-1").await;
        assert_eq!(reach.send(&at, Sms).await, Sending::Not(NotSent::Failed));
        assert!(reach.gateway.lock().unwrap().told.is_empty());
        let last = attempts(&reach).await.remove(0);
        assert!(last.detail.as_ref().is_some_and(|detail| detail.contains("signals.webhook_networks")), "{last:?}");

        let may = reach.may(ChangeProvider { tenant: reach.hall.tenant });
        let found = open.out_of_band(&reach.may(ReadMfa {}), reach.hall.tenant).await.unwrap().gateways.remove(0);
        let elsewhere = Template { url: "https://other.example/send".to_owned(), ..found.template };
        let update = |secret| GatewayUpdate { template: elsewhere.clone(), receipts: None, secret, version: None };
        let refused = open.put_gateway(&may, Way::Sms, update(None)).await;
        assert!(matches!(&refused, Err(MfaError::Invalid(why)) if why.contains("another host")), "{refused:?}");
        open.put_gateway(&may, Way::Sms, update(Some(Secret::from("its own")))).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn addresses_are_read_once_for_a_sign_in_and_no_table_holds_one() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        let at = reach.hall.begin("n-1").await;
        for _ in 0..3 {
            reach.hall.mfa.challenge(at.0, &at.1).await.unwrap();
        }
        assert_eq!(reach.hall.entra.contacts.lock().unwrap().asked, 2, "telephones and mail, once");
        reach.send(&at, Sms).await;
        let code = reach.texted_code();
        let told = format!("{:?}", reach.hall.mfa.challenge(at.0, &at.1).await.unwrap());
        let secrets = ["mia@home.example", "701234567", "gateway secret", code.as_str()];
        for secret in &secrets[..3] {
            assert!(!told.contains(secret), "{told}");
        }
        let mut tx = reach.hall.db.store.read().await.unwrap();
        let texts = [
            ("SELECT * FROM mfa_messages", &["shown", "detail"][..]),
            ("SELECT * FROM mfa_gateways", &["template"]),
            ("SELECT * FROM mfa_attempts", &["detail", "factor_name"]),
            ("SELECT * FROM signals_log", &["before", "after", "reason"]),
        ];
        for (sql, columns) in texts {
            for row in tx.all(sql, Vec::new()).await.unwrap() {
                for column in columns {
                    let text: Option<String> = row.get(column).unwrap();
                    let text = text.unwrap_or_default();
                    assert!(!secrets.iter().any(|secret| text.contains(secret)), "{sql} {column}: {text}");
                }
            }
        }
        let bytes = [
            ("SELECT code AS bytes FROM mfa_messages", 1),
            ("SELECT secret AS bytes FROM mfa_gateways", 2),
            ("SELECT hash AS bytes FROM mfa_addresses", 2),
            ("SELECT target AS bytes FROM mfa_sent", 2),
        ];
        for (sql, count) in bytes {
            let rows = tx.all(sql, Vec::new()).await.unwrap();
            assert_eq!(rows.len(), count, "{sql}");
            for row in rows {
                let bytes: Vec<u8> = row.get("bytes").unwrap();
                let text = String::from_utf8_lossy(&bytes).into_owned();
                assert!(!secrets.iter().any(|secret| text.contains(secret)), "{sql}");
            }
        }
        drop(tx);
    })
    .await;
}

#[tokio::test]
async fn an_outage_of_graph_is_waited_for_once_in_a_sign_in() {
    on_each_database(async |db| {
        let mut reach = Reach::new(db).await;
        // Long enough for a busy machine to ask at all.
        reach.hall.mfa.out_of_band.patience = Duration::from_secs(1);
        reach.hall.entra.contacts.lock().unwrap().hangs = true;
        let at = reach.hall.begin("one").await;
        let asked = || reach.hall.entra.contacts.lock().unwrap().asked;
        let before = asked();
        assert!(reach.hall.mfa.challenge(at.0, &at.1).await.unwrap().offers.is_empty());
        let first = asked() - before;
        for _ in 0..3 {
            assert!(reach.hall.mfa.challenge(at.0, &at.1).await.unwrap().offers.is_empty());
        }
        assert_eq!((first, asked() - before), (1, 1), "once, not with each request");
        reach.hall.entra.contacts.lock().unwrap().hangs = false;
        reach.hall.mfa.out_of_band.patience = Duration::from_mins(1);
        let other = reach.hall.begin("two").await;
        assert!(
            !reach.hall.mfa.challenge(other.0, &other.1).await.unwrap().offers.is_empty(),
            "another sign-in asks anew"
        );
    })
    .await;
}

/// Nothing is registered within a sign-in by a password alone.
async fn registers_nothing(reach: &Reach, at: &(TransactionId, Secret<String>), why: &str) {
    let mfa = &reach.hall.mfa;
    let challenge = mfa.challenge(at.0, &at.1).await.unwrap();
    assert!(challenge.enrol.is_empty(), "{why}: {challenge:?}");
    let app = mfa.begin_enrol_totp_for(at.0, &at.1).await;
    assert!(matches!(app, Err(MfaError::Rule(_))), "{why}: {app:?}");
    let passkey = mfa.begin_enrol_passkey_for(at.0, &at.1).await;
    assert!(matches!(passkey, Err(MfaError::Rule(_))), "{why}: {passkey:?}");
}

#[tokio::test]
async fn nobody_who_can_be_sent_a_code_is_made_new_by_what_hides_it() {
    on_each_database(async |db| {
        let mut reach = Reach::new(db).await;
        reach.hall.mfa.out_of_band.patience = Duration::from_secs(1);
        let passkeys_alone = json!({ "id_token": {
            "acr": { "essential": true, "values": ["possessionorinherence"] },
            "amr": { "essential": true, "values": ["fido"] } } });
        let at = reach.hall.begin_asking("claims", &passkeys_alone).await;
        assert!(reach.hall.mfa.challenge(at.0, &at.1).await.unwrap().offers.is_empty(), "codes are not asked for");
        registers_nothing(&reach, &at, "what is asked for comes from the browser").await;

        reach.hall.entra.contacts.lock().unwrap().hangs = true;
        let at = reach.hall.begin("outage").await;
        assert!(reach.hall.mfa.challenge(at.0, &at.1).await.unwrap().unread);
        registers_nothing(&reach, &at, "Graph does not answer").await;
        reach.hall.entra.contacts.lock().unwrap().hangs = false;

        reach.set(|settings| settings.out_of_band.when_changed = WhenChanged::Deny).await;
        let at = reach.hall.begin("seen").await;
        assert!(!reach.hall.mfa.challenge(at.0, &at.1).await.unwrap().offers.is_empty());
        reach.hall.entra.contacts.lock().unwrap().phones = vec![("mobile", "+46 709999999")];
        reach.hall.entra.contacts.lock().unwrap().email = None;
        let at = reach.hall.begin("changed").await;
        assert!(reach.hall.mfa.challenge(at.0, &at.1).await.unwrap().offers.is_empty(), "it has just changed");
        registers_nothing(&reach, &at, "a changed address raises the bar").await;

        reach.set(|settings| settings.kinds.retain(|kind| !kind.is_sent())).await;
        let at = reach.hall.begin("switched off").await;
        let challenge = reach.hall.mfa.challenge(at.0, &at.1).await.unwrap();
        assert!(!challenge.enrol.is_empty(), "codes are nobody's way here any more: {challenge:?}");
        reach.hall.mfa.begin_enrol_totp_for(at.0, &at.1).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_last_country_is_taken_from_the_list_only_when_it_is_meant() {
    on_each_database(async |db| {
        let reach = Reach::new(db).await;
        reach.set(|settings| settings.kinds = vec![Sms]).await;
        let at = reach.hall.begin("n-1").await;
        assert_eq!(reach.send(&at, Sms).await, Sending::Sent);
        let mfa = &reach.hall.mfa;
        let mut settings =
            mfa.provider(&mut reach.hall.db.store.read().await.unwrap(), reach.hall.tenant).await.unwrap().settings;
        settings.out_of_band.countries.clear();
        let may = reach.may(ChangeProvider { tenant: reach.hall.tenant });
        let update = ProviderUpdate { settings: Some(settings), ..ProviderUpdate::default() };
        let refused = mfa.put_provider(&may, update).await;
        assert!(matches!(refused, Err(MfaError::LastFactors { people: 1, .. })), "{refused:?}");
    })
    .await;
}
