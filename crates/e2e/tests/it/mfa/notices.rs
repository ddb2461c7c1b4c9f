//! Letters to people: what happened to how they sign in, and that they are to register.

use std::time::Duration;

use e2e::World;
use e2e::entra::address;
use e2e::world::{Ground, text};
use serde_json::{Value, json};
use testkit::MailServer;

use super::stage::Stage;
use super::walker::Walker;

/// The letters to one address, in lines as they were written.
fn letters(mail: &MailServer, to: &str) -> Vec<String> {
    let plain = |raw: &str| raw.replace("=\r\n", "").replace("\r\n", "\n");
    let own = mail.arrived().into_iter().filter(|letter| letter.to == [to]);
    own.map(|letter| plain(&letter.raw)).collect()
}

/// Everybody has a mail address, and a language.
async fn write_to(world: &World, names: &[&str], language: &str) {
    for name in names {
        world.entra.change(name, json!({ "mail": address(name), "preferredLanguage": language })).await;
    }
}

#[tokio::test]
async fn a_person_hears_of_each_change_and_none_of_the_letters_opens_anything() {
    testkit::on_each_database(async |db| {
        let mail = MailServer::start().await.expect("a mail server");
        let world = World::with_mail(Ground::of(&db), 1, mail.port).await;
        write_to(&world, &["p1"], "en-GB").await;
        world.filled().await;
        let (stage, mut walker) = (Stage::new(&world).await, Walker::new());
        let key = stage.enrol_app(&mut walker, "p1").await;
        world.work().await;
        let to = address("p1");
        let first = letters(&mail, &to);
        assert_eq!(first.len(), 1, "{first:#?}");
        assert!(first[0].contains("Subject: A way to sign in was added") && !first[0].contains(&key), "{}", first[0]);

        let accounts = world.get("mfa/accounts").await;
        let account = text(&accounts["items"][0]["id"]);
        let wanted = json!({ "reason": "Lost phone" });
        let issued = world.post(&format!("mfa/accounts/{account}/codes"), wanted).await;
        stage.set(|settings| settings["notices"] = json!({ "enabled": true, "contact": "desk, 4711" })).await;
        world.work().await;
        let second = letters(&mail, &to).pop().expect("a letter");
        assert!(second.contains("A temporary code was made for you") && second.contains("Lost phone"), "{second}");
        assert!(second.contains("Your helpdesk: desk, 4711"), "{second}");
        assert!(!second.contains(&text(&issued["code"])), "the code is in the letter");

        stage.set(|settings| settings["notices"]["enabled"] = json!(false)).await;
        let before = letters(&mail, &to).len();
        world.post(&format!("mfa/accounts/{account}/reset"), json!({ "reason": "They begin anew" })).await;
        world.work().await;
        assert_eq!(letters(&mail, &to).len(), before, "switched off");
        assert_eq!(world.count_events("mfa.person_told").await, 2);
        world.prove_audit().await;
        world.node.store.close().await;
    })
    .await;
}

#[tokio::test]
async fn those_who_could_not_pass_are_written_to_once_and_the_others_not() {
    testkit::on_each_database(async |db| {
        let mail = MailServer::start().await.expect("a mail server");
        let world = World::with_mail(Ground::of(&db), 3, mail.port).await;
        write_to(&world, &["p1", "p2"], "de-DE").await;
        let path = format!("tenants/default/apps/{}/consent", world.entra.running.client_id);
        world.entra.call("POST", &path, json!({ "permissions": ["Policy.Read.All"] })).await;
        world.filled().await;
        let (stage, mut walker) = (Stage::new(&world).await, Walker::new());
        let at = |what: &str| format!("mfa/providers/{}/{what}", world.tenant);
        let none = world.ask("POST", &at("campaigns"), json!({})).await;
        assert_eq!(none.status, 409, "nobody has counted: {:#}", none.body);
        let report = world.post(&at("readiness"), Value::Null).await;
        let policy = report["policies"][0]["id"].clone();
        stage.enrol_app(&mut walker, "p1").await;
        world.work().await;

        let wish = json!({ "policy": policy, "words": "Bis Freitag, bitte." });
        let preview = world.post(&at("campaigns/preview"), wish.clone()).await;
        assert_eq!(
            (&preview["people"], &preview["without_address"], &preview["letters"]),
            (&json!(3), &json!(1), &json!(2)),
            "{preview:#}"
        );
        assert!(text(&preview["sample"]["text"]).contains("Bis Freitag, bitte."), "{preview:#}");
        let before = mail.arrived().len();
        let begun = world.post(&at("campaigns"), wish).await;
        assert_eq!(begun["state"], "running");
        for _ in 0..3 {
            world.later(Duration::from_mins(1)).await;
        }
        let sent: Vec<_> = mail.arrived().into_iter().skip(before).flat_map(|letter| letter.to).collect();
        assert_eq!(sent, [address("p2")], "p1 has registered since, p3 has no address");
        let done = world.get(&at("campaigns")).await["items"][0].clone();
        assert_eq!(
            (&done["state"], &done["sent"], &done["skipped"]),
            (&json!("done"), &json!(1), &json!(2)),
            "{done:#}"
        );
        assert_eq!(world.count_events("mfa.campaign_ended").await, 1);
        world.prove_audit().await;
        world.node.store.close().await;
    })
    .await;
}
