//! Whatever order parallel calls come in: nothing is lost, and a name is given to one.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::raw::Answer;
use super::stage::{Pushing, Stage};

/// One of the calls that go out together.
#[derive(Debug, Clone)]
enum Call {
    /// A user of one of few names, in some letters' case.
    Create {
        name: usize,
        capital: bool,
    },
    /// A rename of one of the users that are there.
    Rename {
        who: usize,
        to: usize,
    },
    /// An attribute of the one user that everybody changes; each has one of its own.
    Set {
        attribute: usize,
        value: u8,
    },
    /// A member joins or leaves; each touches one of its own.
    Join(usize),
    Leave(usize),
}

const NAMES: [&str; 4] = ["ada", "bob", "cyd", "dan"];
const ATTRIBUTES: [&str; 6] = ["title", "nickName", "userType", "locale", "timezone", "preferredLanguage"];
const PEOPLE: usize = 6;

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        (0..NAMES.len(), any::<bool>()).prop_map(|(name, capital)| Call::Create { name, capital }),
        (0..PEOPLE, 0..NAMES.len()).prop_map(|(who, to)| Call::Rename { who, to }),
        (0..ATTRIBUTES.len(), any::<u8>()).prop_map(|(attribute, value)| Call::Set { attribute, value }),
        (0..PEOPLE).prop_map(Call::Join),
        (0..PEOPLE).prop_map(Call::Leave),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_that_cross_lose_nothing_and_admit_one_of_a_name() {
    testkit::on_each_database(async |db| {
        let stage = Stage::new(&db).await;
        let mut runner = TestRunner::new_with_rng(
            Config::with_cases(12),
            proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
        );
        for round in 0..12 {
            let calls = prop::collection::vec(call(), 8..24).new_tree(&mut runner).unwrap();
            let calls: Vec<Call> = calls.current();
            let world = World::new(&stage, round).await;
            let answers = join_all(calls.iter().map(|call| world.make(call))).await;
            world.check(&calls, &answers).await;
        }
        stage.node.store.close().await;
    })
    .await;
}

/// People `p0`…, a group with half of them in it, and a user whom everybody changes.
struct World<'s> {
    stage: &'s Stage,
    pushing: Pushing,
    people: Vec<String>,
    group: String,
    shared: String,
}

impl<'s> World<'s> {
    async fn new(stage: &'s Stage, round: usize) -> Self {
        let pushing = stage.connect(&format!("round {round}")).await;
        let mut world = Self { stage, pushing, people: Vec::new(), group: String::new(), shared: String::new() };
        for person in 0..PEOPLE {
            let made = world.ask("POST", "/Users", user(&format!("p{person}"))).await;
            world.people.push(id(&made));
        }
        world.shared = id(&world.ask("POST", "/Users", user("shared")).await);
        let members: Vec<Value> = world.people.iter().step_by(2).map(|id| json!({ "value": id })).collect();
        world.group = id(&world.ask("POST", "/Groups", group(members)).await);
        world
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = Some(&body).filter(|body| !body.is_null());
        self.stage.ask(&self.pushing, method, &format!("{}{path}", self.stage.path()), body).await
    }

    async fn patch(&self, path: String, operation: Value) -> Answer {
        self.ask("PATCH", &path, json!({ "Operations": [operation] })).await
    }

    async fn make(&self, call: &Call) -> Answer {
        let group = format!("/Groups/{}", self.group);
        match call {
            Call::Create { name, capital } => {
                let name = if *capital { NAMES[*name].to_uppercase() } else { NAMES[*name].to_owned() };
                self.ask("POST", "/Users", user(&name)).await
            }
            Call::Rename { who, to } => {
                let path = format!("/Users/{}", self.people[*who]);
                self.patch(path, json!({ "op": "replace", "path": "userName", "value": NAMES[*to] })).await
            }
            Call::Set { attribute, value } => {
                let operation = json!({ "op": "replace", "path": ATTRIBUTES[*attribute], "value": value.to_string() });
                self.patch(format!("/Users/{}", self.shared), operation).await
            }
            Call::Join(who) => {
                let value = json!([{ "value": self.people[*who] }]);
                self.patch(group, json!({ "op": "add", "path": "members", "value": value })).await
            }
            Call::Leave(who) => {
                let path = format!("members[value eq \"{}\"]", self.people[*who]);
                self.patch(group, json!({ "op": "remove", "path": path })).await
            }
        }
    }

