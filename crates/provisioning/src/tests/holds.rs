//! The safety net through HTTP: what is held, what a decision does, what a client is told meanwhile.

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use kernel::{OrganisationId, Role};
use serde_json::{Value, json};
use store::queue::{NewJob, enqueue};
use store::worker::Worker;
use testkit::{Answer, Db, on_each_database, operator};

use super::{Client, House, fault, user};
use crate::holds::HoldFilter;
use crate::permissions::ReadProvisioning;

const DAY: Duration = Duration::from_hours(25);

/// A client with users that are older than a day.
struct Yard {
    house: House,
    client: Client,
    users: Vec<String>,
}

impl Yard {
    async fn new(db: Db, users: usize) -> Self {
        let house = House::new(db);
        let client = house.client("Entra").await;
        let mut ids = Vec::new();
        for number in 0..users {
            let made = client.send("POST", "/Users", &user(&format!("u{number}@harbor.example"))).await;
            ids.push(made.json()["id"].as_str().unwrap().to_owned());
        }
        house.db.hand.advance(DAY);
        Self { house, client, users: ids }
    }

    async fn set_active(&self, user: usize, active: bool) -> Answer {
        let value = if active { "True" } else { "False" };
        let operations = json!([{ "op": "Replace", "path": "active", "value": value }]);
        self.patch(&format!("/Users/{}", self.users[user]), operations).await
    }

    async fn patch(&self, path: &str, operations: Value) -> Answer {
        let urn = scim::patch::PATCH_URN;
        self.client.send("PATCH", path, &json!({ "schemas": [urn], "Operations": operations })).await
    }

    async fn delete(&self, user: usize) -> Answer {
        self.client.ask("DELETE", &format!("/Users/{}", self.users[user]), &[], "").await
    }

    async fn is_active(&self, user: usize) -> Option<bool> {
        let read = self.client.get(&format!("/Users/{}", self.users[user])).await;
        (read.status == StatusCode::OK).then(|| read.json()["active"] != json!(false))
    }

    async fn holds(&self) -> Vec<Value> {
        self.house.api("GET", "/holds", Role::Auditor, &json!(null)).await.json()["items"].as_array().unwrap().clone()
    }

    /// State and effect of every call of a hold.
    async fn calls(&self, hold: &Value) -> Vec<(String, String)> {
        let path = format!("/holds/{}/calls", hold["id"].as_str().unwrap());
        let calls = self.house.api("GET", &path, Role::Auditor, &json!(null)).await.json();
        let text = |call: &Value, name: &str| call[name].as_str().unwrap().to_owned();
        calls["items"].as_array().unwrap().iter().map(|call| (text(call, "state"), text(call, "effect"))).collect()
    }

    async fn decide(&self, hold: &Value, verb: &str, body: Value) -> Answer {
        let path = format!("/holds/{}/{verb}", hold["id"].as_str().unwrap());
        self.house.api("POST", &path, Role::Owner, &body).await
    }

    async fn carry_out(&self) {
        let handlers = self.house.provisioning.handlers();
        let worker = Worker::new(self.house.db.store.clone(), self.house.db.env.clone(), "node-1".to_owned(), handlers);
        worker.run_due().await.unwrap();
    }

    async fn events(&self, prefix: &str) -> Vec<String> {
        self.house.log().await.into_iter().filter(|name| name.starts_with(prefix)).collect()
    }
}

fn held(answer: &Answer) -> String {
    let (status, detail) = fault(answer);
    assert_eq!(status, 503, "{detail}");
    assert!(answer.headers.contains_key(RETRY_AFTER));
    detail
}

fn passed(answer: &Answer) {
    assert!(answer.status.is_success(), "{}", answer.text());
}

