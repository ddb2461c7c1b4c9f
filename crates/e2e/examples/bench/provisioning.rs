//! The SCIM server under a client like Entra's: processor time of each verb at two sizes, members of groups of two sizes,
//! reads against a bare handler, a mixed load, memory.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use store::Backend;

use super::flag;
use super::hall::Hall;

/// How many calls of a kind are measured.
const CALLS: usize = 2_000;
/// How many calls wait for an answer at once while people are made.
const ABREAST: usize = 16;
/// The members that one call brings while groups are filled.
const PORTION: usize = 10_000;

/// A client of a running server.
struct Pusher {
    hall: Hall,
    http: Client,
    people: Vec<String>,
}

impl Pusher {
    async fn with_people(backend: Backend, count: usize) -> anyhow::Result<Self> {
        let http = Client::builder().build()?;
        let mut pusher = Self { hall: Hall::start(backend)?, http, people: Vec::new() };
        let made = stream::iter(0..count).map(|number| pusher.create(number)).buffered(ABREAST);
        let made: Vec<anyhow::Result<String>> = made.collect().await;
        pusher.people = made.into_iter().collect::<anyhow::Result<_>>()?;
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
        anyhow::ensure!(status.is_success(), "{path} was answered {status}: {}", answer.text().await?);
        let text = answer.text().await?;
        Ok((status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? }))
    }

    async fn create(&self, number: usize) -> anyhow::Result<String> {
        let name = format!("user.{number}@bench.example");
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "active": true,
            "externalId": format!("bench-{number}"), "displayName": format!("User {number}"), "title": "Pilot",
            "name": { "givenName": "User", "familyName": number.to_string() },
            "emails": [{ "value": name, "type": "work", "primary": true }],
            "phoneNumbers": [{ "value": format!("+47 {number}"), "type": "mobile" }],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Docks" },
        });
        let (_, made) = self.call(Method::POST, "/Users", Some(&body)).await?;
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
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "add", "path": "members", "value": members }] });
        let (status, _) = self.call(Method::PATCH, &format!("/Groups/{group}"), Some(&body)).await?;
        anyhow::ensure!(status == StatusCode::NO_CONTENT, "members came back");
        Ok(())
    }

    async fn retitle(&self, number: usize, title: &str) -> anyhow::Result<()> {
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "Replace", "path": "title", "value": title }] });
        let id = &self.people[number % self.people.len()];
        self.call(Method::PATCH, &format!("/Users/{id}"), Some(&body)).await.map(drop)
    }

    async fn find(&self, number: usize) -> anyhow::Result<()> {
        let number = number % self.people.len();
        let path = format!("/Users?filter=userName%20eq%20%22user.{number}%40bench.example%22");
        let (_, list) = self.call(Method::GET, &path, None).await?;
        anyhow::ensure!(list["totalResults"] == 1, "user {number} was found {} times", list["totalResults"]);
        Ok(())
    }

    async fn read(&self, number: usize) -> anyhow::Result<()> {
        let id = &self.people[number % self.people.len()];
        self.call(Method::GET, &format!("/Users/{id}"), None).await.map(drop)
    }

    async fn bare(&self, bytes: usize) -> anyhow::Result<()> {
        let answer = self.http.get(format!("{}/{bytes}", self.hall.ready.bare)).send().await?;
        anyhow::ensure!(answer.bytes().await?.len() == bytes, "the bare handler gave another length");
        Ok(())
    }

    /// The server's processor time for a call, in microseconds.
    async fn cost<F: Future<Output = anyhow::Result<()>>>(
        &self,
        calls: usize,
        call: impl Fn(usize) -> F,
    ) -> anyhow::Result<f64> {
        let before = self.hall.cpu_seconds();
        for number in 0..calls {
            // Spread over everybody, so that nobody is fresher in the cache than in real life.
            call(number * 7_919).await?;
        }
        #[expect(clippy::cast_precision_loss, reason = "thousands of calls")]
        Ok((self.hall.cpu_seconds() - before) * 1e6 / calls as f64)
    }

    /// What each verb costs here.
    async fn verbs(&self) -> anyhow::Result<Value> {
        let base = self.people.len();
        let group = self.group("measured", &[]).await?;
        let find = self.cost(CALLS, |number| self.find(number)).await?;
        let read = self.cost(CALLS, |number| self.read(number)).await?;
        let patch = self.cost(CALLS, |number| async move { self.retitle(number, &format!("t{number}")).await }).await?;
        let create = self.cost(CALLS, |number| async move { self.create(base + 1 + number).await.map(drop) }).await?;
        let people = &self.people;
        let group = &group;
        let join = self
            .cost(CALLS.min(people.len()), |number| async move {
                self.add(group, &people[(number / 7_919) % people.len()..][..1]).await
            })
            .await?;
        let (_, body) = self.call(Method::GET, &format!("/Users/{}", people[0]), None).await?;
        let bytes = body.to_string().len();
        let bare = self.cost(CALLS, |_| self.bare(bytes)).await?;
        Ok(json!({ "find_by_user_name": find, "read_by_id": read, "patch_attribute": patch, "create": create,
            "add_member": join, "bare_handler": bare }))
    }

    /// The price of one more member in groups of two sizes.
    async fn members(&self, large: usize) -> anyhow::Result<Value> {
        let small = self.group("small", &self.people[..100.min(self.people.len())]).await?;
        let whole = self.group("whole", &self.people[..large.min(self.people.len())]).await?;
        let mut costs = Vec::new();
        for group in [&small, &whole] {
            let newcomers: Vec<String> = stream::iter(0..500)
                .then(|n| self.create(10_000_000 + costs.len() * 1_000 + n))
                .collect::<Vec<_>>()
                .await
                .into_iter()
                .collect::<anyhow::Result<_>>()?;
            let newcomers = &newcomers;
            costs.push(self.cost(500, |n| async move { self.add(group, &newcomers[(n / 7_919)..][..1]).await }).await?);
        }
        Ok(json!({ "group_of_100": costs[0], "large_group": costs[1], "ratio": costs[1] / costs[0] }))
    }

    /// Two hundred calls a second of Entra's kind for a while; the time to the answer, counted from when a call was due.
    async fn mixed(&self, seconds: usize) -> anyhow::Result<Value> {
        let group = &self.group("mixed", &[]).await?;
        let begin = Instant::now();
        let calls = stream::iter(0..seconds * 200).map(|number| async move {
            let due = begin + Duration::from_millis(5) * u32::try_from(number).unwrap_or(u32::MAX);
            tokio::time::sleep_until(due.into()).await;
            match number % 10 {
                0..=4 => self.find(number * 7_919).await?,
                5..=6 => self.read(number * 104_729).await?,
                7 => self.create(20_000_000 + number).await.map(drop)?,
                8 => self.retitle(number * 31, &format!("m{number}")).await?,
                _ => self.add(group, &self.people[number % self.people.len()..][..1]).await?,
            }
            anyhow::Ok(due.elapsed())
        });
        let waits: Vec<anyhow::Result<Duration>> = calls.buffer_unordered(400).collect().await;
        let mut waits = waits.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        waits.sort_unstable();
        let at = |part: usize| waits[(waits.len() - 1) * part / 1_000].as_secs_f64() * 1e3;
        Ok(
            json!({ "calls": waits.len(), "per_second": 200, "p50_ms": at(500), "p99_ms": at(990), "worst_ms": at(1_000) }),
        )
    }
}