    async fn check(&self, calls: &[Call], answers: &[Answer]) {
        let told =
            || format!("{:#?}", calls.iter().zip(answers.iter().map(|answer| answer.status)).collect::<Vec<_>>());
        for (call, answer) in calls.iter().zip(answers) {
            let refusable = matches!(call, Call::Create { .. } | Call::Rename { .. });
            let well = (200..300).contains(&answer.status) || (refusable && answer.status == 409);
            assert!(well, "{call:?} is answered {} {}", answer.status, answer.text);
        }
        self.check_names(calls, answers, &told()).await;
        self.check_attributes(calls, &told()).await;
        self.check_members(calls, &told()).await;
    }

    /// A name is held once, and by whoever was told so last.
    async fn check_names(&self, calls: &[Call], answers: &[Answer], told: &str) {
        let list = self.ask("GET", "/Users?count=500&attributes=userName", Value::Null).await.json();
        let users = list["Resources"].as_array().unwrap();
        let names: Vec<String> = users.iter().map(|user| user["userName"].as_str().unwrap().to_lowercase()).collect();
        let distinct: BTreeSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "a name is given twice: {names:?} {told}");
        let made = |(call, answer): &(&Call, &Answer)| matches!(call, Call::Create { .. }) && answer.status == 201;
        let created = calls.iter().zip(answers).filter(made).count();
        assert_eq!(users.len(), PEOPLE + 1 + created, "everybody who was created is there: {names:?} {told}");
        for (index, name) in NAMES.iter().enumerate() {
            let tried = calls.iter().any(|call| {
                matches!(call, Call::Create { name, .. } if *name == index)
                    || matches!(call, Call::Rename { to, .. } if *to == index)
            });
            let only_creations = !calls.iter().any(|call| matches!(call, Call::Rename { .. }));
            if tried && only_creations {
                assert!(names.contains(&(*name).to_owned()), "somebody got {name}: {names:?} {told}");
            }
        }
    }

    /// Each attribute holds what one of its writers wrote, whatever the others did meanwhile.
    async fn check_attributes(&self, calls: &[Call], told: &str) {
        let shared = self.ask("GET", &format!("/Users/{}", self.shared), Value::Null).await.json();
        for (index, attribute) in ATTRIBUTES.iter().enumerate() {
            let written: Vec<String> = calls
                .iter()
                .filter_map(|call| match call {
                    Call::Set { attribute, value } if *attribute == index => Some(value.to_string()),
                    _ => None,
                })
                .collect();
            let found = shared[*attribute].as_str().map(str::to_owned);
            let fits = if written.is_empty() {
                found.is_none()
            } else {
                found.as_ref().is_some_and(|it| written.contains(it))
            };
            assert!(fits, "{attribute} is {found:?}, written was {written:?}: {told}");
        }
    }

    /// Whoever only joined is in, whoever only left is out, the others are as they were.
    async fn check_members(&self, calls: &[Call], told: &str) {
        let group = self.ask("GET", &format!("/Groups/{}", self.group), Value::Null).await.json();
        let members = group["members"].as_array().cloned().unwrap_or_default();
        let ids: BTreeSet<&str> = members.iter().filter_map(|member| member["value"].as_str()).collect();
        assert_eq!(ids.len(), members.len(), "nobody is in twice: {group} {told}");
        for (person, id) in self.people.iter().enumerate() {
            let joins = calls.iter().any(|call| matches!(call, Call::Join(who) if *who == person));
            let leaves = calls.iter().any(|call| matches!(call, Call::Leave(who) if *who == person));
            let wanted = match (joins, leaves) {
                (true, true) => continue,
                (true, false) => true,
                (false, true) => false,
                (false, false) => person % 2 == 0,
            };
            assert_eq!(ids.contains(id.as_str()), wanted, "p{person} {told}");
        }
    }
}

fn id(made: &Answer) -> String {
    made.json()["id"].as_str().unwrap_or_else(|| panic!("not made: {} {}", made.status, made.text)).to_owned()
}

fn user(name: &str) -> Value {
    json!({ "schemas": [super::run::CORE], "userName": name })
}

fn group(members: Vec<Value>) -> Value {
    json!({ "schemas": [super::run::GROUP], "displayName": "all", "members": members })
}
