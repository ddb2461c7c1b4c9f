//! The doctor, the method by Graph, and readiness, against the local Entra with one fault at a time.

use e2e::World;
use e2e::world::text;
use kernel::Role;
use serde_json::{Value, json};

use super::stage::{Stage, code};
use super::walker::Walker;

/// Everything that Entra's side is looked at with.
const NEEDED: [&str; 4] =
    ["Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod", "Application.Read.All", "Organization.Read.All"];

async fn permit(world: &World) {
    let path = format!("tenants/default/apps/{}/consent", world.entra.running.client_id);
    world.entra.call("POST", &path, json!({ "permissions": NEEDED })).await;
}

/// A line of either side: its result, its code, and what to do.
struct Line {
    result: String,
    code: Value,
    detail: String,
    mend: Value,
}

fn line(diagnosis: &Value, name: &str) -> Line {
    let sides =
        ["ours", "entras"].into_iter().flat_map(|side| diagnosis[side]["lines"].as_array().into_iter().flatten());
    let found = sides.filter(|line| line["name"] == name).collect::<Vec<_>>();
    let [found] = found[..] else { panic!("no line {name}, or several: {diagnosis:#}") };
    Line {
        result: text(&found["result"]),
        code: found["code"].clone(),
        detail: text(&found["detail"]),
        mend: found["mend"].clone(),
    }
}

impl Stage<'_> {
    fn path(&self, what: &str) -> String {
        format!("mfa/providers/{}/{what}", self.world.tenant)
    }

    async fn diagnose(&self) -> Value {
        self.world.get(&self.path("doctor")).await
    }

    async fn entra(&self, method: &str, path: &str, body: Value) -> Value {
        self.world.entra.call(method, &format!("tenants/default/{path}"), body).await
    }

    /// Injects a fault, expects a line to fail for it, and takes it back.
    async fn spoilt(&self, name: &str, code: Value, spoil: (&str, String, Value), mend: (&str, String, Value)) {
        self.entra(spoil.0, &spoil.1, spoil.2).await;
        let diagnosis = self.diagnose().await;
        let line = line(&diagnosis, name);
        assert_eq!((line.result.as_str(), &line.code), ("fail", &code), "{name}: {diagnosis:#}");
        assert!(line.mend.is_string(), "{name} says what to do");
        assert_eq!(diagnosis["passed"], false);
        self.entra(mend.0, &mend.1, mend.2).await;
        let diagnosis = self.diagnose().await;
        assert_eq!(diagnosis["passed"], true, "{name} is mended: {diagnosis:#}");
    }
}

#[tokio::test]
async fn what_may_not_be_read_is_named_and_our_own_side_is_read_all_the_same() {
    World::on_each(1, async |world| {
        let stage = Stage::new(world).await;
        let diagnosis = stage.diagnose().await;
        let missing: Vec<String> = serde_json::from_value(diagnosis["missing"].clone()).unwrap();
        assert!(missing.contains(&"Policy.Read.All".to_owned()), "{diagnosis:#}");
        assert_eq!(line(&diagnosis, "clock").result, "ok", "{diagnosis:#}");
        assert_eq!(line(&diagnosis, "policies").result, "skipped");
        assert_eq!(line(&diagnosis, "method").result, "skipped");
        for name in ["discovery", "issuer", "metadata", "keys", "kid", "x5c", "dates", "algorithm"] {
            assert_eq!(line(&diagnosis, name).result, "ok", "{name}: {diagnosis:#}");
        }
        assert_eq!(line(&diagnosis, "address").result, "warn", "a test listens on this machine alone");
        let auditor = world.token_for(Role::Auditor).await;
        assert_eq!(world.ask_as(&auditor, "GET", &stage.path("doctor"), Value::Null).await.status, 200);
        let made = world.ask_as(&auditor, "POST", &stage.path("method"), json!({})).await;
        assert_eq!(made.status, 403, "who only looks makes no method");
    })
    .await;
}