#[tokio::test]
async fn what_a_day_may_not_take_is_held_and_carried_out_when_it_is_allowed() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 40).await;
        passed(&yard.set_active(0, false).await);
        let detail = held(&yard.set_active(1, false).await);
        assert!(detail.starts_with("held, nothing was changed: 2 of 40 users"), "{detail}");
        assert_eq!(yard.is_active(1).await, Some(true));
        held(&yard.set_active(1, false).await);
        held(&yard.set_active(2, false).await);
        held(&yard.delete(3).await);
        let holds = yard.holds().await;
        assert_eq!(holds.len(), 1);
        let hold = &holds[0];
        assert!(
            detail.contains(&format!("https://vestibule.example/provisioning/holds/{}", hold["id"].as_str().unwrap()))
        );
        assert_eq!(
            (&hold["state"], &hold["calls"]["waiting"], &hold["calls"]["at_stake"]),
            (&json!("open"), &json!(3), &json!(3))
        );
        assert_eq!(yard.events("provisioning.held").await, ["provisioning.held"]);
        let names = ["disable u1@harbor.example", "disable u2@harbor.example", "delete u3@harbor.example"];
        assert_eq!(yard.calls(hold).await, names.map(|name| ("waiting".to_owned(), name.to_owned())));

        let allowed = yard.decide(hold, "allow", json!({ "reason": "the crane crew has left" })).await;
        assert_eq!(allowed.status, StatusCode::OK, "{}", allowed.text());
        assert_eq!(allowed.json()["decided_by"], "operator:test-owner");
        assert!(held(&yard.set_active(1, false).await).contains("about to be carried out"));
        yard.carry_out().await;
        assert_eq!(
            (yard.is_active(1).await, yard.is_active(2).await, yard.is_active(3).await),
            (Some(false), Some(false), None)
        );
        assert_eq!(yard.calls(hold).await, names.map(|name| ("done".to_owned(), name.to_owned())));
        let decided = ["provisioning.hold_carried_out", "provisioning.hold_decided"];
        let mut events = yard.events("provisioning.hold_").await;
        events.sort();
        assert_eq!(events, decided);
        // What was allowed is not counted again: there is one loss today, and the next is the second.
        held(&yard.set_active(4, false).await);
        assert_eq!(yard.holds().await.len(), 2);
        let again = yard.decide(hold, "reject", json!({})).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text());
    })
    .await;
}

#[tokio::test]
async fn what_was_rejected_is_refused_until_the_wish_changes_or_time_has_passed() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 40).await;
        passed(&yard.set_active(0, false).await);
        held(&yard.set_active(1, false).await);
        let hold = yard.holds().await.remove(0);
        let rejected = yard.decide(&hold, "reject", json!({ "reason": "a wrong filter" })).await;
        assert_eq!(
            (rejected.json()["state"].as_str(), rejected.json()["reason"].as_str()),
            (Some("rejected"), Some("a wrong filter"))
        );
        assert!(held(&yard.set_active(1, false).await).starts_with("refused"));
        assert_eq!(yard.holds().await.len(), 1);
        // Deleting is another wish than disabling.
        yard.house.db.hand.advance(Duration::from_secs(1));
        assert!(held(&yard.delete(1).await).starts_with("held"));
        assert_eq!(yard.holds().await.len(), 2);
        // Wanted again, and then not: that is a new wish too.
        passed(&yard.set_active(1, true).await);
        assert_eq!(yard.calls(&yard.holds().await[0]).await[0].0, "dropped");
        assert!(held(&yard.set_active(1, false).await).starts_with("held"));
        assert_eq!(yard.is_active(1).await, Some(true));
    })
    .await;
}

