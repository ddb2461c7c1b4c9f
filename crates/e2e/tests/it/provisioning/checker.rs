//! The checker: Entra's provisioning job, read and told what to do by Graph.

use e2e::World;
use e2e::world::text;
use serde_json::{Value, json};

use super::stage::{Plot, Push};

/// What the tenant's application needs beside what it has.
const WRITER: &str = "Synchronization.ReadWrite.All";

/// A push from the connected tenant, under the application's own name.
async fn bound(world: &World) -> Push<'_> {
    let connection = json!({ "name": "Vestibule", "tenant_id": world.tenant });
    Push::with(world, Plot { connection, ..Plot::default() }).await
}

impl Push<'_> {
    fn of_connection(&self, what: &str) -> String {
        format!("provisioning/connections/{}/{what}", self.connection)
    }

    async fn check(&self) -> Value {
        self.world.get(&self.of_connection("check")).await
    }

    /// Tells Entra's job something through the server.
    async fn job(&self, verb: &str, body: Value) -> Value {
        self.world.post(&self.of_connection(&format!("job/{verb}")), body).await
    }
}

/// The result and the words of a line.
fn line(check: &Value, name: &str) -> (String, String) {
    let lines = check["checklist"]["lines"].as_array().unwrap();
    let found = lines.iter().find(|line| line["name"] == name).unwrap_or_else(|| panic!("no {name}: {check:#}"));
    (text(&found["result"]), text(&found["detail"]))
}

async fn permit(world: &World) {
    let path = format!("tenants/default/apps/{}/consent", world.entra.running.client_id);
    world.entra.call("POST", &path, json!({ "permissions": [WRITER] })).await;
}

#[tokio::test]
async fn a_job_that_may_not_be_read_names_what_is_missing() {
    World::on_each(4, async |world| {
        let push = bound(world).await;
        let check = push.check().await;
        assert_eq!(check["missing"], json!([WRITER]), "{check:#}");
        assert_eq!((&check["may_control"], &check["job"]), (&json!(false), &Value::Null));
        assert!(check["scripts"].to_string().contains(WRITER), "a script grants it: {check:#}");
        assert_eq!(line(&check, "permission").0, "warn");
        let path = push.of_connection("job/start");
        assert_eq!(world.ask("POST", &path, Value::Null).await.status, 409, "nor may it be started");

        permit(world).await;
        let check = push.check().await;
        assert_eq!((&check["missing"], &check["may_control"]), (&json!([]), &json!(true)), "{check:#}");

        let alone = Push::with(world, Plot { connection: json!({ "name": "Alone" }), ..Plot::default() }).await;
        assert_eq!(line(&alone.check().await, "tenant").0, "skipped", "without a tenant there is nobody to ask");
    })
    .await;
}

#[tokio::test]
async fn a_job_is_looked_at_started_and_one_person_is_sent_on_demand() {
    World::on_each(6, async |world| {
        permit(world).await;
        let push = bound(world).await;
        let since = world.newest().await;
        let check = push.check().await;
        assert_eq!((&check["application"]["name"], &check["job"]["status"]), (&json!("Vestibule"), &json!("NotRun")));
        assert_eq!(line(&check, "status").0, "warn", "{check:#}");
        for name in ["user_mapping", "group_mapping", "credential", "nested_groups"] {
            assert_eq!(line(&check, name).0, "ok", "{name}: {check:#}");
        }
        assert_eq!(line(&check, "assignments"), ("ok".to_owned(), "0 users and 1 group are assigned".to_owned()));
        assert_eq!(line(&check, "accidental_deletion").0, "warn");

        let told = push.job("provision-on-demand", json!({ "user": "p1@contoso.com" })).await;
        assert_eq!((&told["result"], &told["action"]), (&json!("success"), &json!("create")), "{told:#}");
        assert_eq!(push.user("p1").await["active"], true);
        let event = world.event(since, "provisioning.provisioned_on_demand", "Vestibule").await;
        assert_eq!((&event["actor"]["name"], &event["after"]["result"]), (&json!("first person"), &json!("success")));
        push.event(since, "user.created", "p1").await;

        push.job("start", Value::Null).await;
        push.pushed().await;
        world.event(since, "provisioning.job_started", "Vestibule").await;
        let check = push.check().await;
        let job = &check["job"];
        assert_eq!((&job["status"], &job["last_result"]), (&json!("Active"), &json!("Succeeded")), "{check:#}");
        assert_eq!((&job["users"], &job["groups"], &job["failing"]), (&json!(6), &json!(1), &json!(0)));
        assert_eq!(check["checklist"]["passed"], true, "{check:#}");
        push.must_mirror_entra("started from here").await;

        push.job("pause", Value::Null).await;
        assert_eq!(push.check().await["job"]["status"], "Paused");
        world.event(since, "provisioning.job_paused", "Vestibule").await;
    })
    .await;
}

#[tokio::test]
async fn a_quarantine_is_told_with_its_reason_and_lifted_by_a_restart() {
    World::on_each(4, async |world| {
        permit(world).await;
        let push = bound(world).await;
        push.pushed().await;
        push.revoke(&push.key).await;
        world.entra.change("p1", json!({ "jobTitle": "Pilot" })).await;
        push.cycle().await;
        let check = push.check().await;
        let job = &check["job"];
        assert_eq!(
            (&job["status"], &job["quarantine_reason"], &check["checklist"]["passed"]),
            (&json!("Quarantine"), &json!("EncounteredQuarantineException"), &json!(false)),
            "{check:#}"
        );
        let (result, detail) = line(&check, "status");
        assert!(result == "fail" && detail.contains("refused the credentials"), "{detail}");
        assert_eq!(line(&check, "last_cycle").0, "fail");

        let fresh = push.key("second").await;
        push.use_token(&fresh.token).await;
        let since = world.newest().await;
        push.job("restart", json!({ "scope": "usual" })).await;
        let event = world.event(since, "provisioning.job_restarted", "Vestibule").await;
        assert_eq!(event["after"]["scope"], "usual", "{event:#}");
        let push = Push { key: fresh, ..push };
        push.pushed().await;
        let check = push.check().await;
        assert_eq!(
            (&check["job"]["status"], &check["job"]["quarantine_reason"]),
            (&json!("Active"), &Value::Null),
            "{check:#}"
        );
        push.must_mirror_entra("after the quarantine").await;
    })
    .await;
}

#[tokio::test]
async fn a_mapping_that_loses_the_key_is_found_and_mended() {
    World::on_each(4, async |world| {
        permit(world).await;
        let plot = Plot {
            connection: json!({ "name": "Vestibule", "tenant_id": world.tenant }),
            order: json!({ "external_id": "mailNickname" }),
            ..Plot::default()
        };
        let push = Push::with(world, plot).await;
        let (result, detail) = line(&push.check().await, "user_mapping");
        assert!(result == "fail" && detail.contains("externalId"), "{detail}");
        let since = world.newest().await;
        push.job("apply-mapping", Value::Null).await;
        world.event(since, "provisioning.mapping_applied", "Vestibule").await;
        assert_eq!(line(&push.check().await, "user_mapping").0, "ok");
        push.pushed().await;
        push.must_mirror_entra("with the ready mapping").await;
    })
    .await;
}
