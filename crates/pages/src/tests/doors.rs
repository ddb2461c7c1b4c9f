//! The doors to the console, against a real database: nobody comes in without signing in, and every page says so.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use directory::Directory;
use dirsync::Dirsync;
use dirsync::sources::TenantSources;
use graph::{HttpSettings, Pace, ProxySetting};
use http::{Request, StatusCode};
use kernel::{Actor, Env, Page, PageRequest, RequestId, Rng, Secret};
use mfa::Mfa;
use oidc::IssuerKeys;
use operators::permissions::CreateOperator;
use operators::{Config, Operators};
use provisioning::Provisioning;
use signals::{Signals, Webhooks};
use tenants::{Parts, Tenants};
use testkit::{Answer, Db, call, on_each_database};
use uuid::Uuid;
use web::{CsrfKey, Gate, Problem, Settings};

use crate::{Health, Job, JobCounts, JobState, Rooms, Server};

const PASSWORD: &str = "correct horse battery";

/// A server with one owner, `ada`, and a browser with its cookie.
struct Browser {
    router: Router,
    cookie: String,
}

impl Browser {
    async fn new(db: &Db) -> Self {
        let operators = Operators::new(db.store.clone(), db.env.clone(), Config::default());
        let organisation = operators.ensure_organisation().await.unwrap().id;
        let system = Actor::system("test", organisation, RequestId(Uuid::from_u128(1)));
        operators.create_owner(&system.may(CreateOperator {}).unwrap(), "ada", &Secret::from(PASSWORD)).await.unwrap();
        let gate = Gate::new(Arc::new(operators.clone()), CsrfKey::random(Rng::seeded(1)));
        let rooms = rooms(db, operators);
        let mut settings = Settings::new(db.env.clone(), gate);
        settings.problem_page = Some(Arc::new(crate::problem_page(&db.env)));
        Self { router: web::layers(crate::routes(rooms), settings), cookie: String::new() }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header("cookie", &self.cookie).header("accept", "text/html");
        call(&self.router, request.body(Body::empty()).unwrap()).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = fields.iter().fold(crate::address::Address::new(""), |body, (name, value)| body.with(name, *value));
        let request = Request::post(path)
            .header("cookie", &self.cookie)
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_string().trim_start_matches('?').to_owned()));
        let answer = call(&self.router, request.unwrap()).await;
        if let Some(cookie) = answer.headers.get("set-cookie") {
            self.cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        answer
    }

    async fn sign_in(&mut self) {
        let answer = self.post("/sign-in", &[("user_name", "ada"), ("password", PASSWORD)]).await;
        assert_eq!((answer.status, location(&answer)), (StatusCode::SEE_OTHER, "/"));
    }

    /// The token in the forms of a page.
    async fn csrf(&self, path: &str) -> String {
        let html = self.get(path).await.text();
        let (_, rest) = html.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

fn rooms(db: &Db, operators: Operators) -> Rooms {
    let tenants = Tenants::new(Parts {
        store: db.store.clone(),
        env: db.env.clone(),
        sealer: db.sealer.clone(),
        config: tenants::Config::default(),
        http: HttpSettings { proxy: ProxySetting::Direct, ..HttpSettings::default() },
        pace: Pace::virtual_time().0,
    });
    let tenants = tenants.unwrap();
    let sources = Arc::new(TenantSources(tenants.clone()));
    let directory = Directory::new(db.store.clone(), db.env.clone());
    let provisioning = Provisioning::new(provisioning::Parts {
        store: db.store.clone(),
        env: db.env.clone(),
        directory: directory.clone(),
        tenants: tenants.clone(),
        url: "http://127.0.0.1".into(),
    });
    let http = graph::http_client(&HttpSettings { proxy: ProxySetting::Direct, ..HttpSettings::default() }).unwrap();
    let mfa = Mfa::new(mfa::Parts {
        store: db.store.clone(),
        env: db.env.clone(),
        sealer: db.sealer.clone(),
        config: mfa::Config::default(),
        tenants: tenants.clone(),
        directory: directory.clone(),
        issuer_keys: IssuerKeys::new(http, db.env.clone()),
        url: "http://127.0.0.1".into(),
    });
    Rooms {
        provisioning,
        mfa,
        env: db.env.clone(),
        url: "http://127.0.0.1".into(),
        operators,
        directory,
        dirsync: Dirsync::new(db.store.clone(), db.env.clone(), sources),
        signals: Signals::new(db.store.clone()),
        webhooks: webhooks(db),
        tenants,
        server: Arc::new(NoServer(db.env.clone())),
    }
}

fn webhooks(db: &Db) -> Webhooks {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let parts = signals::webhooks::Parts {
        store: db.store.clone(),
        env: db.env.clone(),
        sealer: db.sealer.clone(),
        config: signals::Config::default(),
        objects: None,
        mailer: None,
        url: "http://127.0.0.1".into(),
    };
    Webhooks::new(parts).unwrap()
}

/// A server with nothing in it.
struct NoServer(Env);

#[async_trait]
impl Server for NoServer {
    async fn list_jobs(&self, _: &Actor, _: JobState, _: &PageRequest) -> Result<Page<Job>, Problem> {
        Ok(Page { items: Vec::new(), next: None })
    }
    async fn count_jobs(&self, _: &Actor) -> Result<JobCounts, Problem> {
        Ok(JobCounts::default())
    }
    async fn retry_job(&self, _: &Actor, _: Uuid) -> Result<(), Problem> {
        Ok(())
    }
    async fn discard_job(&self, _: &Actor, _: Uuid) -> Result<(), Problem> {
        Ok(())
    }
    async fn health(&self, _: &Actor) -> Result<Health, Problem> {
        Ok(Health { findings: Vec::new(), database: "a test".into(), database_size: 0, started: self.0.now() })
    }
}

fn location(answer: &Answer) -> &str {
    answer.headers.get("location").map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn strangers_are_sent_to_sign_in_and_come_back() {
    on_each_database(async |db| {
        let mut browser = Browser::new(&db).await;
        for path in ["/operators", "/dirsync/runs", "/directory/users", "/tenants", "/signals/audit"] {
            let answer = browser.get(path).await;
            let expected = format!("/sign-in?next={}", path.replace('/', "%2F").replace('-', "%2D"));
            assert_eq!((answer.status, location(&answer)), (StatusCode::SEE_OTHER, expected.as_str()));
        }
        let fields = [("user_name", "ada"), ("password", PASSWORD), ("next", "/operators")];
        assert_eq!(location(&browser.post("/sign-in", &fields).await), "/operators");
        assert!(browser.get("/operators").await.text().contains("ada (you)"));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_says_no_more_than_that() {
    on_each_database(async |db| {
        let mut browser = Browser::new(&db).await;
        for name in ["ada", "nobody"] {
            let answer = browser.post("/sign-in", &[("user_name", name), ("password", "wrong")]).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            assert!(answer.text().contains("The user name or the password is wrong"), "{}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_said_on_a_page() {
    on_each_database(async |db| {
        let mut browser = Browser::new(&db).await;
        let nowhere = browser.get("/nothing").await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
        assert!(nowhere.text().contains("<h1>Not found</h1>"), "{}", nowhere.text());
        browser.sign_in().await;
        let html = browser.get(&format!("/operators/{}", Uuid::from_u128(7))).await.text();
        assert!(html.contains("<h1>Not found</h1>") && html.contains("Sign out"), "{html}");
    })
    .await;
}

#[tokio::test]
async fn who_is_lost_in_a_sign_in_reads_the_way_on_and_keeps_the_window_that_an_application_opened() {
    on_each_database(async |db| {
        let browser = Browser::new(&db).await;
        let lost = browser.get(&format!("/mfa/prove/{}", Uuid::from_u128(1))).await;
        assert_eq!(lost.headers["cross-origin-opener-policy"], "unsafe-none");
        let html = lost.text();
        assert!(html.contains("<h1>This sign-in has ended</h1>") && html.contains("Allow cookies"), "{html}");
        assert!(!html.contains("href=\"/\""), "the console is not for them");
        let portal = browser.get("/me/nowhere/at/all").await;
        assert_eq!(portal.headers["cross-origin-opener-policy"], "same-origin");
        assert!(portal.text().contains("There is nothing here"));
    })
    .await;
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    on_each_database(async |db| {
        let mut browser = Browser::new(&db).await;
        browser.sign_in().await;
        let fields = [("label", "ci"), ("role", "auditor"), ("days", "30")];
        let forged = browser.post("/operators/tokens", &fields).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
        let csrf = browser.csrf("/operators/tokens/new").await;
        let made = browser.post("/operators/tokens", &[&fields[..], &[("csrf", &csrf)]].concat()).await;
        assert!(made.text().contains("Copy it now"), "{}", made.text());
        assert!(browser.get("/operators/tokens").await.text().contains("ci"));
    })
    .await;
}

#[tokio::test]
async fn an_invited_operator_chooses_a_password_and_is_in() {
    on_each_database(async |db| {
        let mut browser = Browser::new(&db).await;
        browser.sign_in().await;
        let csrf = browser.csrf("/operators/new").await;
        let fields = [("user_name", "grace"), ("role", "helpdesk"), ("csrf", &csrf)];
        let html = browser.post("/operators", &fields).await.text();
        let (_, rest) = html.split_once("/choose-password?token=").unwrap();
        let token: String =
            rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter)).collect();

        browser.cookie.clear();
        let shown = browser.get(&format!("/choose-password?token={token}")).await.text();
        assert!(shown.contains("For grace"), "{shown}");
        let choose = |repeat| [("token", token.as_str()), ("password", "a long enough one"), ("repeat", repeat)];
        let unlike = browser.post("/choose-password", &choose("another one")).await;
        assert_eq!(unlike.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unlike.text().contains("Was not repeated alike"));
        let chosen = browser.post("/choose-password", &choose("a long enough one")).await;
        assert_eq!((chosen.status, location(&chosen)), (StatusCode::SEE_OTHER, "/"));
        let refused = browser.get("/operators").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.text().contains("Not allowed"));
    })
    .await;
}

#[tokio::test]
async fn the_audit_trail_shows_who_signed_in_and_proves_itself() {
    on_each_database(async |db| {
        let mut browser = Browser::new(&db).await;
        browser.sign_in().await;
        let html = browser.get("/signals/audit").await.text();
        assert!(html.contains("Signed in") && html.contains("operator:ada"), "{html}");
        assert!(browser.get("/signals/audit/1").await.text().contains("Hash before"));
        assert_eq!(browser.get("/signals/audit/999").await.status, StatusCode::NOT_FOUND);
        let csrf = browser.csrf("/signals/audit").await;
        let verified = browser.post("/signals/audit/verify", &[("csrf", &csrf)]).await.text();
        assert!(verified.contains("The chain is whole"), "{verified}");
        let export = browser.get("/signals/audit/export?format=jsonl").await;
        assert!(export.text().lines().count() >= 2, "{}", export.text());
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    on_each_database(async |db| {
        let mut browser = Browser::new(&db).await;
        browser.sign_in().await;
        let csrf = browser.csrf("/operators").await;
        let (before, answer) = (browser.cookie.clone(), browser.post("/sign-out", &[("csrf", &csrf)]).await);
        assert_eq!(location(&answer), "/sign-in?done=signed-out");
        browser.cookie = before;
        assert_eq!(browser.get("/operators").await.status, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_their_hash() {
    on_each_database(async |db| {
        let browser = Browser::new(&db).await;
        let href = crate::assets::href("base.css");
        let answer = browser.get(&href).await;
        assert_eq!(answer.headers["content-type"], "text/css; charset=utf-8");
        assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
        let other = browser.get("/assets/000000000000/base.css").await;
        assert_eq!(other.headers["cache-control"], "no-cache");
        assert_eq!(browser.get("/assets/0/../Cargo.toml").await.status, StatusCode::NOT_FOUND);
        let worker = browser.get("/mfa/approve/worker.js").await;
        let head = ["content-type", "cache-control", "service-worker-allowed"].map(|name| worker.headers[name].clone());
        assert_eq!(head, ["text/javascript; charset=utf-8", "no-cache", "/mfa/approve"], "it keeps its address");
        assert!(worker.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    })
    .await;
}

#[tokio::test]
async fn the_portal_can_be_put_on_a_home_screen() {
    on_each_database(async |db| {
        let browser = Browser::new(&db).await;
        for path in ["/me", "/mfa/approve"] {
            let page = browser.get(path).await;
            assert!(page.text().contains(r#"<link rel="manifest" href="/me/app.webmanifest">"#), "{}", page.text());
            assert!(page.headers["content-security-policy"].to_str().unwrap().contains("manifest-src 'self'"));
        }
        let answer = browser.get("/me/app.webmanifest").await;
        assert_eq!(answer.headers["content-type"], "application/manifest+json");
        let app = answer.json();
        let told = ["name", "start_url", "scope", "display"].map(|name| app[name].as_str().unwrap());
        assert_eq!(told, ["My sign-in", "/me", "/", "standalone"]);
        for icon in app["icons"].as_array().unwrap() {
            let picture = browser.get(icon["src"].as_str().unwrap()).await;
            assert_eq!(picture.headers["content-type"], icon["type"].as_str().unwrap(), "{icon}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_page_of_the_navigation_opens_on_a_fresh_server() {
    on_each_database(async |db| {
        let mut browser = Browser::new(&db).await;
        browser.sign_in().await;
        let links = crate::layout::NAVIGATION.iter().flat_map(|(_, links)| links.iter()).map(|link| link.href);
        let others = [
            "/search?q=ada",
            "/dirsync/exceptions/new",
            "/dirsync/additions/new",
            "/tenants/connect",
            "/dirsync/plans?state=decided",
        ];
        let mut faults = Vec::new();
        for path in links.chain(others) {
            let answer = browser.get(path).await;
            if answer.status != StatusCode::OK {
                faults.push(format!("{path}: {} {}", answer.status, answer.text()));
            }
            faults.extend(super::strict::faults(&answer.text()).into_iter().map(|fault| format!("{path}: {fault}")));
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn every_list_can_be_turned_round_and_taken_along() {
    on_each_database(async |db| {
        let mut browser = Browser::new(&db).await;
        browser.sign_in().await;
        let lists = [
            ("/dirsync/runs", "kind,"),
            ("/dirsync/plans", "reason,"),
            ("/dirsync/conflicts", "id,"),
            ("/dirsync/exceptions", "name,"),
            ("/dirsync/additions", "mail,"),
            ("/tenants", "name,"),
            ("/operators", "user_name,"),
            ("/operators/tokens", "label,"),
            ("/operators/sessions", "operator,"),
            ("/server/jobs", "job,"),
        ];
        for (list, head) in lists {
            for order in ["", "?sort=state", "?sort=-state", "?sort=nonsense"] {
                let file = browser.get(&format!("{list}/export{order}")).await;
                let kind = file.headers.get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
                let found = (file.status, kind.as_deref());
                assert_eq!(found, (StatusCode::OK, Some("text/csv; charset=utf-8; header=present")), "{list}{order}");
                assert!(file.text().starts_with(head), "{list}: {}", file.text());
                assert_eq!(browser.get(&format!("{list}{order}")).await.status, StatusCode::OK, "{list}{order}");
            }
        }
        let usual = browser.get("/operators").await.text();
        assert!(usual.contains("aria-sort=\"ascending\"><a href=\"/operators?sort=-user_name\""), "{usual}");
        let turned = browser.get("/operators?sort=-user_name").await.text();
        assert!(turned.contains("aria-sort=\"descending\"><a href=\"/operators?sort=user_name\""), "{turned}");
    })
    .await;
}

#[tokio::test]
async fn somebody_is_looked_for_without_scripts_and_nothing_typed_is_lost() {
    on_each_database(async |db| {
        let mut browser = Browser::new(&db).await;
        browser.sign_in().await;
        let csrf = browser.csrf("/dirsync/exceptions/new").await;
        let source = Uuid::from_u128(7).to_string();
        let ask = |who| [("csrf", csrf.as_str()), ("source", &source), ("owner", "ada"), ("find_who", who)];
        let nobody = browser.post("/dirsync/exceptions/find", &ask("zzz")).await;
        assert_eq!(nobody.status, StatusCode::OK);
        assert!(nobody.text().contains("Nothing of this name") && nobody.text().contains("value=\"ada\""));
        let id = Uuid::from_u128(9).to_string();
        let unknown = browser.post("/dirsync/exceptions/find", &ask(&id)).await.text();
        assert!(unknown.contains(&format!("value=\"user:{id}\"")), "{unknown}");
        assert!(unknown.contains("A person that is not in the directory"), "{unknown}");
        let faults = super::strict::faults(&unknown);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    })
    .await;
}