#[tokio::test]
async fn each_fault_of_entras_side_is_told_and_mended() {
    World::on_each(4, async |world| {
        let stage = Stage::new(world).await;
        permit(world).await;
        world.filled().await;
        let diagnosis = stage.diagnose().await;
        assert_eq!((&diagnosis["passed"], &diagnosis["missing"]), (&json!(true), &json!([])), "{diagnosis:#}");
        for name in ["licence", "method", "method_values", "method_enabled", "application", "reply_url", "policies"] {
            assert_eq!(line(&diagnosis, name).result, "ok", "{name}: {diagnosis:#}");
        }

        let method = format!("external-methods/{}", stage.method);
        let patch = |body| ("PATCH", method.clone(), body);
        let client = |id: &Value| json!({ "openIdConnectSetting": { "clientId": id } });
        stage
            .spoilt(
                "method_enabled",
                Value::Null,
                patch(json!({ "state": "disabled" })),
                patch(json!({ "state": "enabled" })),
            )
            .await;
        stage
            .spoilt(
                "method_values",
                json!("AADSTS5001256"),
                patch(client(&json!("other"))),
                patch(client(&stage.provider["client_id"])),
            )
            .await;
        let discovery = |url: &Value| json!({ "openIdConnectSetting": { "discoveryUrl": url } });
        let slash = text(&stage.provider["discovery_url"]).replace("/.well-known", "//.well-known");
        stage
            .spoilt(
                "method_values",
                json!("AADSTS50166"),
                patch(discovery(&json!(slash))),
                patch(discovery(&stage.provider["discovery_url"])),
            )
            .await;
        faults_of_policies(&stage).await;
        accounts_that_must_get_in(&stage).await;
        faults_of_the_application(&stage).await;
    })
    .await;
}

async fn faults_of_policies(stage: &Stage<'_>) {
    let policy = |grant: Value| {
        json!({
            "displayName": "Another", "state": "enabled", "grantControls": grant,
            "conditions": {
                "clientAppTypes": ["all"], "users": { "includeUsers": ["All"] },
                "applications": { "includeApplications": ["All"] },
            },
        })
    };
    let strength =
        json!({ "operator": "OR", "authenticationStrength": { "id": "00000000-0000-0000-0000-000000000002" } });
    let custom = json!({ "operator": "OR", "customAuthenticationFactors": ["RequireOld"] });
    for (name, code, grant, said) in [
        ("strengths", "AADSTS53003", strength, "“Another”"),
        ("custom_controls", "AADSTS50158", custom, "4 people are hit"),
    ] {
        let made = stage.entra("POST", "policies", policy(grant)).await;
        let diagnosis = stage.diagnose().await;
        let line = line(&diagnosis, name);
        assert_eq!((line.result.as_str(), &line.code), ("fail", &json!(code)), "{diagnosis:#}");
        assert!(line.detail.contains(said), "{}", line.detail);
        stage.entra("DELETE", &format!("policies/{}", text(&made["id"])), Value::Null).await;
    }
    assert_eq!(stage.diagnose().await["passed"], true);
}

async fn accounts_that_must_get_in(stage: &Stage<'_>) {
    let world = stage.world;
    let glass = world.entra.id("p1").await;
    stage.set(|settings| settings["break_glass"] = json!([glass])).await;
    let hit = line(&stage.diagnose().await, "break_glass");
    assert_eq!(hit.result, "fail", "{}", hit.detail);
    assert!(hit.detail.contains("p1"), "{}", hit.detail);
    let policies = stage.entra("GET", "policies", Value::Null).await;
    let path = format!("policies/{}", text(&policies[0]["id"]));
    let users =
        |left_out: Value| json!({ "conditions": { "users": { "includeUsers": ["All"], "excludeUsers": left_out } } });
    stage.entra("PATCH", &path, users(json!([glass]))).await;
    assert_eq!(line(&stage.diagnose().await, "break_glass").result, "ok");
}

async fn faults_of_the_application(stage: &Stage<'_>) {
    let app = text(&stage.provider["app_id"]);
    stage
        .world
        .entra
        .call("PATCH", &format!("apps/{app}"), json!({ "redirect_uris": ["https://elsewhere.example"] }))
        .await;
    let diagnosis = stage.diagnose().await;
    let reply = line(&diagnosis, "reply_url");
    assert_eq!((reply.result.as_str(), reply.code), ("fail", json!("AADSTS50161")), "{diagnosis:#}");
    stage.entra("DELETE", &format!("apps/{app}"), Value::Null).await;
    let diagnosis = stage.diagnose().await;
    let application = line(&diagnosis, "application");
    assert_eq!((application.result.as_str(), application.code), ("fail", json!("AADSTS900491")), "{diagnosis:#}");
    stage.world.entra.call("PATCH", "tenants/default", json!({ "license": "Free" })).await;
    assert_eq!(line(&stage.diagnose().await, "licence").result, "fail");
    let licence = stage.world.get(&format!("mfa/licences/{}", stage.world.tenant)).await;
    assert_eq!(licence["enough"], false, "{licence:#}");
}

