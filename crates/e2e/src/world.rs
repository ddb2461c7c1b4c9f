//! A story's stage, and the verbs stories are told in.

use std::sync::Arc;
use std::time::Duration;

use directory::{SourceId, User, read};
use kernel::{Actor, ActorKind, Env, ManualClock, RequestId, Role, Secret, Timestamp};
use operators::NewToken;
use operators::permissions::{CreateOperator, CreateToken};
use reqwest::Client;
use serde_json::{Value, json};
use store::{Backend, args};
use testkit::Db;
use uuid::Uuid;
use vestibule::Config;

use crate::entra::address;
use crate::http::{self, Answer};
use crate::{Entra, Node, Picture};

/// A day.
pub const DAY: Duration = Duration::from_hours(24);
/// An hour.
pub const HOUR: Duration = Duration::from_hours(1);
/// A minute.
pub const MINUTE: Duration = Duration::from_mins(1);

/// What nodes of one server share.
#[derive(Clone)]
pub struct Ground {
    /// The database's URL.
    pub url: String,
    /// Clock and chance.
    pub env: Env,
    /// Moves the clock.
    pub hand: ManualClock,
    /// What the server calls the machine it is on: `127.0.0.1`, or `localhost` where a name is needed.
    pub host: &'static str,
}

impl Ground {
    /// The ground that a test's database comes with.
    pub fn of(db: &Db) -> Self {
        Self { url: db.url.clone(), env: db.env.clone(), hand: db.hand.clone(), host: "127.0.0.1" }
    }
}

/// Entra, the server and their clock.
pub struct World {
    /// The local Entra.
    pub entra: Arc<Entra>,
    /// What the nodes share.
    pub ground: Ground,
    /// The server.
    pub node: Node,
    /// An owner's token.
    pub token: String,
    /// Another owner's token, for decisions that need a second person.
    pub second_token: String,
    /// The connected tenant's id here.
    pub tenant: Uuid,
    client: Client,
}

impl World {
    /// Tells one story on each kind of database, with so many people in Entra; at its end the audit trail is proven.
    pub async fn on_each(people: u32, story: impl AsyncFn(&World)) {
        testkit::on_each_database(async |db| {
            let world = Self::new(Ground::of(&db), people).await;
            story(&world).await;
            world.prove_audit().await;
            world.node.store.close().await;
        })
        .await;
    }

    /// Tells one story on one kind of database.
    pub async fn on(backend: Backend, people: u32, story: impl AsyncFn(&World)) {
        let db = Db::new(backend).await.unwrap_or_else(|error| panic!("no {backend:?} database: {error:?}"));
        let world = Self::new(Ground::of(&db), people).await;
        story(&world).await;
        world.prove_audit().await;
        world.node.store.close().await;
        db.store.close().await;
    }

    /// A connected tenant with so many people, `p1`, `p2`…, all in the group `Everyone`; nothing synced yet.
    pub async fn new(ground: Ground, people: u32) -> Self {
        let node = Node::start(&ground).await.expect("the node starts");
        Self::around(Arc::new(Self::peopled(&ground, people).await), ground, node).await
    }

    /// The same, with a mail server on this machine.
    pub async fn with_mail(ground: Ground, people: u32, port: u16) -> Self {
        let mail = mail::Config {
            server: Some("127.0.0.1".to_owned()),
            port,
            encryption: mail::Encryption::None,
            from: Some("Vestibule <vestibule@example.org>".to_owned()),
            ..mail::Config::default()
        };
        Self::with_config(ground, people, |config| config.mail = mail).await
    }

    /// The same with another configuration.
    pub async fn with_config(ground: Ground, people: u32, change: impl FnOnce(&mut Config)) -> Self {
        let node = Node::start_with(&ground, change).await.expect("the node starts");
        Self::around(Arc::new(Self::peopled(&ground, people).await), ground, node).await
    }

    /// The same, with an address by which Entra may tell of changes: the node's own where none is named.
    pub async fn told_of_changes(ground: Ground, people: u32, address: Option<&str>) -> Self {
        let address = address.map(str::to_owned);
        Self::with_config(ground, people, |config| {
            config.dirsync.notification_url = address.or_else(|| config.web.public_url.clone());
        })
        .await
    }

