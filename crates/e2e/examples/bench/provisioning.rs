//! The SCIM server under a client like Entra's: processor time of each verb at two sizes, members of groups of two sizes,
//! reads against a bare handler, a mixed load, memory.
//!
//! What is compared is measured in turn, a hundred calls each, in one run: whatever else the machine does meets both. The
//! figures are medians of the turns. What calls leave behind (the journal, the index) is counted with them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Map, Value, json};
use store::Backend;

use super::flag;
use super::hall::{Hall, Spent};

/// How many turns each side has.
const TURNS: usize = 10;
/// How many calls of a kind are measured in a turn.
const CALLS: usize = 100;
/// From one call to the next: spread over everybody, so that nobody is fresher in the cache than in real life. Prime, so
/// that a thousand calls are about a thousand people.
const STRIDE: usize = 7_919;
/// The operations of a bulk call by which people are made.
const BULK: usize = 500;
/// The members that one call brings while groups are filled.
const PORTION: usize = 10_000;
/// Calls a second of the mixed load.
const PER_SECOND: usize = 200;
const PATCH_URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A client of a running server.
struct Pusher {
    hall: Hall,
    http: Client,
    people: Vec<String>,
    /// How many people there are, for new names.
    made: AtomicUsize,
    calls: AtomicUsize,
}