#[tokio::test]
async fn a_hold_that_nobody_decides_counts_as_rejected() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 40).await;
        passed(&yard.set_active(0, false).await);
        held(&yard.set_active(1, false).await);
        yard.house.db.hand.advance(Duration::from_hours(71));
        yard.house.provisioning.tick().await.unwrap();
        assert_eq!(yard.holds().await[0]["state"], "open");
        yard.house.db.hand.advance(Duration::from_hours(1));
        yard.house.provisioning.tick().await.unwrap();
        let hold = yard.holds().await.remove(0);
        assert_eq!((&hold["state"], &hold["calls"]["rejected"]), (&json!("expired"), &json!(1)));
        assert_eq!(yard.events("provisioning.hold_").await, ["provisioning.hold_expired"]);
        // The day's losses are forgotten by now, and still it is refused until as much time has passed again.
        assert!(held(&yard.set_active(1, false).await).starts_with("refused"));
        yard.house.db.hand.advance(Duration::from_hours(72));
        passed(&yard.set_active(1, false).await);
    })
    .await;
}

#[tokio::test]
async fn what_waits_does_not_trickle_through_on_the_following_days() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 40).await;
        for user in 0..4 {
            yard.set_active(user, false).await;
        }
        yard.house.db.hand.advance(DAY);
        held(&yard.set_active(2, false).await);
        assert_eq!((yard.is_active(2).await, yard.holds().await.len()), (Some(true), 1));
        // Somebody else is not concerned.
        passed(&yard.set_active(5, false).await);
    })
    .await;
}

#[tokio::test]
async fn a_fifth_of_all_users_goes_by_the_typed_name_of_the_connection() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 10).await;
        passed(&yard.set_active(0, false).await);
        for user in 1..5 {
            held(&yard.set_active(user, false).await);
        }
        let hold = yard.holds().await.remove(0);
        assert_eq!(hold["confirmation"], "Entra");
        for body in [json!({}), json!({ "reason": "closing" }), json!({ "confirmation": "Entra" })] {
            let refused = yard.decide(&hold, "allow", body).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
        }
        for role in [Role::Auditor, Role::Helpdesk] {
            let path = format!("/holds/{}/allow", hold["id"].as_str().unwrap());
            let refused = yard.house.api("POST", &path, role, &json!({ "reason": "x", "confirmation": "Entra" })).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN);
        }
        // A part of it is no fifth any more; what is not chosen is rejected.
        let calls = format!("/holds/{}/calls", hold["id"].as_str().unwrap());
        let calls = yard.house.api("GET", &calls, Role::Owner, &json!(null)).await.json();
        let first = json!([calls["items"][0]["id"]]);
        let wrong = json!([calls["items"][0]["id"], "00000000-0000-0000-0000-000000000001"]);
        assert_eq!(yard.decide(&hold, "allow", json!({ "calls": [] })).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(yard.decide(&hold, "allow", json!({ "calls": wrong })).await.status, StatusCode::CONFLICT);
        passed(&yard.decide(&hold, "allow", json!({ "calls": first })).await);
        yard.carry_out().await;
        let states: Vec<String> = yard.calls(&hold).await.into_iter().map(|(state, _)| state).collect();
        assert_eq!(states, ["done", "rejected", "rejected", "rejected"]);
        assert_eq!((yard.is_active(1).await, yard.is_active(2).await), (Some(false), Some(true)));
    })
    .await;
}

#[tokio::test]
async fn what_was_made_today_may_be_unmade_today() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 40).await;
        for number in 0..6 {
            let made = yard.client.send("POST", "/Users", &user(&format!("new{number}"))).await.json();
            passed(&yard.client.ask("DELETE", &format!("/Users/{}", made["id"].as_str().unwrap()), &[], "").await);
        }
        assert_eq!(yard.holds().await, Vec::<Value>::new());
    })
    .await;
}