    async fn peopled(ground: &Ground, people: u32) -> Entra {
        let entra = Entra::start(ground.env.clock.clone()).await;
        let names: Vec<_> = (1..=people).map(|number| format!("p{number}")).collect();
        for name in &names {
            entra.hire(name, json!({})).await;
        }
        entra.found("Everyone", &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        entra
    }

    /// A server beside an Entra that is there already.
    pub async fn beside(entra: Arc<Entra>, ground: Ground) -> Self {
        let node = Node::start(&ground).await.expect("the node starts");
        Self::around(entra, ground, node).await
    }

    async fn around(entra: Arc<Entra>, ground: Ground, node: Node) -> Self {
        let client = http::client();
        let (token, second_token) = tokens(&node).await;
        let mut world = Self { entra, ground, node, token, second_token, tenant: Uuid::nil(), client };
        world.tenant = world.connect().await;
        world
    }

    /// The same with mode on, read and confirmed.
    pub async fn filled(&self) {
        self.set(|settings| settings["mode"] = json!("on")).await;
        let run = self.full().await;
        assert_eq!(run["state"], "held", "the first run waits for confirmation: {run:#}");
        let run = self.approve(&run, json!({ "part": "all" })).await;
        assert_eq!(run["state"], "done", "{run:#}");
    }

    async fn connect(&self) -> Uuid {
        let entra = &self.entra.running;
        let body = json!({
            "tenant": entra.tenant_id, "client_id": entra.client_id, "credential": { "secret": entra.client_secret },
            "cloud": { "name": "custom", "login": entra.base_url, "graph": entra.base_url },
            "settings": { "name": "Contoso" },
        });
        let tenant = self.post("tenants", body).await;
        assert_eq!(tenant["health"]["status"], "granted", "{tenant:#}");
        tenant["id"].as_str().and_then(|id| id.parse().ok()).expect("a tenant has an id")
    }

    // --- Asking -----------------------------------------------------------------------------------------------

    /// Asks the API; any answer will do.
    pub async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        self.ask_as(&self.token, method, path, body).await
    }

    /// The same with another token.
    pub async fn ask_as(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        let url = format!("{}/api/v1/{path}", self.node.url);
        let body = Some(body).filter(|body| !body.is_null());
        http::ask(&self.client, method, &url, Some(token), body.as_ref()).await
    }

    /// Reads; the answer must be good.
    pub async fn get(&self, path: &str) -> Value {
        http::good(path, self.ask("GET", path, Value::Null).await)
    }

