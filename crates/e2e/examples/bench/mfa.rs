//! A second factor from Entra's question to our answer against the signature and the verification that it cannot do
//! without; one-time codes; both at two sizes.
//!
//! The service is called as its routes call it, by tasks as a server has them, sixteen people at a time. What is counted is
//! this process's processor time, and PostgreSQL's beside it is not. Hints are signed beforehand, outside what is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use graph::Pace;
use kernel::{Actor, Role, Secret, Timestamp};
use mfa::authorize::Begun;
use mfa::factors::Shown;
use mfa::import::{ImportFormat, ImportRequest};
use mfa::permissions::{ChangeProvider, ImportFactors};
use mfa::prove::Proved;
use mfa::providers::ProviderUpdate;
use mfa::{Origin, ProviderState, TransactionId};
use oidc::{NewSigningKey, PublicKeyEntry, SigningKey};
use serde_json::{Map, Value, json};
use store::{Backend, Settings, Store};
use tenants::TenantId;
use tenants::connect::NewTenant;
use tenants::permissions::ConnectTenant;
use testkit::{Db, operator};
use tokio::task::JoinSet;
use url::form_urlencoded;
use uuid::Uuid;
use vestibule::keys::{KeyOrigin, Ring};
use vestibule::{App, Config, Outside};

use super::{flag, process};

/// Turns of each side.
const TURNS: usize = 10;
/// Calls of a turn.
const CALLS: usize = 100;
/// People of one import.
const PORTION: usize = 10_000;
/// People who sign in at a time.
const AT_ONCE: usize = 16;
const TENANT: Uuid = Uuid::from_u128(0x7e);
const APP: Uuid = Uuid::from_u128(0xa99);

/// Entra, as far as it is needed: one published key.
struct Entra {
    base: String,
    key: SigningKey,
    public: Value,
}

impl Entra {
    async fn start() -> anyhow::Result<Self> {
        let now = testkit::START;
        let new = NewSigningKey::make("Entra", now, now.plus(Duration::from_hours(24 * 365)))?;
        let public = PublicKeyEntry::of(&new.certificate)?.jwk;
        let keys = json!({ "keys": [&public] }).to_string();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let router = Router::new().route(&format!("/{TENANT}/discovery/v2.0/keys"), get(async move || keys.clone()));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { base, key: SigningKey::open(&new.private, &new.certificate)?, public: serde_json::to_value(public)? })
    }

    fn hint(&self, person: Uuid, nonce: &str, now: Timestamp) -> anyhow::Result<String> {
        Ok(self.key.sign(&json!({
            "ver": "2.0", "iss": format!("{}/{TENANT}/v2.0", self.base), "tid": TENANT, "oid": person, "aud": APP,
            "sub": person, "iat": now.seconds(), "nbf": now.seconds(), "exp": now.seconds() - 1, "uti": nonce,
            // As it is known from the import: somebody who has signed in before.
            "preferred_username": person,
        }))?)
    }

    /// What Entra's page posts about a person.
    fn form(&self, client_id: &str, person: Uuid, nonce: &str, now: Timestamp) -> anyhow::Result<Vec<u8>> {
        let claims = r#"{"id_token":{"acr":{"values":["possessionorinherence"]},"amr":{"values":["otp","fido"]}}}"#;
        let redirect = format!("{}/common/federation/externalauthprovider", self.base);
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("scope", "openid").append_pair("response_type", "id_token");
        form.append_pair("response_mode", "form_post").append_pair("client_id", client_id);
        form.append_pair("redirect_uri", &redirect).append_pair("nonce", nonce).append_pair("state", nonce);
        form.append_pair("id_token_hint", &self.hint(person, nonce, now)?).append_pair("claims", claims);
        Ok(form.finish().into_bytes())
    }
}

/// A server whose people have an authenticator app each.
struct Side {
    app: App,
    db: Db,
    tenant: TenantId,
    client_id: String,
    people: usize,
    nonces: AtomicUsize,
}

/// What Entra asks, of whom.
type Request = (usize, Vec<u8>);
/// A sign-in that waits for a code.
type Waiting = (usize, TransactionId, Secret<String>);

