//! Whoever guesses codes: from many addresses, about many people, on two nodes at once.

use std::time::Duration;

use e2e::world::Ground;
use e2e::{Node, World};
use serde_json::{Value, json};
use store::Backend;
use vestibule::Config;

use super::stage::Stage;
use super::walker::{Form, Page, Walker};

/// A browser within a sign-in, and the page that asks for a code.
struct Asked {
    walker: Walker,
    page: Page,
}

impl Asked {
    async fn new(stage: &Stage<'_>, user: &str) -> Self {
        let mut walker = Walker::new();
        let page = stage.to_our_page(&mut walker, user).await;
        Self { walker, page }
    }

    fn with(&self, code: &str) -> Form {
        self.page.form("/code").with("code", code)
    }

    /// Answers as from that address: by a proxy that is trusted.
    async fn from(&self, address: &str, code: &str) -> (u16, String) {
        let form = self.with(code);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        let headers = [("x-forwarded-for", address)];
        let answer = self.walker.ask("POST", form.action.as_str(), &headers, &body).await;
        (answer.status, answer.html)
    }
}

#[tokio::test]
async fn a_code_that_is_shown_on_two_nodes_at_once_counts_on_one() {
    World::on(Backend::Postgres, 1, async |world| {
        let stage = Stage::new(world).await;
        let app = stage.enrol_app(&mut Walker::new(), "p1").await;
        let here = Some(world.node.url.clone());
        let other = Node::start_with(&world.ground, |config| config.web.public_url = here).await.unwrap();
        let port = url::Url::parse(&other.url).unwrap().port();
        for round in 0..5 {
            world.advance(Duration::from_mins(1));
            let (mut one, mut two) = (Asked::new(&stage, "p1").await, Asked::new(&stage, "p1").await);
            let code = stage.code(&app);
            let (first, mut second) = (one.with(&code), two.with(&code));
            second.action.set_port(port).unwrap();
            let (first, second) = tokio::join!(one.walker.post(&first), two.walker.post(&second));
            let mut both = [first.status, second.status];
            both.sort_unstable();
            assert_eq!(both, [200, 422], "round {round}: {first:#?} {second:#?}");
        }
        other.store.close().await;
    })
    .await;
}

/// A tenant behind a proxy that tells who calls.
async fn behind_a_proxy(story: impl AsyncFn(&World, &Stage<'_>)) {
    testkit::on_each_database(async |db| {
        let proxy = |config: &mut Config| {
            config.web.trusted_proxies = serde_json::from_value(json!(["127.0.0.0/8"])).expect("a network");
        };
        let world = World::with_config(Ground::of(&db), 7, proxy).await;
        let stage = Stage::new(&world).await;
        story(&world, &stage).await;
        world.prove_audit().await;
        world.node.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn many_addresses_wear_one_person_out_and_no_more_than_that_person() {
    behind_a_proxy(async |world, stage| {
        stage.enrol_app(&mut Walker::new(), "p1").await;
        let other = stage.enrol_app(&mut Walker::new(), "p2").await;
        let mut told = Vec::new();
        for number in 1..=12 {
            let asked = Asked::new(stage, "p1").await;
            if !asked.page.html.contains("/code\"") {
                break;
            }
            told.push(asked.from(&format!("203.0.113.{number}"), "000000").await.0);
        }
        assert_eq!(told, [422; 10], "each address is new, the person is the same");
        assert_eq!(locked(world).await, 1);
        world.advance(Duration::from_hours(30));
        let right = Asked::new(stage, "p1").await;
        assert!(!right.page.html.contains("/code\""), "a lock does not wear off: {}", right.page.html);
        let asked = Asked::new(stage, "p2").await;
        assert_eq!(asked.from("203.0.113.1", &stage.code(&other)).await.0, 200, "nobody else is shut out");
    })
    .await;
}

#[tokio::test]
async fn one_address_that_tries_many_people_is_shut_out_and_others_are_not() {
    behind_a_proxy(async |world, stage| {
        stage.set(|settings| settings["lockout"]["address_limit"] = json!(12)).await;
        let mut apps = Vec::new();
        for number in 1..=7 {
            apps.push(stage.enrol_app(&mut Walker::new(), &format!("p{number}")).await);
        }
        world.advance(Duration::from_mins(1));
        for number in 1..=6 {
            for _ in 0..2 {
                let asked = Asked::new(stage, &format!("p{number}")).await;
                assert_eq!(asked.from("198.51.100.7", "000000").await.0, 422);
            }
        }
        let asked = Asked::new(stage, "p7").await;
        let (status, page) = asked.from("198.51.100.7", &stage.code(&apps[6])).await;
        assert_ne!(status, 200, "not even the right code is looked at: {page}");
        assert_eq!(asked.from("198.51.100.8", &stage.code(&apps[6])).await.0, 200, "from elsewhere it is");
        assert_eq!(locked(world).await, 0, "and nobody is locked");
    })
    .await;
}

/// How many are locked.
async fn locked(world: &World) -> usize {
    world.get("mfa/accounts?locked=true").await["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_wrong_code_and_a_used_one_look_the_same() {
    World::on_each(1, async |world| {
        let stage = Stage::new(world).await;
        let app = stage.enrol_app(&mut Walker::new(), "p1").await;
        world.advance(Duration::from_mins(1));
        let used = stage.code(&app);
        let mut first = Asked::new(&stage, "p1").await;
        assert_eq!(first.walker.post(&first.with(&used)).await.status, 200);
        let mut told = Vec::new();
        let mut reasons: Vec<Value> = Vec::new();
        for code in ["000000", used.as_str()] {
            // The log lists by time.
            world.advance(Duration::from_millis(1));
            let mut asked = Asked::new(&stage, "p1").await;
            let page = asked.walker.post(&asked.with(code)).await;
            told.push((page.status, page.between("role=\"alert\" id=\"error\">", "</div>")));
            reasons.push(stage.last_attempt().await["reason"].clone());
        }
        assert_eq!(told[0], told[1]);
        assert_eq!(reasons, ["wrong_code", "code_used"], "the log knows the difference");
    })
    .await;
}
