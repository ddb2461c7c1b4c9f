//! Exceptions, additions and filters.

use e2e::World;
use e2e::world::DAY;
use serde_json::json;

#[tokio::test]
async fn an_exception_keeps_somebody_out_until_it_expires() {
    World::on_each(40, async |world| {
        world.filled().await;
        let since = world.newest().await;
        let body = json!({
            "kind": "user", "value": world.entra.id("p4").await, "label": "p4", "owner": "ada", "reason": "contractor",
            "expires_at": world.now().plus(2 * DAY),
        });
        world.post(&format!("dirsync/sources/{}/exceptions", world.tenant), body).await;
        world.work().await;
        assert_eq!(world.standing("p4").await, "conflict/exception");
        let made = world.event(since, "dirsync.exception_created", "p4").await;
        assert_eq!((&made["reason"], &made["actor"]["kind"]), (&json!("contractor"), &json!("token")));
        world.event(since, "user.conflicted", "p4").await;
        world.later(DAY).await;
        assert_eq!(world.standing("p4").await, "conflict/exception");
        world.later(2 * DAY).await;
        assert_eq!(world.standing("p4").await, "active", "the exception is over");
        world.event(since, "user.enabled", "p4").await;
    })
    .await;
}

#[tokio::test]
async fn somebody_added_by_address_is_expected_and_then_let_in() {
    World::on_each(40, async |world| {
        world.set(|settings| settings["filter"] = json!("department eq 'Works'")).await;
        world.filled().await;
        let since = world.newest().await;
        let body = json!({ "email": "New.Hire@contoso.com", "reason": "starts on Monday" });
        let added = world.post(&format!("dirsync/sources/{}/additions", world.tenant), body).await;
        assert_eq!(added["state"], "expected", "{added:#}");
        world.event(since, "dirsync.addition_created", "new.hire@contoso.com").await;
        world.later(DAY).await;
        world.entra.hire("new.hire", json!({ "displayName": "New Hire", "department": "Elsewhere" })).await;
        world.entra.hire("other", json!({ "department": "Elsewhere" })).await;
        world.delta().await;
        assert_eq!(world.standing("new.hire").await, "active", "let in although the filter keeps it out");
        assert_eq!(world.standing("other").await, "excluded/filter");
        let list = world.get("dirsync/additions").await;
        assert_eq!(list["items"][0]["state"], "found", "{list:#}");
        let names = world.happened(since).await;
        assert!(names.iter().any(|name| name.starts_with("dirsync.addition_found")), "{names:?}");
        assert!(names.contains(&"user.created New Hire".to_owned()), "{names:?}");
        assert!(!names.iter().any(|name| name.ends_with(" other")), "who is kept out is in no event: {names:?}");
    })
    .await;
}

#[tokio::test]
async fn a_filter_is_tried_before_it_is_saved_and_confirmed_before_it_works() {
    World::on_each(40, async |world| {
        world.filled().await;
        let mut settings = world.status().await["settings"].clone();
        let path = format!("dirsync/sources/{}/settings/preview", world.tenant);
        settings["filter"] = json!("department eq 'Works' and (");
        let wrong = world.ask("POST", &path, settings.clone()).await;
        assert_eq!(wrong.status, 400, "{:#}", wrong.body);
        settings["filter"] = json!("not startsWith(displayName,'p4')");
        let preview = world.post(&path, settings.clone()).await;
        assert_eq!((&preview["included"], &preview["would_lose"]), (&json!(38), &json!(2)), "p4 and p40: {preview:#}");
        assert_eq!(world.usable().await, 40, "a preview changes nothing");

        let since = world.newest().await;
        world.set(|shown| *shown = settings.clone()).await;
        world.work().await;
        assert_eq!(world.usable().await, 40, "nothing before somebody confirms");
        world.event(since, "dirsync.settings_changed", "directory sync").await;
        let held = world.status().await["open_run"].clone();
        assert_eq!(held["state"], "held", "{held:#}");
        let run = world.approve(&held, json!({ "part": "all" })).await;
        assert_eq!((&run["state"], world.usable().await), (&json!("done"), 38), "{run:#}");
        assert_eq!(world.standing("p40").await, "conflict/out_of_filter");
        world.event(since, "user.conflicted", "p40").await;
        let why = world.get(&format!("dirsync/users/{}/why", world.user("p40").await.id)).await;
        assert_eq!(why["why"]["included"], false, "{why:#}");
    })
    .await;
}

#[tokio::test]
async fn guests_and_disabled_accounts_stay_out_by_default() {
    World::on_each(4, async |world| {
        world.entra.hire("guest", json!({ "userType": "Guest" })).await;
        world.entra.hire("asleep", json!({ "accountEnabled": false })).await;
        world.filled().await;
        assert_eq!(world.standing("guest").await, "excluded/guest");
        assert_eq!(world.standing("asleep").await, "excluded/disabled");
        let events = world.happened(0).await;
        assert!(!events.iter().any(|event| event.ends_with("guest") || event.ends_with("asleep")), "{events:?}");
        world.must_mirror_entra("the usual settings").await;
    })
    .await;
}
