//! Codes that are sent: by a real mail server's protocol, and by a gateway on this machine.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use e2e::world::Ground;
use e2e::{World, http};
use serde_json::{Value, json};
use testkit::MailServer;

use super::stage::{Stage, amr};
use super::walker::{Page, Walker};

type Told = Arc<Mutex<Vec<Value>>>;

/// A gateway that keeps what it is told, and calls messages `m-1`, `m-2`, …
async fn gateway() -> (String, Told) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/messages", listener.local_addr().expect("an address"));
    let told = Told::default();
    let kept = told.clone();
    let take = async move |body: Bytes| {
        let mut kept = kept.lock().unwrap();
        kept.push(serde_json::from_slice(&body).expect("the gateway is told JSON"));
        format!(r#"{{"message": {{"id": "m-{}"}}}}"#, kept.len())
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/messages", post(take))).await });
    (url, told)
}

pub(super) fn digits(text: &str) -> String {
    let from = text.find(|letter: char| letter.is_ascii_digit()).expect("there is a code");
    text[from..].chars().take_while(char::is_ascii_digit).collect()
}

/// What is written, without headers.
pub(super) fn text_of(letter: &str) -> &str {
    letter.split_once("\r\n\r\n").expect("a letter has a text").1
}

async fn put(world: &World, path: &str, body: Value) -> Value {
    http::good(path, world.ask("PUT", path, body).await)
}

/// The person has addresses in Entra.
pub(super) async fn reachable(world: &World, name: &str) {
    let path = format!("tenants/default/users/{}/methods", e2e::entra::address(name));
    let contact = json!({ "email": format!("{name}@home.example"), "phones": { "mobile": "+46 701234567" } });
    world.entra.call("PUT", &path, contact).await;
}

/// The tenant's administrator consents, and the feature is chosen here.
pub(super) async fn grant(world: &World) {
    let path = format!("tenants/default/apps/{}/consent", world.entra.running.client_id);
    let permissions = json!({ "permissions": ["UserAuthenticationMethod.Read.All"] });
    world.entra.call("POST", &path, permissions).await;
    let path = format!("tenants/{}", world.tenant);
    let tenant = world.get(&path).await;
    let features = json!(["users", "groups", "out_of_band"]);
    http::good(&path, world.ask("PATCH", &path, json!({ "version": tenant["version"], "features": features })).await);
    world.post(&format!("{path}/probe"), Value::Null).await;
}

async fn to_page(stage: &Stage<'_>, walker: &mut Walker) -> Page {
    walker.forget();
    stage.to_our_page(walker, "p1").await
}

#[tokio::test]
async fn a_code_is_sent_where_it_was_granted_and_lets_the_person_in() {
    testkit::on_each_database(async |db| {
        let mail = MailServer::start().await.expect("a mail server");
        let world = World::with_mail(Ground::of(&db), 1, mail.port).await;
        let (stage, mut walker) = (Stage::new(&world).await, Walker::new());
        let ledger = format!("mfa/providers/{}/out-of-band", world.tenant);
        reachable(&world, "p1").await;

        let page = to_page(&stage, &mut walker).await;
        assert!(!page.html.contains("/send\""), "nothing is offered that would fail: {}", page.html);
        let view = world.get(&ledger).await;
        assert_eq!((&view["consent"], &view["mail"]), (&"not_chosen".into(), &true.into()), "{view:#}");
        assert!(view["consent_url"].as_str().is_some_and(|url| url.contains("/adminconsent")), "{view:#}");

        grant(&world).await;
        assert_eq!(world.get(&ledger).await["consent"], "granted");
        let page = to_page(&stage, &mut walker).await;
        assert!(page.html.contains("p•••@h•••.example") && !page.html.contains("home.example"), "{}", page.html);
        let sent = walker.post(&page.form("/send")).await;
        assert_eq!((sent.status, mail.arrived().len()), (200, 1), "{}", sent.html);
        let soon = walker.post(&sent.form("/send")).await;
        assert_eq!((soon.status, mail.arrived().len()), (422, 1), "not at once again: {}", soon.html);
        let letter = mail.arrived().pop().expect("a letter").raw;
        let code = digits(text_of(&letter));
        let wrong =
            walker.post(&soon.form("/code").with("code", if code == "000000" { "111111" } else { "000000" })).await;
        assert_eq!(wrong.status, 422);
        // The log lists by time.
        world.advance(Duration::from_millis(1));
        let back = walker.post(&wrong.form("/code").with("code", &code)).await;
        walker.post(&back.form("externalauthprovider")).await;
        let claims = stage.claims(&mut walker).await;
        assert!(amr(&claims).contains(&"mfa") && amr(&claims).contains(&"otp"), "{claims:#}");
        let attempt = stage.last_attempt().await;
        assert_eq!((&attempt["outcome"], &attempt["factor_kind"]), (&"passed".into(), &"email".into()), "{attempt:#}");

        let late = to_page(&stage, &mut walker).await;
        let again = walker.post(&late.form("/send").with("way", "email")).await;
        assert_eq!(again.status, 422, "another sign-in is the same person: {}", again.html);
        world.advance(Duration::from_secs(31));
        let sent = walker.post(&again.form("/send")).await;
        assert_eq!(walker.post(&sent.form("/code").with("code", &code)).await.status, 422, "it was the other one's");
        world.prove_audit().await;
        world.node.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_text_message_leaves_by_the_gateway_until_the_money_is_spent() {
    World::on_each(1, async |world| {
        let (stage, mut walker) = (Stage::new(world).await, Walker::new());
        let (url, told) = gateway().await;
        reachable(world, "p1").await;
        grant(world).await;
        let provider = format!("mfa/providers/{}", world.tenant);
        let body = r#"{"to": "{to}", "text": "{text}", "key": "{secret}"}"#;
        let template = json!({ "url": url, "body": body, "price": 30 });
        let set = json!({ "template": template, "secret": "s3cret" });
        let shown = put(world, &format!("{provider}/gateways/sms"), set).await;
        assert_eq!((&shown["has_secret"], shown.to_string().contains("s3cret")), (&true.into(), false));
        let plain = json!({ "template": { "url": "http://gateway.example/send", "body": body } });
        let refused = world.ask("PUT", &format!("{provider}/gateways/voice"), plain).await;
        assert_eq!(refused.status, 400, "{:#}", refused.body);
        put(world, &provider, json!({ "settings": { "out_of_band": { "countries": ["SE"], "daily_spend": 50 } } }))
            .await;

        let page = to_page(&stage, &mut walker).await;
        assert!(page.html.contains("+46 •••67") && !page.html.contains("701234567"), "{}", page.html);
        let sent = walker.post(&page.form("/send")).await;
        assert_eq!(sent.status, 200, "{}", sent.html);
        let message = told.lock().unwrap()[0].clone();
        assert_eq!((&message["to"], &message["key"]), (&"+46701234567".into(), &"s3cret".into()));
        let code = digits(message["text"].as_str().expect("a text"));
        let back = walker.post(&sent.form("/code").with("code", &code)).await;
        walker.post(&back.form("externalauthprovider")).await;
        let claims = stage.claims(&mut walker).await;
        assert!(amr(&claims).contains(&"mfa") && amr(&claims).contains(&"sms"), "{claims:#}");

        world.advance(Duration::from_secs(31));
        let page = to_page(&stage, &mut walker).await;
        let spent = walker.post(&page.form("/send")).await;
        assert_eq!((spent.status, told.lock().unwrap().len()), (422, 1), "{}", spent.html);
        let view = world.get(&format!("{provider}/out-of-band")).await;
        assert!(view["capped_at"].is_string() && view["spent_today"] == 30, "{view:#}");
        assert_eq!(world.count_events("mfa.spend_cap_reached").await, 1);
        let path = format!("{provider}/gateways/sms");
        assert_eq!(world.ask("DELETE", &path, Value::Null).await.status, 204);
        assert!(!to_page(&stage, &mut walker).await.html.contains("/send\""), "nobody delivers any more");
    })
    .await;
}

/// What a gateway tells at an address, as a form; how it is answered.
async fn tell(address: &str, told: &str) -> u16 {
    let post = http::client().post(address).header("content-type", "application/x-www-form-urlencoded");
    post.body(told.to_owned()).send().await.expect("an answer").status().as_u16()
}

/// A page of the console.
async fn console(world: &World, path: &str) -> String {
    let page = http::client().get(format!("{}{path}", world.node.url)).bearer_auth(&world.token);
    page.header("accept", "text/html").send().await.expect("an answer").text().await.expect("a page")
}

#[tokio::test]
async fn a_receipt_of_the_gateway_tells_what_became_of_a_message() {
    World::on_each(1, async |world| {
        let (stage, mut walker) = (Stage::new(world).await, Walker::new());
        let (url, _) = gateway().await;
        reachable(world, "p1").await;
        grant(world).await;
        let provider = format!("mfa/providers/{}", world.tenant);
        let here = format!("{provider}/gateways/sms");
        put(world, &provider, json!({ "settings": { "out_of_band": { "countries": ["SE"] } } })).await;
        let template = json!({ "url": url, "body": r#"{"to": "{to}", "text": "{text}"}"# });
        put(world, &here, json!({ "template": template })).await;
        let off = world.ask("POST", &format!("{here}/receipt-address"), Value::Null).await;
        assert_eq!(off.status, 409, "nobody is listened to unasked: {:#}", off.body);
        let receipts = json!({ "answer_id": "/message/id", "id": "id", "status": "status", "reason": "why",
            "delivered": ["delivered"], "failed": ["expired"] });
        put(world, &here, json!({ "template": template, "receipts": receipts })).await;
        let made = world.post(&format!("{here}/receipt-address"), Value::Null).await;
        let token = made["url"].as_str().and_then(|url| url.rsplit('/').next()).expect("an address").to_owned();
        let address = format!("{}/api/v1/mfa/receipts/{token}", world.node.url);

        for _ in 0..2 {
            let page = to_page(&stage, &mut walker).await;
            let sent = walker.post(&page.form("/send")).await;
            assert_eq!(sent.status, 200, "{}", sent.html);
            world.advance(Duration::from_secs(31));
        }
        let messages = async || world.get("mfa/messages").await["items"].clone();
        let told = messages().await.to_string();
        assert!(!told.contains("701234567") && told.contains("+46 •••67"), "{told}");

        let stranger = format!("{}x", &address[..address.len() - 1]);
        assert_eq!(tell(&stranger, "id=m-1&status=delivered").await, 404);
        let telling = [
            "id=m-9&status=delivered",
            "{",
            "id=m-2&status=expired&why=no+answer+of+%2B46701234567",
            "id=m-2&status=delivered",
        ];
        for told in telling {
            assert_eq!(tell(&address, told).await, 204, "the answer says nothing: {told}");
        }
        let in_query = http::client().get(format!("{address}?id=m-1&status=DELIVERED")).send().await;
        assert_eq!(in_query.expect("an answer").status(), 204);
        assert_eq!(tell(&address, &"x".repeat(70_000)).await, 400);
        let all = messages().await;
        let states = [&all[0]["state"], &all[1]["state"]];
        assert_eq!(states, ["failed", "delivered"], "{all:#}");
        assert_eq!(all[0]["detail"], "the gateway told expired, no answer of •••", "{all:#}");
        let failed = world.get("mfa/messages?state=failed&way=sms").await;
        assert_eq!(failed["items"].as_array().map(Vec::len), Some(1), "{failed:#}");
        let attempt = stage.last_attempt().await;
        assert_eq!((&attempt["outcome"], &attempt["reason"]), (&"error".into(), &"code_not_delivered".into()));
        let shown = console(world, &format!("/second-factor/attempts/{}", attempt["id"].as_str().unwrap())).await;
        assert!(shown.contains("expired, no answer of •••"), "{shown}");
        assert!(console(world, "/second-factor/messages?state=failed").await.contains("+46 •••67"));
    })
    .await;
}
