//! A whole sign-in: application, password, our page, and back with a second factor in the token.

use std::time::Duration;

use e2e::World;
use serde_json::Value;

use super::stage::{Stage, amr, code};
use super::walker::Walker;

#[tokio::test]
async fn a_person_registers_on_the_way_and_lands_signed_in_with_a_second_factor() {
    World::on_each(3, async |world| {
        let stage = Stage::new(world).await;
        let after = world.newest().await;
        let mut walker = Walker::new();
        let page = stage.to_our_page(&mut walker, "p1").await;
        assert!(page.html.contains("p1@contoso.com") && page.html.contains("Contoso"), "{}", page.html);
        assert!(page.policy.contains("frame-ancestors 'none'"), "it cannot be framed");
        assert_eq!(walker.bound(), 1);

        let scan = walker.post(&page.form("/enrol/totp")).await;
        let key = scan.between("id=\"totp-key\">", "<").replace(' ', "");
        assert!(scan.html.contains("<svg"), "there is a picture to scan");
        let wrong = walker.post(&scan.form("/confirm").with("code", "000000")).await;
        assert_eq!((wrong.status, wrong.between("id=\"totp-key\">", "<").replace(' ', "")), (422, key.clone()));
        let now = world.now().seconds();
        let back = walker.post(&wrong.form("/confirm").with("code", &code(&key, now))).await;
        let landed = walker.post(&back.form("externalauthprovider")).await;
        assert!(landed.url.path().starts_with("/sample"), "{landed:#?}");
        let claims = stage.claims(&mut walker).await;
        assert!(amr(&claims).contains(&"mfa") && amr(&claims).contains(&"otp"), "{claims:#}");
        assert_eq!(walker.bound(), 0, "the cookie goes with the answer");
        let told: Vec<_> = world.events(after).await.iter().map(|event| event["type"].to_string()).collect();
        assert!(told.iter().any(|name| name.contains("mfa.factor_added")), "{told:?}");
        let attempt = stage.last_attempt().await;
        assert_eq!((&attempt["outcome"], &attempt["factor_kind"]), (&"passed".into(), &"totp".into()), "{attempt:#}");

        // The next day, by the same app; no code counts twice.
        world.advance(Duration::from_hours(24));
        walker.forget();
        let page = stage.to_our_page(&mut walker, "p1").await;
        assert!(!page.html.contains("/enrol/"), "nothing can be registered beside it");
        let right = code(&key, world.now().seconds());
        let back = walker.post(&page.form("/code").with("code", &right)).await;
        walker.post(&back.form("externalauthprovider")).await;
        assert!(amr(&stage.claims(&mut walker).await).contains(&"mfa"));
        walker.forget();
        // The log lists by time.
        world.advance(Duration::from_millis(1));
        let page = stage.to_our_page(&mut walker, "p1").await;
        let again = walker.post(&page.form("/code").with("code", &right)).await;
        assert_eq!(again.status, 422, "{}", again.html);
        assert_eq!(stage.last_attempt().await["reason"], "code_used");
    })
    .await;
}

#[tokio::test]
async fn a_key_that_was_tried_too_often_is_given_up_and_another_one_begun() {
    World::on_each(1, async |world| {
        let stage = Stage::new(world).await;
        let mut walker = Walker::new();
        let page = stage.to_our_page(&mut walker, "p1").await;
        let mut shown = walker.post(&page.form("/enrol/totp")).await;
        let given_up = shown.between("id=\"totp-key\">", "<").replace(' ', "");
        for _ in 0..10 {
            if !shown.html.contains("/confirm\"") {
                break;
            }
            shown = walker.post(&shown.form("/confirm").with("code", "000000")).await;
        }
        assert_eq!(shown.status, 422, "{}", shown.html);
        assert!(shown.html.contains("given up"), "they are told: {}", shown.html);
        let scan = walker.post(&shown.form("/enrol/totp")).await;
        let key = scan.between("id=\"totp-key\">", "<").replace(' ', "");
        assert_ne!(key, given_up);
        let back = walker.post(&scan.form("/confirm").with("code", &code(&key, world.now().seconds()))).await;
        assert!(back.form("externalauthprovider").get("id_token").is_some());
    })
    .await;
}

#[tokio::test]
async fn giving_up_and_running_out_of_time_end_decently() {
    World::on_each(2, async |world| {
        let stage = Stage::new(world).await;
        let mut walker = Walker::new();
        let page = stage.to_our_page(&mut walker, "p1").await;
        let back = walker.post(&page.form("/decline")).await;
        let form = back.form("externalauthprovider");
        assert_eq!((form.get("error"), form.get("id_token")), (Some("access_denied"), None));
        assert_eq!(stage.last_attempt().await["outcome"], "declined");
        let late = stage.to_our_page(&mut walker, "p2").await;
        world.advance(Duration::from_secs(271));
        let over = walker.post(&late.form("/enrol/totp")).await;
        assert_eq!(over.status, 409, "{}", over.html);
        assert!(over.html.contains("sign in again"), "{}", over.html);
    })
    .await;
}

#[tokio::test]
async fn whoever_guesses_is_locked_and_the_helpdesk_unlocks() {
    World::on_each(2, async |world| {
        let stage = Stage::new(world).await;
        let mut walker = Walker::new();
        let key = stage.enrol_app(&mut walker, "p1").await;
        for _ in 0..40 {
            if stage.last_attempt().await["reason"] == "locked" {
                break;
            }
            // Waits grow; whoever is patient comes to the lock all the same.
            world.advance(Duration::from_mins(10));
            walker.forget();
            let page = stage.to_our_page(&mut walker, "p1").await;
            if page.html.contains("/code\"") {
                walker.post(&page.form("/code").with("code", "000000")).await;
            } else {
                break;
            }
        }
        let accounts = world.get("mfa/accounts?locked=true").await;
        let id = accounts["items"][0]["id"].as_str().expect("somebody is locked").to_owned();
        world.post(&format!("mfa/accounts/{id}/unlock"), Value::Null).await;
        world.advance(Duration::from_mins(10));
        walker.forget();
        let page = stage.to_our_page(&mut walker, "p1").await;
        let back = walker.post(&page.form("/code").with("code", &code(&key, world.now().seconds()))).await;
        assert!(back.form("externalauthprovider").get("id_token").is_some());
    })
    .await;
}