#[tokio::test]
async fn a_group_does_not_lose_a_third_of_its_members_one_by_one() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 10).await;
        let members: Vec<Value> = yard.users.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Cranes", "members": members });
        let group = yard.client.send("POST", "/Groups", &body).await.json()["id"].as_str().unwrap().to_owned();
        yard.house.db.hand.advance(DAY);
        let without = async |user: usize| {
            let value = json!([{ "value": yard.users[user] }]);
            yard.patch(&format!("/Groups/{group}"), json!([{ "op": "Remove", "path": "members", "value": value }])).await
        };
        passed(&without(0).await);
        passed(&without(1).await);
        let detail = held(&without(2).await);
        assert!(detail.contains("Cranes would lose 3 of 10 members"), "{detail}");
        held(&without(3).await);
        held(&without(2).await);
        let hold = yard.holds().await.remove(0);
        assert_eq!((&hold["kind"], &hold["calls"]["waiting"]), (&json!("members"), &json!(2)));
        // A member that is added again is no longer to be removed; the others still are.
        let back = json!([{ "op": "Add", "path": "members", "value": [{ "value": yard.users[2] }] }]);
        passed(&yard.patch(&format!("/Groups/{group}"), back).await);
        let states: Vec<String> = yard.calls(&hold).await.into_iter().map(|(state, _)| state).collect();
        assert_eq!(states, ["dropped", "waiting"]);
        let count = yard.client.get(&format!("/Groups/{group}")).await.json()["members"].as_array().unwrap().len();
        assert_eq!(count, 8);
    })
    .await;
}

#[tokio::test]
async fn a_rejected_removal_stays_refused_when_the_group_may_lose_again() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 12).await;
        let members: Vec<Value> = yard.users[..10].iter().map(|id| json!({ "value": id })).collect();
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Cranes", "members": members });
        let group = yard.client.send("POST", "/Groups", &body).await.json()["id"].as_str().unwrap().to_owned();
        yard.house.db.hand.advance(DAY);
        let path = format!("/Groups/{group}");
        let change = async |op: &str, users: &[usize]| {
            let value: Vec<Value> = users.iter().map(|user| json!({ "value": yard.users[*user] })).collect();
            yard.patch(&path, json!([{ "op": op, "path": "members", "value": value }])).await
        };
        held(&change("Remove", &[0, 1, 2, 3]).await);
        let hold = yard.holds().await.remove(0);
        passed(&yard.decide(&hold, "reject", json!({ "reason": "a wrong rule" })).await);
        // Alone it is within the limits of the day; in the other dialect and beside another it is the same wish.
        assert!(held(&change("Remove", &[1]).await).starts_with("refused"));
        assert!(held(&change("Remove", &[2, 7]).await).starts_with("refused"));
        let filtered = json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", yard.users[3]) }]);
        assert!(held(&yard.patch(&path, filtered).await).starts_with("refused"));
        assert_eq!((yard.holds().await.len(), yard.calls(&hold).await.len()), (1, 1), "nobody is asked again");
        // Whoever was not part of it leaves as usual, and somebody new joins: neither changes what was decided.
        passed(&change("Remove", &[7]).await);
        passed(&change("Add", &[10]).await);
        assert!(held(&change("Remove", &[0]).await).starts_with("refused"));
        // Who was to be a member again, and then not, is a new wish.
        passed(&change("Add", &[0]).await);
        passed(&change("Remove", &[0]).await);
        // A rejection does not last for ever.
        yard.house.db.hand.advance(Duration::from_hours(73));
        passed(&change("Remove", &[1]).await);
    })
    .await;
}

