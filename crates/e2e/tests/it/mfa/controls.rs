//! A custom control, the old way: a policy still asks by one, and the same people prove themselves here for it.

use std::time::Duration;

use e2e::World;
use e2e::world::text;
use serde_json::{Value, json};

use super::stage::{Stage, amr};
use super::walker::{Form, Page, Walker};

/// The path at which Entra takes the answers of custom controls.
const BACK: &str = "OAuth2ClaimsProvider";

/// A tenant whose policy asks by a custom control that sends people here, and by nothing else.
async fn controlled(world: &World) -> Stage<'_> {
    let stage = Stage::new(world).await;
    let entra =
        async |method: &str, path: &str, body| world.entra.call(method, &format!("tenants/default/{path}"), body).await;
    let policies = entra("GET", "policies", Value::Null).await;
    entra("DELETE", &format!("policies/{}", text(&policies[0]["id"])), Value::Null).await;
    entra(
        "POST",
        "custom-controls",
        json!({
            "Name": "Old MFA", "AppId": stage.provider["app_id"], "ClientId": stage.provider["client_id"],
            "DiscoveryUrl": stage.provider["discovery_url"],
            "Controls": [{ "Id": "RequireOld", "Name": "Require old MFA", "Claims": null,
                "ClaimsRequested": [{ "Type": "OldMfa", "Value": "MfaDone", "Values": null }] }],
        }),
    )
    .await;
    let sample = entra("GET", "sample", Value::Null).await;
    let policy = json!({ "display_name": "The old way", "apps": [sample["client_id"]], "grant": [], "controls": ["RequireOld"] });
    entra("POST", "policies", policy).await;
    stage
}

async fn switch(stage: &Stage<'_>, enabled: bool, claim: &str) {
    stage.set(|settings| settings["custom_controls"] = json!({ "enabled": enabled, "claims": [claim] })).await;
}

/// From the sample application past the password, to the form that takes people here.
async fn asked(stage: &Stage<'_>, walker: &mut Walker, user: &str) -> Form {
    let running = &stage.world.entra.running;
    let mut page = walker.open(&format!("{}/sample/sign-in?tenant={}", running.base_url, running.tenant_id)).await;
    for _ in 0..5 {
        let form = page.form("");
        if form.action.path().ends_with("/authorize") && form.get("id_token_hint").is_some() {
            return form;
        }
        let form = if form.get("passwd").is_some() {
            let address = e2e::entra::address(user);
            form.with("login", &address).with("passwd", "Passw0rd!").with("decision", "sign-in")
        } else if page.html.contains("value=\"accept\"") {
            form.with("decision", "accept")
        } else {
            form
        };
        page = walker.post(&form).await;
    }
    panic!("nobody is sent here: {page:#?}");
}

/// What we post back, where it is an error.
fn error(page: &Page) -> String {
    page.form(BACK).get("error").unwrap_or_else(|| panic!("no error goes back: {page:#?}")).to_owned()
}

#[tokio::test]
async fn a_custom_control_is_passed_by_the_same_factors_and_gives_no_second_factor() {
    World::on_each(2, async |world| {
        let stage = controlled(world).await;
        switch(&stage, true, "OldMfa=MfaDone").await;
        let mut walker = Walker::new();
        let request = asked(&stage, &mut walker, "p1").await;
        let page = walker.post(&request).await;
        assert!(page.url.path().starts_with("/mfa/prove/"), "{page:#?}");
        let scan = walker.post(&page.form("/enrol/totp")).await;
        let key = scan.between("id=\"totp-key\">", "<").replace(' ', "");
        let back = walker.post(&scan.form("/confirm").with("code", &stage.code(&key))).await;
        let answer = back.form(BACK);
        let landed = walker.post(&answer).await;
        assert!(landed.url.path().starts_with("/sample"), "{landed:#?}");
        assert_eq!(amr(&stage.claims(&mut walker).await), ["pwd"], "never mfa");
        let attempt = stage.last_attempt().await;
        assert_eq!((&attempt["outcome"], &attempt["custom_control"]), (&json!("passed"), &json!(true)), "{attempt:#}");
        assert_eq!(walker.bound(), 0, "the cookie goes with the answer");

        // Neither the question nor the answer counts twice.
        let again = Walker::new().post(&request).await;
        assert_eq!(error(&again), "invalid_request");
        world.advance(Duration::from_millis(1));
        let replayed = Walker::new().post(&answer).await;
        assert!(!replayed.url.path().starts_with("/sample"), "{replayed:#?}");

        // The next day, by the same app.
        world.advance(Duration::from_hours(24));
        walker.forget();
        let request = asked(&stage, &mut walker, "p1").await;
        let page = walker.post(&request).await;
        let back = walker.post(&page.form("/code").with("code", &stage.code(&key))).await;
        assert!(walker.post(&back.form(BACK)).await.url.path().starts_with("/sample"));
        let by_control = world.get("mfa/attempts?custom_control=true&outcome=passed").await;
        assert_eq!(by_control["items"].as_array().map(Vec::len), Some(2), "{by_control:#}");
        let lines = world.get(&format!("{}/doctor", stage.here())).await["ours"]["lines"].clone();
        let line = lines.as_array().and_then(|lines| lines.iter().find(|line| line["name"] == "old_way")).cloned();
        assert_eq!(line.map(|line| line["result"].clone()), Some(json!("warn")), "the doctor remembers: {lines:#}");
    })
    .await;
}

#[tokio::test]
async fn a_custom_control_is_refused_unless_it_is_switched_on_and_asks_what_it_may() {
    World::on_each(1, async |world| {
        let stage = controlled(world).await;
        let here = async |request: &Form| {
            world.advance(Duration::from_millis(1));
            let page = Walker::new().post(request).await;
            assert_eq!(page.status, 400, "{page:#?}");
            assert!(!page.html.contains(BACK), "nothing is posted anywhere: {}", page.html);
            let attempt = stage.last_attempt().await;
            (text(&attempt["reason"]), attempt["custom_control"].clone())
        };
        let request = asked(&stage, &mut Walker::new(), "p1").await;
        assert!(request.get("redirect_uri").is_some_and(|address| address.ends_with(BACK)));
        assert_eq!(here(&request).await, ("redirect_uri".to_owned(), json!(true)), "off at first");
        switch(&stage, true, "OldMfa=MfaDone").await;
        for address in ["https://evil.example/common/federation/OAuth2ClaimsProvider", "http://127.0.0.1:1/"] {
            let foreign = request.clone().with("redirect_uri", address);
            assert_eq!(here(&foreign).await, ("redirect_uri".to_owned(), json!(false)), "{address}");
        }

        switch(&stage, true, "OldMfa=Otherwise").await;
        // The log lists by time.
        world.advance(Duration::from_millis(1));
        let mut walker = Walker::new();
        let request = asked(&stage, &mut walker, "p1").await;
        let page = walker.post(&request).await;
        assert_eq!(error(&page), "invalid_request");
        assert_eq!(stage.last_attempt().await["reason"], "claims_unknown");
        let told = walker.post(&page.form(BACK)).await;
        assert!(told.html.contains("AADSTS"), "Entra lets nobody in: {}", told.html);
    })
    .await;
}
