//! Provisioning on the emulator's page.

use super::*;

#[tokio::test]
async fn jobs_are_shown_and_driven_by_hand() {
    let rig = Rig::with("", json!({ "deletion_guard": true, "deletion_threshold": 0 })).await;
    let page = format!("/emulator/tenants/{}", rig.probe.prepared.tenant_id);
    let mia = rig.person("mia", json!({})).await;
    rig.assign(&[&mia]).await;
    let act = async |what: &str, more: &[(&str, &str)]| {
        let mut fields = vec![("job", rig.job.as_str()), ("back", page.as_str())];
        fields.extend(more);
        let answer = rig.probe.form(&format!("/emulator/do/push-{what}"), &fields).await;
        assert!(answer.location().starts_with(&page), "{}", answer.location());
        rig.probe.get(&answer.location()).await.text
    };
    let shown = rig.probe.get(&page).await.text;
    assert!(shown.contains("Harbor") && shown.contains("NotRun") && shown.contains("none yet"), "{shown}");
    assert!(act("cycle", &[]).await.contains("1 looked at, 1 created"));
    assert!(act("start", &[]).await.contains("Next cycle"));
    assert!(act("pause", &[]).await.contains("Paused"));
    let told = act("demand", &[("object", "mia@contoso.com")]).await;
    assert!(told.contains("mia: other, skipped: The target has the same values."), "{told}");
    assert!(act("demand", &[("object", "nobody")]).await.contains("class=\"notice bad\""));
    rig.unassign(&mia).await;
    let held = act("cycle", &[]).await;
    assert!(held.contains("TooManyDeletes") && held.contains("1 deletions held"), "{held}");
    act("allow", &[]).await;
    assert!(act("cycle", &[]).await.contains("1 disabled"));
    assert!(act("restart", &[]).await.contains("begins again"));
    assert!(rig.state().await["due"].is_string());
}