impl Side {
    async fn with_people(backend: Backend, entra: &Entra, people: usize) -> anyhow::Result<Self> {
        let db = Db::new(backend).await?;
        let store = Store::open(&Settings::new(&db.url)).await?;
        let ring = Ring::of(&[Secret::from("07".repeat(32).as_str())], KeyOrigin::Written, &db.env.rng)?;
        let mut config = Config::default();
        config.web.public_url = Some("https://bench.example".to_owned());
        let outside = Outside { env: db.env.clone(), pace: Pace::virtual_time().0 };
        let app = App::over(config, outside, store, ring)?;
        let owner = operator(db.organisation, Role::Owner);
        let (tenant, client_id) = connect(&app, &owner, entra).await?;
        for from in (0..people).step_by(PORTION) {
            let text = list(from..(from + PORTION).min(people));
            let request = ImportRequest {
                format: ImportFormat::Csv,
                text: Secret::new(text),
                key: None,
                people: std::collections::BTreeMap::new(),
                skip_errors: false,
            };
            let report = app.mfa.import_factors(&owner.may(ImportFactors { tenant })?, &request).await?;
            anyhow::ensure!(report.written && report.errors == 0, "{} lines were refused", report.errors);
        }
        Ok(Self { app, db, tenant, client_id, people, nonces: AtomicUsize::new(0) })
    }

    /// Entra's next requests about so many people, each another one, spread over all.
    fn requests(&self, entra: &Entra, count: usize) -> anyhow::Result<Vec<Request>> {
        let now = self.db.env.now();
        let one = |_| {
            let number = self.nonces.fetch_add(1, Ordering::Relaxed);
            let who = (number * 7_919) % self.people;
            Ok((who, entra.form(&self.client_id, person(who), &format!("nonce-{number}"), now)?))
        };
        (0..count).map(one).collect()
    }

    async fn ask(&self, (who, form): &Request) -> anyhow::Result<Waiting> {
        match self.app.mfa.authorize(self.tenant, form, Origin::default()).await? {
            Begun::Prove { transaction, browser, .. } => Ok((*who, transaction, browser)),
            other => anyhow::bail!("nobody is asked: {other:?}"),
        }
    }

    async fn answer(&self, (who, transaction, browser): &Waiting) -> anyhow::Result<()> {
        let shown = Shown::Code(Secret::new(code(*who, self.db.env.now())));
        match self.app.mfa.prove(*transaction, browser, &shown, &Origin::default()).await? {
            Proved::Answer(_) => Ok(()),
            Proved::Again(refusal) => anyhow::bail!("the code of {who} does not count: {refusal:?}"),
        }
    }
}

async fn connect(app: &App, owner: &Actor, entra: &Entra) -> anyhow::Result<(TenantId, String)> {
    let new: NewTenant = serde_json::from_value(json!({
        "tenant": TENANT, "client_id": APP, "credential": { "secret": "bench" },
        "cloud": { "name": "custom", "login": entra.base, "graph": entra.base }, "settings": { "name": "Bench" },
    }))?;
    let tenant = app.tenants.create_tenant(&owner.may(ConnectTenant {})?, &new).await?.id;
    let update = ProviderUpdate { state: Some(ProviderState::On), ..ProviderUpdate::default() };
    let provider = app.mfa.put_provider(&owner.may(ChangeProvider { tenant })?, update).await?;
    Ok((tenant, provider.client_id))
}

fn person(number: usize) -> Uuid {
    Uuid::from_u128(0x9e09_1e00_0000_0000_0000_0000_0000_0000 + number as u128)
}

fn seed(number: usize) -> String {
    format!("{number:020}")
}

fn list(numbers: std::ops::Range<usize>) -> String {
    let line = |number| {
        let hex = seed(number).bytes().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        format!("{},{hex},hex\n", person(number))
    };
    "object_id,secret,encoding\n".to_owned() + &numbers.map(line).collect::<String>()
}

/// The code of somebody's app (RFC 6238).
fn code(number: usize, now: Timestamp) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed(number).as_bytes());
    let tag = hmac::sign(&key, &(now.seconds() / 30).to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let word = tag.as_ref()[at..at + 4].iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

/// What one sign-in cannot do without: a signature, and the check of another.
fn bare(entra: &Entra, token: &str) -> anyhow::Result<()> {
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text);
    let (signed, signature) = token.rsplit_once('.').context("a token has three parts")?;
    let number = |name: &str| part(entra.public[name].as_str().unwrap_or_default());
    let key = RsaPublicKeyComponents { n: number("n")?, e: number("e")? };
    let fits = key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &part(signature)?);
    fits.map_err(|_| anyhow::anyhow!("the signature does not fit"))?;
    entra.key.sign(&json!({ "nonce": token.len() })).map(drop)?;
    Ok(())
}

