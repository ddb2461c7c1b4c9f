//! Requests that get lost on the way, a restart of the emulator, and the clockwork of one that is served.

use super::*;
use crate::config::Options;

impl Rig {
    async fn mishap(&self, mishap: Value) {
        self.post("/mishaps", mishap).await;
    }
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_matched_in_the_next_cycle() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    rig.mishap(json!({ "kind": "lose_answer", "method": "POST", "path": "/Users", "count": 1 })).await;
    assert_eq!(rig.cycle().await.counts.failed, 1);
    assert_eq!(rig.state().await["escrows"][&mia]["code"], "Timeout");
    rig.target.calls();
    rig.cycle().await;
    assert_eq!((rig.target.sent("POST").len(), rig.target.all("Users").len()), (0, 1));
    assert_eq!(rig.state().await["links"][&mia]["target"], rig.user("mia")["id"]);
}

#[tokio::test]
async fn requests_are_sent_twice_not_at_all_or_with_an_expired_token() {
    let rig = Rig::start().await;
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    rig.mishap(json!({ "kind": "repeat", "method": "GET", "count": 1 })).await;
    rig.mishap(json!({ "kind": "unreachable", "method": "POST", "count": 1 })).await;
    rig.cycle().await;
    assert_eq!(rig.target.calls().len(), 2);
    assert_eq!(rig.state().await["escrows"][&mia]["code"], "HttpRequestException");
    rig.mishap(json!({ "kind": "wrong_token" })).await;
    rig.cycle().await;
    assert_eq!(rig.target.calls()[0].headers["authorization"], "Bearer expired");
}

#[tokio::test]
async fn a_restarted_emulator_goes_on_where_it_stopped() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let options = || Options { users: 0, groups: 0, state_file: Some(file.clone()), ..Options::default() };
    let (target, url) = Double::start().await;
    let first = crate::start(options()).await.unwrap();
    let client = first.world.provisioning.client();
    let people = format!("{}/tenants/default/users", first.admin_url);
    let mia = client.post(&people).json(&json!({ "userPrincipalName": "mia@contoso.com" })).send().await.unwrap();
    let mia: Value = mia.json().await.unwrap();
    let order = json!({ "target_url": url, "token": "t", "assign": [mia["id"]], "start": true });
    let made =
        client.post(format!("{}/tenants/default/provisioning", first.admin_url)).json(&order).send().await.unwrap();
    assert_eq!(made.status(), 201);
    target.until(|inside| inside.calls.iter().any(|call| call.method == "POST")).await;
    // The cycle ends before its job can be asked to run another.
    let job = first.world.provisioning.all().remove(0);
    crate::provisioning::cycle::run(&first.world, &job).await.unwrap();
    let links = job.with(|state| state.links.clone());
    assert_eq!(links.len(), 1);
    first.shutdown().await.unwrap();
    let second = crate::start(options()).await.unwrap();
    let job = second.world.provisioning.all().remove(0);
    assert_eq!(job.with(|state| state.links.clone()), links);
    target.calls();
    let person = format!("{}/tenants/default/users/mia@contoso.com", second.admin_url);
    client.patch(&person).json(&json!({ "jobTitle": "Pilot" })).send().await.unwrap();
    second.world.clock.advance(Duration::from_secs(40 * MINUTES));
    target.until(|inside| inside.calls.iter().any(|call| call.method == "PATCH")).await;
    assert_eq!(target.all("Users")[0]["title"], "Pilot");
    second.shutdown().await.unwrap();
}