impl Pusher {
    async fn with_people(backend: Backend, count: usize) -> anyhow::Result<Self> {
        // Entra's service asks for no compression.
        let http = Client::builder().no_gzip().build()?;
        let (made, calls) = (AtomicUsize::new(count), AtomicUsize::new(0));
        let mut pusher = Self { hall: Hall::start(backend)?, http, people: Vec::new(), made, calls };
        for begin in (0..count).step_by(BULK) {
            let people = pusher.create_many(begin..(begin + BULK).min(count)).await?;
            pusher.people.extend(people);
        }
        Ok(pusher)
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<(StatusCode, Value)> {
        let ready = &self.hall.ready;
        let mut request = self.http.request(method, format!("{}{path}", ready.base)).bearer_auth(&ready.token);
        if let Some(body) = body {
            request = request.header("content-type", "application/scim+json").body(body.to_string());
        }
        let answer = request.send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        anyhow::ensure!(status.is_success(), "{path} was answered {status}: {}", String::from_utf8_lossy(&bytes));
        Ok((status, if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes)? }))
    }

    async fn create_many(&self, numbers: std::ops::Range<usize>) -> anyhow::Result<Vec<String>> {
        let operation = |number: usize| json!({ "method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": person(number) });
        let operations: Vec<Value> = numbers.map(operation).collect();
        let urn = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
        let (_, answer) =
            self.call(Method::POST, "/Bulk", Some(&json!({ "schemas": [urn], "Operations": operations }))).await?;
        let made = answer["Operations"].as_array().into_iter().flatten();
        made.map(|made| {
            anyhow::ensure!(made["status"] == "201", "a user was not made: {made}");
            let id = made["location"].as_str().and_then(|location| location.rsplit('/').next());
            id.map(str::to_owned).ok_or_else(|| anyhow::anyhow!("a user has no id: {made}"))
        })
        .collect()
    }

    async fn create(&self) -> anyhow::Result<String> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let (_, made) = self.call(Method::POST, "/Users", Some(&person(number))).await?;
        made["id"].as_str().map(str::to_owned).ok_or_else(|| anyhow::anyhow!("a user has no id: {made}"))
    }

    /// A group of these people.
    async fn group(&self, name: &str, people: &[String]) -> anyhow::Result<String> {
        let (_, made) = self.call(Method::POST, "/Groups?attributes=id", Some(&json!({ "displayName": name }))).await?;
        let id = made["id"].as_str().unwrap_or_default().to_owned();
        for portion in people.chunks(PORTION) {
            self.add(&id, portion).await?;
        }
        Ok(id)
    }

    async fn add(&self, group: &str, people: &[String]) -> anyhow::Result<()> {
        let members: Vec<Value> = people.iter().map(|id| json!({ "value": id })).collect();
        let body =
            json!({ "schemas": [PATCH_URN], "Operations": [{ "op": "add", "path": "members", "value": members }] });
        let (status, _) = self.call(Method::PATCH, &format!("/Groups/{group}"), Some(&body)).await?;
        anyhow::ensure!(status == StatusCode::NO_CONTENT, "members came back");
        Ok(())
    }

    fn person(&self, number: usize) -> &str {
        &self.people[(number * STRIDE) % self.people.len()]
    }

    async fn retitle(&self, number: usize) -> anyhow::Result<()> {
        let title = format!("title {}", self.calls.fetch_add(1, Ordering::Relaxed));
        let body =
            json!({ "schemas": [PATCH_URN], "Operations": [{ "op": "Replace", "path": "title", "value": title }] });
        self.call(Method::PATCH, &format!("/Users/{}", self.person(number)), Some(&body)).await.map(drop)
    }

    async fn find(&self, number: usize) -> anyhow::Result<()> {
        let number = (number * STRIDE) % self.people.len();
        let path = format!("/Users?filter=userName%20eq%20%22user.{number}%40bench.example%22");
        let (_, list) = self.call(Method::GET, &path, None).await?;
        anyhow::ensure!(list["totalResults"] == 1, "user {number} was found {} times", list["totalResults"]);
        Ok(())
    }

    async fn read(&self, number: usize) -> anyhow::Result<()> {
        self.call(Method::GET, &format!("/Users/{}", self.person(number)), None).await.map(drop)
    }

    async fn page(&self, number: usize) -> anyhow::Result<()> {
        let start = (number * STRIDE) % (self.people.len() - 99) + 1;
        let (_, list) = self.call(Method::GET, &format!("/Users?startIndex={start}&count=100"), None).await?;
        anyhow::ensure!(list["itemsPerPage"] == 100, "a page of {}", list["itemsPerPage"]);
        Ok(())
    }

    async fn bare(&self, address: &str, bytes: usize) -> anyhow::Result<()> {
        let answer = self.http.get(format!("{address}/{bytes}")).bearer_auth(&self.hall.ready.token).send().await?;
        anyhow::ensure!(answer.bytes().await?.len() == bytes, "the bare handler gave another length");
        Ok(())
    }

    async fn aside<T: serde::de::DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        Ok(self.http.get(format!("{}/{path}", self.hall.ready.aside)).send().await?.json().await?)
    }

    /// How long the answer to a call is.
    async fn length(&self, path: &str) -> anyhow::Result<usize> {
        let ready = &self.hall.ready;
        let answer = self.http.get(format!("{}{path}", ready.base)).bearer_auth(&ready.token).send().await?;
        Ok(answer.bytes().await?.len())
    }

    /// Two hundred calls a second of Entra's kind for a while, while somebody searches; the time to the answer, counted
    /// from when a call was due.
    async fn mixed(&self, seconds: usize) -> anyhow::Result<Value> {
        let group = &self.group("mixed", &[]).await?;
        let before: Spent = self.aside("spent").await?;
        let _: Vec<f64> = self.aside("search/on").await?;
        let begin = Instant::now();
        let calls = stream::iter(0..seconds * PER_SECOND).map(|number| async move {
            let due = begin + Duration::from_secs(1) * u32::try_from(number)? / u32::try_from(PER_SECOND)?;
            tokio::time::sleep_until(due.into()).await;
            match number % 10 {
                0..=4 => self.find(number).await?,
                5..=6 => self.read(number).await?,
                7 => self.create().await.map(drop)?,
                8 => self.retitle(number).await?,
                _ => self.add(group, &[self.person(number).to_owned()]).await?,
            }
            anyhow::Ok(due.elapsed().as_secs_f64() * 1e3)
        });
        let mut waits: Vec<f64> = calls.buffer_unordered(PER_SECOND).try_collect().await?;
        let mut searches: Vec<f64> = self.aside("search/off").await?;
        let after: Spent = self.aside("spent").await?;
        #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
        let cores = (after.server - before.server + after.database - before.database) / seconds as f64;
        Ok(json!({ "calls": waits.len(), "per_second": PER_SECOND, "cores_used": cores,
            "ms": parts(&mut waits), "search_ms": parts(&mut searches) }))
    }
}

