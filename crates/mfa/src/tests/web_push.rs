//! A browser that is told of a sign-in while its page is closed: what its push service gets, and what follows from the answer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Role, Secret, Timestamp};
use serde_json::Value;
use signals::webhooks::guard::Errand;
use signals::webhooks::post::guarded_client;
use store::worker::Worker;
use testkit::{Db, on_each_database, operator};

use super::push::Stage;
use super::reach::here;
use crate::outlet::Outlet;
use crate::permissions::{ReadMfa, RemoveBrowser, RemoveFactor};
use crate::providers::ProviderUpdate;
use crate::push::web::{Language, Receiver, Subscribed, Subscription, WebPush};
use crate::push::{Agreed, PushDevice};
use crate::settings::Settings;
use crate::{Mfa, MfaError};

/// What a push service was sent.
struct Told {
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// A push service: what it was sent, and what it will answer; otherwise it takes everything.
#[derive(Default)]
struct Service {
    told: Vec<Told>,
    answers: VecDeque<(u16, Option<&'static str>)>,
}

/// Mia's telephone, in which she agrees, and its push service.
struct Scene {
    stage: Stage,
    service: Arc<Mutex<Service>>,
    url: String,
    browser: Receiver,
    page: Secret<String>,
}

impl Scene {
    async fn new(db: Db) -> Self {
        let mut stage = Stage::new(db).await;
        let networks = vec!["127.0.0.0/8".to_owned()];
        let config = signals::Config { webhook_networks: networks, ..signals::Config::default() };
        let (http, guard) = guarded_client(&config, Errand::WebPush).unwrap();
        stage.hall.mfa = stage.hall.mfa.clone().with_outlet(Outlet::new(http, guard));
        let service = Arc::<Mutex<Service>>::default();
        let url = listen(service.clone()).await;
        let page = stage.open(&stage.phone).await.unwrap();
        Self { stage, service, url, browser: Receiver::new([7; 16]), page }
    }

    fn mfa(&self) -> &Mfa {
        &self.stage.hall.mfa
    }

    fn now(&self) -> Timestamp {
        self.stage.hall.db.env.now()
    }

    fn pass(&self, seconds: u64) {
        self.stage.hall.db.hand.advance(Duration::from_secs(seconds));
    }

    fn subscription(&self) -> Subscription {
        self.browser.subscription(&format!("{}/push/a-secret-place", self.url))
    }

    async fn subscribe(&self, language: Language) {
        let subscribed = self.mfa().tell_when_closed(&self.page, &self.subscription(), language, &here()).await;
        assert_eq!(subscribed.unwrap(), Subscribed::Yes);
    }

    async fn web_push(&self) -> Option<WebPush> {
        let approver = self.mfa().approver(&self.page).await.unwrap();
        self.mfa().web_push_of(&approver).await.unwrap()
    }

    async fn is_on(&self) -> bool {
        self.web_push().await.unwrap().on
    }

    /// Does every job that is due; returns how often the push service was called so far.
    async fn work(&self) -> usize {
        let (store, env) = (self.stage.hall.db.store.clone(), self.stage.hall.db.env.clone());
        Worker::new(store, env, "node-1".to_owned(), self.mfa().handlers()).run_due().await.unwrap();
        self.service.lock().unwrap().told.len()
    }

    fn will_answer(&self, status: u16, retry_after: Option<&'static str>) {
        self.service.lock().unwrap().answers.push_back((status, retry_after));
    }

    /// What the browser makes of what it was told last.
    fn read(&self) -> Value {
        let service = self.service.lock().unwrap();
        serde_json::from_slice(&self.browser.read(&service.told.last().unwrap().body).unwrap()).unwrap()
    }

    async fn set(&self, change: impl FnOnce(&mut Settings)) {
        let hall = &self.stage.hall;
        let mut tx = hall.db.store.read().await.unwrap();
        let mut settings = hall.mfa.provider(&mut tx, hall.tenant).await.unwrap().settings;
        drop(tx);
        change(&mut settings);
        hall.set(ProviderUpdate { settings: Some(settings), ..ProviderUpdate::default() }).await;
    }

    async fn rows(&self, sql: &'static str) -> u64 {
        self.stage.hall.db.store.read().await.unwrap().count(sql, Vec::new()).await.unwrap()
    }

    async fn subscriptions(&self) -> u64 {
        self.rows("SELECT COUNT(*) AS n FROM mfa_push_subscriptions").await
    }