fn ratios(large: &Value, small: &Value) -> Value {
    let names = ["find_by_user_name", "read_by_id", "patch_attribute", "create", "add_member"];
    names
        .iter()
        .map(|name| ((*name).to_owned(), part(&large[name], &small[name])))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn part(above: &Value, below: &Value) -> Value {
    (above.as_f64().unwrap_or(f64::NAN) / below.as_f64().unwrap_or(f64::NAN)).into()
}

/// Runs it: `--users N` (100,000), `--memberships N` (1,000,000), `--seconds N` (20).
pub async fn run(args: &[String]) -> anyhow::Result<Value> {
    let users = flag(args, "--users", 100_000);
    let memberships = flag(args, "--memberships", 1_000_000);
    let seconds = flag(args, "--seconds", 20);
    let mut found = serde_json::Map::new();
    for (name, backend) in [("sqlite", Backend::Sqlite), ("postgres", Backend::Postgres)] {
        let of_few = Pusher::with_people(backend, users.min(1_000)).await?.verbs().await?;
        let begin = Instant::now();
        let many = Pusher::with_people(backend, users).await?;
        let filled = begin.elapsed().as_secs_f64();
        let of_many = many.verbs().await?;
        let members = many.members(users).await?;
        let groups = memberships.saturating_sub(users) / PORTION;
        for number in 0..groups {
            let from = (number * PORTION) % users;
            many.group(&format!("group {number}"), &many.people[from..(from + PORTION).min(users)]).await?;
        }
        let mixed = many.mixed(seconds).await?;
        let against_bare = json!({ "find_by_user_name": part(&of_many["find_by_user_name"], &of_many["bare_handler"]),
            "read_by_id": part(&of_many["read_by_id"], &of_many["bare_handler"]) });
        let report = json!({ "cpu_micros_at_1000": of_few, "cpu_micros_at_size": of_many,
            "ratio_size": ratios(&of_many, &of_few), "ratio_bare": against_bare, "members": members, "mixed": mixed,
            "memory_mib": many.hall.peak_mib(), "seconds_to_create_all": filled });
        println!("{name}: {report:#}");
        found.insert(name.to_owned(), report);
    }
    Ok(json!({ "users": users, "memberships": memberships, "found": found }))
}