#[tokio::test]
async fn a_group_whose_deletion_was_rejected_goes_on_losing_single_members() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 12).await;
        let members: Vec<Value> = yard.users.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Cranes", "members": members });
        let group = yard.client.send("POST", "/Groups", &body).await.json()["id"].as_str().unwrap().to_owned();
        yard.house.db.hand.advance(DAY);
        let path = format!("/Groups/{group}");
        held(&yard.client.ask("DELETE", &path, &[], "").await);
        let hold = yard.holds().await.remove(0);
        passed(&yard.decide(&hold, "reject", json!({ "reason": "a wrong click" })).await);
        yard.house.db.hand.advance(DAY);
        assert!(held(&yard.client.ask("DELETE", &path, &[], "").await).starts_with("refused"));
        let without = json!([{ "op": "Remove", "path": "members", "value": [{ "value": yard.users[0] }] }]);
        passed(&yard.patch(&path, without).await);
        assert_eq!(yard.holds().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn carrying_out_twice_does_nothing_the_second_time() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 40).await;
        passed(&yard.set_active(0, false).await);
        held(&yard.delete(1).await);
        held(&yard.set_active(2, false).await);
        let hold = yard.holds().await.remove(0);
        passed(&yard.decide(&hold, "allow", json!({})).await);
        yard.carry_out().await;
        // As if the server had been killed between doing it and noting it.
        let db = &yard.house.db;
        let mut tx = db.store.begin().await.unwrap();
        tx.execute("UPDATE provisioning_held SET state = 'allowed'", Vec::new()).await.unwrap();
        let job = NewJob {
            organisation: db.organisation,
            kind: "provisioning.carry_out",
            unique_key: None,
            payload: json!({ "hold": hold["id"] }),
            run_at: db.env.now(),
            max_attempts: 1,
        };
        enqueue(&mut tx, &db.env, job).await.unwrap();
        tx.commit().await.unwrap();
        let before = yard.events("user.").await;
        yard.carry_out().await;
        assert_eq!(yard.events("user.").await, before);
        assert!(yard.calls(&hold).await.iter().all(|(state, _)| state == "done"));
    })
    .await;
}

#[tokio::test]
async fn holds_of_another_organisation_do_not_exist() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 40).await;
        passed(&yard.set_active(0, false).await);
        held(&yard.set_active(1, false).await);
        let other: OrganisationId = yard.house.db.env.new_id();
        let may = operator(other, Role::Owner).may(ReadProvisioning {}).unwrap();
        let page = kernel::PageRequest::default();
        let found = yard.house.provisioning.list_holds(&may, &HoldFilter::default(), &page).await.unwrap();
        assert_eq!(found.items, []);
        let id = yard.holds().await[0]["id"].as_str().unwrap().parse().unwrap();
        assert!(yard.house.provisioning.get_hold(&may, id).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn other_limits_are_tried_on_what_went_through_and_nothing_is_changed() {
    on_each_database(async |db| {
        let yard = Yard::new(db, 200).await;
        let connection =
            yard.house.api("GET", "/connections", Role::Auditor, &json!(null)).await.json()["items"][0].clone();
        let path = format!("/connections/{}/limits/preview", connection["id"].as_str().unwrap());
        let tried = async |users: u32| {
            let mut limits = connection["settings"]["limits"].clone();
            limits["users"] = json!(users);
            yard.house.api("POST", &path, Role::Auditor, &limits).await
        };
        for user in 0..5 {
            passed(&yard.set_active(user, false).await);
        }
        // Who came back was not lost.
        passed(&yard.set_active(4, true).await);
        yard.house.db.hand.advance(9 * DAY);
        let (now, tight) = (tried(25).await.json(), tried(3).await.json());
        assert_eq!((&now["passed"], &now["held"]), (&json!(4), &json!(0)), "{now:#}");
        assert_eq!((&tight["passed"], &tight["held"]), (&json!(4), &json!(2)), "{tight:#}");
        let because = tight["days"][0]["because"].as_str().unwrap();
        assert!(because.starts_with("3 of 200 users would be disabled or deleted"), "{because}");
        yard.house.provisioning.prune().await.unwrap();
        assert_eq!(tried(3).await.json()["held"], 2, "it is remembered for thirty days");
        yard.house.db.hand.advance(30 * DAY);
        yard.house.provisioning.prune().await.unwrap();
        assert_eq!(tried(3).await.json()["passed"], 0);
        assert_eq!(tried(0).await.status, StatusCode::BAD_REQUEST, "limits have bounds here too");
    })
    .await;
}