    /// The browser in which Mia agrees.
    async fn device(&self) -> PushDevice {
        self.mfa().approver(&self.page).await.unwrap().device
    }
}

async fn listen(service: Arc<Mutex<Service>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let take = async move |uri: Uri, headers: HeaderMap, body: Bytes| {
        let mut service = service.lock().unwrap();
        service.told.push(Told { path: uri.path().to_owned(), headers, body: body.to_vec() });
        let (status, retry_after) = service.answers.pop_front().unwrap_or((201, None));
        let mut headers = HeaderMap::new();
        if let Some(wait) = retry_after {
            headers.insert("retry-after", wait.parse().unwrap());
        }
        (StatusCode::from_u16(status).unwrap(), headers)
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
    url
}

/// What a push service verifies (RFC 8292 §4): the token is signed by the key that browsers subscribed with, and for it.
fn claims(authorization: &str, key: &str) -> Value {
    let token = authorization.strip_prefix("vapid t=").unwrap();
    let (token, shown) = token.split_once(", k=").unwrap();
    assert_eq!(shown, key);
    let (text, signature) = token.rsplit_once('.').unwrap();
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(key));
    public.verify(text.as_bytes(), &bytes(signature)).unwrap();
    let (head, claims) = text.split_once('.').unwrap();
    let head: Value = serde_json::from_slice(&bytes(head)).unwrap();
    assert_eq!((&head["typ"], &head["alg"]), (&"JWT".into(), &"ES256".into()));
    serde_json::from_slice(&bytes(claims)).unwrap()
}

#[tokio::test]
async fn a_browser_that_asked_for_it_is_told_of_a_sign_in_and_of_nothing_else() {
    on_each_database(async |db| {
        let scene = Scene::new(db).await;
        let offered = scene.web_push().await.unwrap();
        assert!(!offered.on);
        scene.stage.asked().await;
        assert_eq!(scene.work().await, 0, "nobody asked for it");
        scene.subscribe(Language::English).await;
        assert_eq!(scene.web_push().await, Some(WebPush { on: true, ..offered.clone() }));
        let (_, number) = scene.stage.asked().await;
        scene.pass(20);
        assert_eq!(scene.work().await, 1);
        {
            let service = scene.service.lock().unwrap();
            let told = &service.told[0];
            assert_eq!(told.path, "/push/a-secret-place");
            let parts = ["urgency", "topic", "content-encoding", "content-type"].map(|name| told.header(name));
            assert_eq!(parts, ["high", "sign-in", "aes128gcm", "application/octet-stream"]);
            assert_eq!(told.header("ttl"), "250", "as long as the sign-in waits");
            let claims = claims(told.header("authorization"), &offered.key);
            assert_eq!(claims["aud"], scene.url.as_str());
            assert_eq!(claims["sub"], "https://hall.example");
            let (until, now) = (claims["exp"].as_i64().unwrap(), scene.now().seconds());
            assert!(until > now && until <= now + 24 * 3_600, "{claims}");
        }
        let read = scene.read();
        assert_eq!((&read["title"], &read["lang"]), (&"Is this you?".into(), &"en".into()));
        for secret in [number.as_str(), "mia", "Contoso", "192.0.2.7"] {
            assert!(!read.to_string().contains(secret), "{secret} is in {read}");
        }
        scene.pass(60);
        assert_eq!(scene.work().await, 1, "once");
        assert_eq!(scene.stage.events("mfa.web_push_added").await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_answered_or_over_before_its_turn_is_not_told_and_asking_again_changes_what_it_is_told_in() {
    on_each_database(async |db| {
        let scene = Scene::new(db).await;
        scene.subscribe(Language::English).await;
        scene.subscribe(Language::German).await;
        assert_eq!(scene.stage.events("mfa.web_push_added").await, 1, "it is the same browser");
        let (_, number) = scene.stage.asked().await;
        let push = scene.stage.waiting(&scene.page).await[0];
        assert_eq!(scene.stage.agree(&scene.page, push, &number).await, Agreed::Yes);
        assert_eq!(scene.work().await, 0, "the open page was quicker");
        scene.stage.asked().await;
        scene.pass(270);
        assert_eq!(scene.work().await, 0, "too late");
        scene.stage.asked().await;
        assert_eq!(scene.work().await, 1);
        assert_eq!((&scene.read()["title"], &scene.read()["lang"]), (&"Sind Sie das?".into(), &"de".into()));
        scene.mfa().tell_no_longer(&scene.page, &here()).await.unwrap();
        scene.mfa().tell_no_longer(&scene.page, &here()).await.unwrap();
        assert_eq!((scene.is_on().await, scene.subscriptions().await), (false, 0));
        assert_eq!(scene.stage.events("mfa.web_push_removed").await, 1);
        scene.stage.asked().await;
        assert_eq!(scene.work().await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_busy_push_service_is_asked_again_while_the_sign_in_waits_and_not_before_it_says() {
    on_each_database(async |db| {
        let scene = Scene::new(db).await;
        scene.subscribe(Language::English).await;
        scene.stage.asked().await;
        scene.will_answer(429, Some("30"));
        scene.will_answer(503, None);
        assert_eq!(scene.work().await, 1);
        scene.pass(29);
        assert_eq!(scene.work().await, 1, "it asked for half a minute");
        scene.pass(1);
        assert_eq!(scene.work().await, 2);
        scene.pass(30);
        assert_eq!(scene.work().await, 3, "and takes it");
        assert_eq!(scene.service.lock().unwrap().told[2].header("ttl"), "210");
        scene.stage.asked().await;
        scene.will_answer(503, Some("3600"));
        assert_eq!(scene.work().await, 4);
        scene.pass(3_600);
        assert_eq!(scene.work().await, 4, "then it is of no use");
        scene.stage.asked().await;
        scene.will_answer(400, None);
        assert_eq!(scene.work().await, 5);
        scene.pass(60);
        assert_eq!(scene.work().await, 5, "what is refused is not repeated");
        assert!(scene.is_on().await);
        assert_eq!(
            scene
                .rows("SELECT COUNT(*) AS n FROM store_jobs WHERE kind = 'mfa.send_web_push' AND state <> 'done'")
                .await,
            0
        );
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_its_push_service_knows_no_more_is_told_no_more() {
    on_each_database(async |db| {
        let scene = Scene::new(db).await;
        for (count, status) in [(1, 404), (2, 410)] {
            scene.subscribe(Language::English).await;
            let (at, number) = scene.stage.asked().await;
            scene.will_answer(status, None);
            assert_eq!(scene.work().await, count);
            assert_eq!((scene.is_on().await, scene.subscriptions().await), (false, 0), "{status}");
            assert_eq!(scene.stage.events("mfa.web_push_removed").await, count);
            let push = scene.stage.waiting(&scene.page).await[0];
            assert_eq!(scene.stage.agree(&scene.page, push, &number).await, Agreed::Yes, "the page does as ever");
            scene.stage.finish(&at).await.unwrap();
        }
        scene.stage.asked().await;
        assert_eq!(scene.work().await, 2);
    })
    .await;
}

#[tokio::test]
async fn nobody_sends_this_server_where_it_has_no_business() {
    on_each_database(async |db| {
        let scene = Scene::new(db).await;
        let (mfa, long) = (scene.mfa(), format!("https://push.example/{}", "a".repeat(3_000)));
        for endpoint in [
            "",
            "push",
            "http://push.example/1",
            "https://10.0.0.8/1",
            "https://169.254.169.254/latest/meta-data",
            "https://[::ffff:192.168.0.1]/1",
            "https://user@push.example/1",
            "file:///etc/passwd",
            long.as_str(),
        ] {
            let subscription = scene.browser.subscription(endpoint);
            let taken = mfa.tell_when_closed(&scene.page, &subscription, Language::English, &here()).await.unwrap();
            assert!(matches!(taken, Subscribed::NotTaken { .. }), "{endpoint}: {taken:?}");
        }
        let unreadable = Subscription { p256dh: "BCVx".into(), ..scene.subscription() };
        let taken = mfa.tell_when_closed(&scene.page, &unreadable, Language::English, &here()).await;
        assert!(matches!(taken, Err(MfaError::Invalid(_))), "{taken:?}");
        for stranger in ["", "nonsense", "00000000-0000-0000-0000-000000000001.x"].map(Secret::from) {
            let taken = mfa.tell_when_closed(&stranger, &scene.subscription(), Language::English, &here()).await;
            assert!(matches!(taken, Err(MfaError::SignedOut)), "{taken:?}");
            assert!(matches!(mfa.tell_no_longer(&stranger, &here()).await, Err(MfaError::SignedOut)));
        }
        assert_eq!((scene.subscriptions().await, scene.stage.events("mfa.web_push_added").await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn administrators_switch_it_off_for_a_tenant() {
    on_each_database(async |db| {
        let scene = Scene::new(db).await;
        scene.subscribe(Language::English).await;
        scene.stage.asked().await;
        scene.set(|settings| settings.web_push = false).await;
        assert_eq!(scene.work().await, 0, "also what was on its way");
        assert_eq!(scene.web_push().await, None, "it is not offered");
        let taken = scene.mfa().tell_when_closed(&scene.page, &scene.subscription(), Language::English, &here()).await;
        assert!(matches!(taken, Err(MfaError::Conflict(_))), "{taken:?}");
        scene.stage.asked().await;
        assert_eq!(scene.work().await, 0);
        scene.set(|settings| settings.web_push = true).await;
        assert!(scene.is_on().await);
        scene.stage.asked().await;
        assert_eq!(scene.work().await, 1);
    })
    .await;
}

#[tokio::test]
async fn it_stands_beside_the_browser_stays_when_that_is_chosen_anew_and_goes_with_it() {
    on_each_database(async |db| {
        let mut scene = Scene::new(db).await;
        scene.subscribe(Language::English).await;
        let (mfa, hall) = (scene.mfa().clone(), &scene.stage.hall);
        let since = Some(hall.db.env.now());
        let account = mfa.approver(&scene.page).await.unwrap().account();
        let owner = operator(hall.db.organisation, Role::Owner);
        let listed = async || mfa.list_browsers(&owner.may(ReadMfa {}).unwrap(), account).await.unwrap();
        assert_eq!(listed().await[0].web_push_since, since);
        scene.stage.keep(&scene.stage.phone, false, true).await;
        scene.page = scene.stage.open(&scene.stage.phone).await.unwrap();
        assert_eq!((listed().await[0].web_push_since, scene.subscriptions().await), (since, 1));
        scene.stage.asked().await;
        assert_eq!(scene.work().await, 1);
        assert_eq!(scene.read()["title"], "Is this you?", "it can still be read");
        let device = scene.device().await.id;
        mfa.remove_browser(&owner.may(RemoveBrowser { account, device }).unwrap(), "sold").await.unwrap();
        assert_eq!(scene.subscriptions().await, 0);
        scene.stage.keep(&scene.stage.phone, false, true).await;
        scene.page = scene.stage.open(&scene.stage.phone).await.unwrap();
        assert!(!scene.is_on().await, "whoever begins anew asks for it anew");
        scene.subscribe(Language::English).await;
        mfa.reset(&owner.may(RemoveFactor { account, factor: None }).unwrap(), "lost").await.unwrap();
        assert_eq!(scene.subscriptions().await, 0);
    })
    .await;
}

#[tokio::test]
async fn nothing_that_a_browser_handed_out_stands_anywhere_in_the_open() {
    on_each_database(async |db| {
        let scene = Scene::new(db).await;
        scene.subscribe(Language::English).await;
        scene.stage.asked().await;
        scene.work().await;
        let Subscription { p256dh, auth, .. } = scene.subscription();
        let secrets = ["a-secret-place", p256dh.expose().as_str(), auth.expose().as_str()];
        let mut tx = scene.stage.hall.db.store.read().await.unwrap();
        for sql in [
            "SELECT subscription AS bytes, service AS text FROM mfa_push_subscriptions",
            "SELECT private_key AS bytes, 'key' AS text FROM mfa_push_keys",
            "SELECT NULL AS bytes, payload AS text FROM store_jobs",
            "SELECT NULL AS bytes, after AS text FROM signals_log",
        ] {
            let rows = tx.all(sql, Vec::new()).await.unwrap();
            assert!(!rows.is_empty(), "{sql}");
            for row in rows {
                let mut line = row.get::<Option<String>>("text").unwrap().unwrap_or_default().into_bytes();
                if !sql.starts_with("SELECT NULL") {
                    line.extend(row.get::<Vec<u8>>("bytes").unwrap());
                }
                for secret in secrets {
                    let is_there = line.windows(secret.len()).any(|window| window == secret.as_bytes());
                    assert!(!is_there, "{sql} shows {secret}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn two_nodes_that_need_the_servers_key_at_once_take_one() {
    on_each_database(async |db| {
        let scene = Scene::new(db).await;
        let (one, two) = tokio::join!(Box::pin(scene.web_push()), Box::pin(scene.web_push()));
        assert!(one.is_some());
        assert_eq!(one, two);
        assert_eq!(scene.web_push().await, one);
        assert_eq!(scene.rows("SELECT COUNT(*) AS n FROM mfa_push_keys").await, 1);
    })
    .await;
}