    /// Posts; the answer must be good.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        http::good(path, self.ask("POST", path, body).await)
    }

    /// A token of the first owner's that does no more than a role may.
    pub async fn token_for(&self, role: Role) -> String {
        let organisation = self.node.app.operators.ensure_organisation().await.expect("an organisation").id;
        let system = Actor::system("journey", organisation, RequestId(Uuid::from_u128(1)));
        let new = NewToken { label: role.to_string(), role, expires_in_days: 365 };
        let may = system.may(CreateToken {}).expect("the system may");
        self.node.app.operators.create_token(&may, &new).await.expect("a token").text.expose().clone()
    }

    // --- Time -------------------------------------------------------------------------------------------------

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.ground.env.now()
    }

    /// Moves the clock of all of them; nothing is done.
    pub fn advance(&self, span: Duration) {
        self.ground.hand.advance(span);
    }

    /// Moves the clock and does what is due then.
    pub async fn later(&self, span: Duration) {
        self.advance(span);
        self.node.tick().await;
        self.work().await;
    }

    /// Runs every job that is due.
    pub async fn work(&self) {
        self.node.worker().run_due().await.expect("jobs can be run");
    }

    // --- Syncing ----------------------------------------------------------------------------------------------

    /// The tenant as a source.
    pub fn source(&self) -> SourceId {
        SourceId(self.tenant)
    }

    /// How the source is.
    pub async fn status(&self) -> Value {
        self.get(&format!("dirsync/sources/{}", self.tenant)).await
    }

    /// Changes the settings.
    pub async fn set(&self, change: impl FnOnce(&mut Value)) {
        let shown = self.status().await;
        let mut settings = shown["settings"].clone();
        change(&mut settings);
        let path = format!("dirsync/sources/{}/settings", self.tenant);
        let body = json!({ "version": shown["version"], "settings": settings });
        http::good(&path, self.ask("PUT", &path, body).await);
    }

    /// Starts a run and leaves it waiting for a worker.
    pub async fn begin(&self, kind: &str) -> Value {
        self.post(&format!("dirsync/sources/{}/runs", self.tenant), json!({ "kind": kind })).await
    }

    /// Takes a run as far as it goes, letting time pass where it has to wait for a second attempt.
    pub async fn finish(&self, run: &Value) -> Value {
        for _ in 0..10 {
            self.work().await;
            let run = self.again(run).await;
            if !["queued", "collecting", "planning", "applying", "verifying"].contains(&text(&run["state"]).as_str()) {
                return run;
            }
            self.advance(2 * MINUTE);
        }
        let mut tx = self.node.store.read().await.expect("the database can be read");
        let jobs = tx.all("SELECT kind, state, last_error FROM store_jobs", args![]).await.expect("jobs can be read");
        let told = |name: &str| jobs.iter().map(|job| job.get::<Option<String>>(name).ok()).collect::<Vec<_>>();
        panic!(
            "{:#} does not end: {:?} {:?} {:?}",
            self.again(run).await,
            told("kind"),
            told("state"),
            told("last_error")
        );
    }

    /// Starts a run and takes it as far as it goes.
    pub async fn run(&self, kind: &str) -> Value {
        let run = self.begin(kind).await;
        self.work().await;
        self.again(&run).await
    }

    /// Reads everything.
    pub async fn full(&self) -> Value {
        self.run("full").await
    }

    /// Follows what changed; it must end well.
    pub async fn delta(&self) -> Value {
        let run = self.run("delta").await;
        assert_eq!(run["state"], "done", "{run:#}");
        run
    }

    /// A run as it is now.
    pub async fn again(&self, run: &Value) -> Value {
        self.get(&format!("dirsync/runs/{}", text(&run["id"]))).await
    }

    /// Allows a held plan or a part of it, as the second person, and takes the run on.
    pub async fn approve(&self, run: &Value, part: Value) -> Value {
        let path = format!("dirsync/runs/{}/approve", text(&run["id"]));
        let body = json!({ "allow": part, "reason": "looked at" });
        http::good(&path, self.ask_as(&self.second_token, "POST", &path, body).await);
        self.work().await;
        self.again(run).await
    }

    /// Takes back a run (`{"run": id}`) or one change (`{"revision": number}`).
    pub async fn undo(&self, what: Value, preview: bool) -> Value {
        let path = format!("dirsync/sources/{}/undo", self.tenant);
        let run = self.post(&path, json!({ "what": what, "preview": preview })).await;
        self.work().await;
        self.again(&run).await
    }

    // --- Looking ----------------------------------------------------------------------------------------------

    /// A user by name, principal name or object id.
    pub async fn find(&self, name: &str) -> Option<User> {
        let mut tx = self.node.store.read().await.expect("the directory can be read");
        let all = read::users_after(&mut tx, self.source(), None, 100_000).await.expect("users can be read");
        let wanted = address(name);
        all.into_iter().find(|user| {
            user.object_id.to_string() == name
                || user.attributes.user_principal_name.as_deref().is_some_and(|upn| upn.eq_ignore_ascii_case(&wanted))
        })
    }

    /// A user that must be there.
    pub async fn user(&self, name: &str) -> User {
        self.find(name).await.unwrap_or_else(|| panic!("{name} is not in the directory"))
    }

    /// Where a user stands: `active`, `conflict/deleted`, `excluded/guest`, `absent`…
    pub async fn standing(&self, name: &str) -> String {
        let Some(user) = self.find(name).await else { return "absent".to_owned() };
        let state = user.state.name().as_str();
        user.state.cause().map_or_else(|| state.to_owned(), |cause| format!("{state}/{cause}"))
    }

    /// How many users are usable.
    pub async fn usable(&self) -> usize {
        self.picture().await.users.len()
    }

    /// The directory as it is.
    pub async fn picture(&self) -> Picture {
        Picture::of_directory(&self.node.store, self.source()).await
    }

    /// The directory must be what Entra has.
    pub async fn must_mirror_entra(&self, when: &str) {
        self.picture().await.must_equal(&Picture::of_entra(&self.entra).await, when);
    }

    /// How the tenant's connection is.
    pub async fn health(&self) -> Value {
        self.get(&format!("tenants/{}", self.tenant)).await["health"].clone()
    }

    // --- The log ----------------------------------------------------------------------------------------------

    /// Where the log ends.
    pub async fn newest(&self) -> i64 {
        self.get("signals/events?limit=1").await["newest"].as_i64().expect("the log has an end")
    }

    /// Events after a revision, as the events API gives them.
    pub async fn events(&self, after: i64) -> Vec<Value> {
        let (mut events, mut after) = (Vec::new(), after);
        loop {
            let page = self.get(&format!("signals/events?limit=500&after={after}")).await;
            let part = page["events"].as_array().cloned().unwrap_or_default();
            events.extend(part);
            after = page["after"].as_i64().expect("a cursor");
            if after >= page["newest"].as_i64().expect("an end") {
                return events;
            }
        }
    }

    /// How many events of a type the log has.
    pub async fn count_events(&self, kind: &str) -> usize {
        let (mut count, mut after) = (0, 0);
        loop {
            let page = self.get(&format!("signals/events?limit=500&types={kind}&after={after}")).await;
            count += page["events"].as_array().map_or(0, Vec::len);
            after = page["after"].as_i64().expect("a cursor");
            if after >= page["newest"].as_i64().expect("an end") {
                return count;
            }
        }
    }

    /// What happened after a revision, as `user.updated p1`, in order; the system's chatter about runs left out.
    pub async fn happened(&self, after: i64) -> Vec<String> {
        let events = self.events(after).await;
        let told = events.iter().filter(|event| !text(&event["type"]).starts_with("dirsync.run_"));
        told.map(|event| format!("{} {}", text(&event["type"]), event["object"]["name"].as_str().unwrap_or("-")))
            .collect()
    }

    /// The one event of a type about an object after a revision; the audit trail must have it as well.
    pub async fn event(&self, after: i64, kind: &str, name: &str) -> Value {
        let events = self.events(after).await;
        let found: Vec<_> = events
            .iter()
            .filter(|event| event["type"] == kind && event["object"]["name"].as_str().is_none_or(|it| it == name))
            .collect();
        assert_eq!(found.len(), 1, "one {kind} of {name} in {events:#?}");
        let audit = self.get(&format!("signals/audit?limit=500&type={kind}")).await;
        let items = audit["items"].as_array().cloned().unwrap_or_default();
        assert!(items.iter().any(|item| item["id"] == found[0]["id"]), "{kind} is in the audit trail: {audit:#}");
        found[0].clone()
    }

    /// The chain of the log must hold from its first entry to its last.
    pub async fn prove_audit(&self) {
        let verdict = self.get("signals/audit/verify").await;
        assert!(verdict["broken"].is_null(), "{verdict:#}");
    }
}

/// The tokens of two owners.
async fn tokens(node: &Node) -> (String, String) {
    let organisation = node.app.operators.ensure_organisation().await.expect("an organisation").id;
    let system = Actor::system("journey", organisation, RequestId(Uuid::from_u128(1)));
    let may = system.may(CreateOperator {}).expect("the system may");
    let password = Secret::from("correct horse battery");
    let mut tokens = Vec::new();
    for (name, label) in [("ada", "first person"), ("grace", "second person")] {
        let owner = node.app.operators.create_owner(&may, name, &password).await.expect("an owner");
        let kind = ActorKind::Operator { id: owner.id, name: owner.user_name };
        let new = NewToken { label: label.to_owned(), role: Role::Owner, expires_in_days: 365 };
        let may = Actor { kind, ..system.clone() }.may(CreateToken {}).expect("an owner may");
        tokens.push(node.app.operators.create_token(&may, &new).await.expect("a token").text.expose().clone());
    }
    let second = tokens.pop().expect("two tokens");
    (tokens.pop().expect("two tokens"), second)
}

/// A value that is a text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