/// Does something to each of many, sixteen at a time, each on a task.
async fn all<T, U, F>(side: &Arc<Side>, each: fn(Arc<Side>, T) -> F, many: Vec<T>) -> anyhow::Result<Vec<U>>
where
    T: Send + 'static,
    U: Send + 'static,
    F: Future<Output = anyhow::Result<U>> + Send + 'static,
{
    let (mut running, mut done) = (JoinSet::new(), Vec::with_capacity(many.len()));
    for one in many {
        if running.len() == AT_ONCE {
            done.extend(running.join_next().await.transpose()?.transpose()?);
        }
        running.spawn(each(side.clone(), one));
    }
    while let Some(one) = running.join_next().await {
        done.push(one??);
    }
    Ok(done)
}

async fn ask(side: Arc<Side>, request: Request) -> anyhow::Result<Waiting> {
    side.ask(&request).await
}

async fn answer(side: Arc<Side>, waiting: Waiting) -> anyhow::Result<()> {
    side.answer(&waiting).await
}

async fn sign_in(side: Arc<Side>, request: Request) -> anyhow::Result<()> {
    side.answer(&side.ask(&request).await?).await
}

/// Processor time of a hundred calls, in microseconds each.
async fn cost<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<f64> {
    let before = process::exact_cpu_seconds();
    work.await?;
    #[expect(clippy::cast_precision_loss, reason = "a hundred calls")]
    Ok((process::exact_cpu_seconds() - before) * 1e6 / CALLS as f64)
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_unstable_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What a whole sign-in and what a code alone costs on a side; the cost of what it cannot do without, in the same turns.
async fn measure(entra: &Entra, sides: [&Arc<Side>; 2]) -> anyhow::Result<Value> {
    let mut costs: [Vec<f64>; 5] = std::array::from_fn(|_| Vec::new());
    let token = entra.hint(person(0), "bare", testkit::START)?;
    for _ in 0..TURNS {
        for (place, side) in sides.into_iter().enumerate() {
            side.db.hand.advance(Duration::from_mins(1));
            let requests = side.requests(entra, CALLS)?;
            costs[place].push(cost(all(side, sign_in, requests)).await?);
            let waiting = all(side, ask, side.requests(entra, CALLS)?).await?;
            costs[2 + place].push(cost(all(side, answer, waiting)).await?);
        }
        costs[4].push(cost(async { (0..CALLS).try_for_each(|_| bare(entra, &token)) }).await?);
    }
    let [few, many, few_codes, many_codes, bare] = costs.map(median);
    Ok(json!({
        "cpu_micros": { "sign_in": { "few": few, "many": many }, "code": { "few": few_codes, "many": many_codes },
            "sign_and_verify": bare },
        "ratio_to_bare": many / bare, "ratio_of_sizes": { "sign_in": many / few, "code": many_codes / few_codes },
        "sign_ins_per_core_second": 1e6 / many, "bare_per_core_second": 1e6 / bare,
    }))
}

/// Codes judged in a second.
async fn per_second(entra: &Entra, side: &Arc<Side>) -> anyhow::Result<f64> {
    side.db.hand.advance(Duration::from_mins(1));
    let waiting = all(side, ask, side.requests(entra, TURNS * CALLS)?).await?;
    let begin = Instant::now();
    let judged = u32::try_from(all(side, answer, waiting).await?.len())?;
    Ok(f64::from(judged) / begin.elapsed().as_secs_f64())
}

/// Runs it: `--people N` (100,000).
#[expect(clippy::print_stdout, reason = "a tool that prints its findings")]
pub async fn run(args: &[String]) -> anyhow::Result<Value> {
    let people = flag(args, "--people", 100_000);
    let entra = Entra::start().await?;
    let mut found = Map::new();
    for (name, backend) in [("sqlite", Backend::Sqlite), ("postgres", Backend::Postgres)] {
        let few = Arc::new(Side::with_people(backend, &entra, people.min(2_000)).await?);
        let many = Arc::new(Side::with_people(backend, &entra, people).await?);
        let mut report = Box::pin(measure(&entra, [&few, &many])).await?;
        report["codes_per_second"] = json!({
            "few": per_second(&entra, &few).await?, "many": per_second(&entra, &many).await?,
        });
        println!("{name}: {report:#}");
        found.insert(name.to_owned(), report);
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Ok(json!({ "people": people, "load_average": load.trim(), "found": found }))
}