#[tokio::test]
async fn the_method_is_made_switched_off_and_enabled_for_a_pilot_group() {
    World::on_each(2, async |world| {
        let stage = Stage::new(world).await;
        stage.entra("DELETE", &format!("external-methods/{}", stage.method), Value::Null).await;
        let refused = world.ask("POST", &stage.path("method"), json!({})).await;
        assert_eq!(refused.status, 409, "without the permission Entra says no: {:#}", refused.body);
        permit(world).await;
        assert_eq!(line(&stage.diagnose().await, "method").result, "fail");
        let state = world.get(&stage.path("method")).await;
        assert_eq!((&state["method"], &state["may_write"]), (&Value::Null, &json!(true)), "{state:#}");
        assert_eq!(state["body"]["state"], "disabled");
        let since = world.newest().await;
        let made = world.post(&stage.path("method"), json!({})).await;
        assert_eq!((&made["enabled"], &made["targets"]), (&json!(false), &json!([])));
        let again = world.ask("POST", &stage.path("method"), json!({})).await;
        assert_eq!(again.status, 409, "there is one already: {:#}", again.body);
        let nobody = world.ask("POST", &stage.path("method/enable"), json!({})).await;
        assert_eq!(nobody.status, 400, "{:#}", nobody.body);
        let pilot = world.entra.found("Pilot", &["p1"]).await;
        world.post(&stage.path("method/enable"), json!({ "groups": [pilot] })).await;
        let shown = stage.entra("GET", "external-methods", Value::Null).await;
        assert_eq!(
            (&shown[0]["state"], &shown[0]["includeTargets"][0]["id"]),
            (&json!("enabled"), &json!(pilot)),
            "{shown:#}"
        );
        assert_eq!(stage.diagnose().await["passed"], true);
        let told: Vec<_> = world.events(since).await.iter().map(|event| text(&event["type"])).collect();
        assert!(
            told.contains(&"mfa.method_created".to_owned()) && told.contains(&"mfa.method_enabled".to_owned()),
            "{told:?}"
        );
        let file = world.get(&stage.path("settings-file")).await;
        assert_eq!(file["plain"]["discoveryEndpoint"], stage.provider["discovery_url"]);
        assert_eq!(text(&file["signed"]).split('.').count(), 3);
    })
    .await;
}

#[tokio::test]
async fn who_could_not_pass_is_counted_and_named() {
    World::on_each(3, async |world| {
        let stage = Stage::new(world).await;
        let refused = world.ask("POST", &stage.path("readiness"), Value::Null).await;
        assert_eq!(refused.status, 409, "without the permission nothing is counted: {:#}", refused.body);
        permit(world).await;
        world.filled().await;
        assert_eq!(world.ask("GET", &stage.path("readiness"), Value::Null).await.status, 404, "nobody has counted");
        let report = world.post(&stage.path("readiness"), Value::Null).await;
        let policy = &report["policies"][0];
        assert_eq!(
            (&policy["people"], &policy["without"], &policy["may_enforce"]),
            (&json!(3), &json!(3), &json!(false)),
            "{report:#}"
        );

        let mut walker = Walker::new();
        let page = stage.to_our_page(&mut walker, "p1").await;
        let scan = walker.post(&page.form("/enrol/totp")).await;
        let key = scan.between("id=\"totp-key\">", "<").replace(' ', "");
        walker.post(&scan.form("/confirm").with("code", &code(&key, world.now().seconds()))).await;
        let report = world.post(&stage.path("readiness"), Value::Null).await;
        assert_eq!((&report["people"], &report["without"]), (&json!(3), &json!(2)), "{report:#}");
        let id = text(&report["policies"][0]["id"]);
        let listed = world.get(&stage.path(&format!("unready?policy={id}"))).await;
        let names: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
        assert_eq!(names, ["p2", "p3"], "{listed:#}");
        let some = world.get(&stage.path("unready?q=P3@")).await;
        assert_eq!(some["items"].as_array().unwrap().len(), 1);
    })
    .await;
}