fn person(number: usize) -> Value {
    let name = format!("user.{number}@bench.example");
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "active": true,
        "externalId": format!("bench-{number}"), "displayName": format!("User {number}"), "title": "Pilot",
        "name": { "givenName": "User", "familyName": number.to_string() },
        "emails": [{ "value": name, "type": "work", "primary": true }],
        "phoneNumbers": [{ "value": format!("+47 {number}"), "type": "mobile" }],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Docks" },
    })
}

fn parts(waits: &mut [f64]) -> Value {
    waits.sort_unstable_by(f64::total_cmp);
    let at = |part: usize| waits.get(waits.len().saturating_sub(1) * part / 1_000);
    json!({ "p50": at(500), "p99": at(990), "worst": at(1_000) })
}

/// What a call costs on each side, in turn: the medians, in microseconds of processor time.
async fn in_turn<S>(
    sides: &[(&Pusher, S)],
    call: impl AsyncFn(&Pusher, &S, usize) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Value>> {
    let mut costs = vec![Vec::new(); sides.len()];
    for turn in 0..TURNS {
        for ((pusher, side), costs) in sides.iter().zip(&mut costs) {
            let before: Spent = pusher.aside("spent").await?;
            for number in 0..CALLS {
                call(pusher, side, turn * CALLS + number).await?;
            }
            let after: Spent = pusher.aside("spent").await?;
            #[expect(clippy::cast_precision_loss, reason = "a hundred calls")]
            let each = |spent: f64| spent * 1e6 / CALLS as f64;
            costs.push((each(after.server - before.server), each(after.database - before.database)));
        }
    }
    Ok(costs.iter().map(|turns| cost_of(turns)).collect())
}

fn cost_of(turns: &[(f64, f64)]) -> Value {
    let median = |mut all: Vec<f64>| {
        all.sort_unstable_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let server = median(turns.iter().map(|turn| turn.0).collect());
    let database = median(turns.iter().map(|turn| turn.1).collect());
    json!({ "server": server, "database": database, "both": server + database })
}

fn ratio(above: &Value, below: &Value) -> Value {
    let of = |part: &str| above[part].as_f64().unwrap_or(f64::NAN) / below[part].as_f64().unwrap_or(f64::NAN);
    json!({ "server": of("server"), "both": of("both") })
}

/// What each verb costs with few people and with many.
async fn verbs(few: &Pusher, many: &Pusher) -> anyhow::Result<Value> {
    let mut found = Map::new();
    let nobody = [];
    let groups = [few.group("measured", &nobody).await?, many.group("measured", &nobody).await?];
    let sides = [(few, groups[0].clone()), (many, groups[1].clone())];
    let mut note = |name: &str, costs: &[Value]| {
        let ratio = ratio(&costs[1], &costs[0]);
        eprintln!("{name}: {} and {} µs, ratio {}", costs[0]["both"], costs[1]["both"], ratio["both"]);
        found.insert(name.to_owned(), json!({ "at_1000": costs[0], "at_size": costs[1], "ratio": ratio }));
    };
    // Once unmeasured, so that statements are prepared and pages read.
    in_turn(&sides, async |pusher, _, number| pusher.find(number).await).await?;
    note("find_by_user_name", &in_turn(&sides, async |pusher, _, number| pusher.find(number).await).await?);
    note("read_by_id", &in_turn(&sides, async |pusher, _, number| pusher.read(number).await).await?);
    note("page_of_100", &in_turn(&sides, async |pusher, _, number| pusher.page(number).await).await?);
    note("patch_attribute", &in_turn(&sides, async |pusher, _, number| pusher.retitle(number).await).await?);
    note("create", &in_turn(&sides, async |pusher, _, _| pusher.create().await.map(drop)).await?);
    let join = async |pusher: &Pusher, group: &String, number: usize| {
        pusher.add(group, &[pusher.person(number).to_owned()]).await
    };
    note("add_member", &in_turn(&sides, join).await?);
    Ok(found.into())
}

/// Reads against handlers that read nothing.
async fn against_bare(many: &Pusher) -> anyhow::Result<Value> {
    let found = many.length("/Users?filter=userName%20eq%20%22user.0%40bench.example%22").await?;
    let read = many.length(&format!("/Users/{}", many.people[0])).await?;
    let sides = ["find", "read", "bare", "naked"].map(|name| (many, name));
    let costs = in_turn(&sides, async |pusher, side, number| match *side {
        "find" => pusher.find(number).await,
        "read" => pusher.read(number).await,
        "bare" => pusher.bare(&pusher.hall.ready.bare, usize::midpoint(found, read)).await,
        _ => pusher.bare(&pusher.hall.ready.naked, usize::midpoint(found, read)).await,
    })
    .await?;
    Ok(json!({ "find": costs[0], "read": costs[1], "bare": costs[2], "without_layers": costs[3],
        "ratio_find": ratio(&costs[0], &costs[2]), "ratio_read": ratio(&costs[1], &costs[2]),
        "ratio_find_without_layers": ratio(&costs[0], &costs[3]),
        "ratio_read_without_layers": ratio(&costs[1], &costs[3]) }))
}

/// The price of one more member in groups of two sizes, and of everybody's membership.
async fn members(many: &Pusher) -> anyhow::Result<Value> {
    let small = many.group("small", &many.people[..100.min(many.people.len())]).await?;
    let whole = many.group("whole", &many.people).await?;
    let from = many.made.fetch_add(TURNS * CALLS, Ordering::Relaxed);
    let newcomers = &many.create_many(from..from + BULK).await?;
    let more = many.create_many(from + BULK..from + TURNS * CALLS).await?;
    let newcomers: Vec<&String> = newcomers.iter().chain(&more).collect();
    let sides = [(many, small), (many, whole)];
    let costs =
        in_turn(&sides, async |pusher, group, number| pusher.add(group, std::slice::from_ref(newcomers[number])).await)
            .await?;
    Ok(json!({ "group_of_100": costs[0], "large_group": costs[1], "ratio": ratio(&costs[1], &costs[0]) }))
}

async fn measure(backend: Backend, users: usize, memberships: usize, seconds: usize) -> anyhow::Result<Value> {
    let few = Pusher::with_people(backend, users.min(1_000)).await?;
    let begin = Instant::now();
    let many = Pusher::with_people(backend, users).await?;
    let filled = begin.elapsed().as_secs_f64();
    eprintln!("{backend:?}: {users} people in {filled:.1} s; process {}", many.hall.process());
    let verbs = verbs(&few, &many).await?;
    drop(few);
    let bare = against_bare(&many).await?;
    let members = members(&many).await?;
    let begin = Instant::now();
    for number in 0..memberships.saturating_sub(users) / PORTION.min(users) {
        let from = (number * PORTION) % users;
        many.group(&format!("group {number}"), &many.people[from..(from + PORTION).min(users)]).await?;
    }
    let joined = begin.elapsed().as_secs_f64();
    let before_load = many.hall.peak_mib();
    let mixed = many.mixed(seconds).await?;
    Ok(json!({ "cpu_micros": verbs, "against_bare": bare, "members": members, "mixed": mixed,
        "memory_mib": { "filled": before_load, "after_load": many.hall.peak_mib() },
        "seconds": { "people": filled, "memberships": joined } }))
}

/// Runs it: `--users N` (100,000), `--memberships N` (1,000,000), `--seconds N` (20), `--only sqlite|postgres`.
pub async fn run(args: &[String]) -> anyhow::Result<Value> {
    let users = flag(args, "--users", 100_000);
    let memberships = flag(args, "--memberships", 1_000_000);
    let seconds = flag(args, "--seconds", 20);
    let only = args.iter().position(|arg| arg == "--only").and_then(|place| args.get(place + 1));
    let mut found = Map::new();
    for (name, backend) in [("sqlite", Backend::Sqlite), ("postgres", Backend::Postgres)] {
        if only.is_none_or(|only| only == name) {
            let report = measure(backend, users, memberships, seconds).await?;
            println!("{name}: {report:#}");
            found.insert(name.to_owned(), report);
        }
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    Ok(json!({ "users": users, "memberships": memberships, "load_average": load.trim(), "found": found }))
}
