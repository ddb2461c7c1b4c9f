//! Changes that reach people are looked at first: other settings, and what the applications in Entra hold.

use e2e::World;
use e2e::world::{HOUR, text};
use kernel::Role;
use serde_json::{Value, json};

use super::stage::Stage;
use super::walker::Walker;

#[tokio::test]
async fn settings_that_lock_somebody_out_are_previewed_and_refused_until_they_are_meant() {
    World::on_each(2, async |world| {
        world.filled().await;
        let (stage, mut walker) = (Stage::new(world).await, Walker::new());
        stage.enrol_app(&mut walker, "p1").await;
        let (here, preview) = (stage.here(), format!("{}/preview", stage.here()));
        assert_eq!(world.ask("GET", &preview, Value::Null).await.status, 404, "nobody has looked");
        let mut settings = world.get(&here).await["settings"].clone();
        settings["kinds"] = json!(["passkey", "temporary"]);

        let found = world.post(&preview, json!({ "settings": settings })).await;
        let figures = &found["figures"];
        assert_eq!((&figures["people"], &figures["loses_last"]), (&json!(2), &json!(1)), "{found:#}");
        assert_eq!(world.get(&preview).await, found);
        let people = world.get(&format!("{preview}/people?effect=loses_last&q=P1")).await;
        assert_eq!((text(&people["items"][0]["name"]), &people["next"]), ("p1".to_owned(), &Value::Null), "{people:#}");
        let change = |confirmation: Value| json!({ "settings": settings, "confirmation": confirmation });
        for typed in [Value::Null, json!("contoso")] {
            let refused = world.ask("PUT", &here, change(typed)).await;
            assert_eq!(
                (refused.status, &refused.body["code"]),
                (409, &json!("mfa.last_factors")),
                "{:#}",
                refused.body
            );
        }
        let auditor = world.token_for(Role::Auditor).await;
        let refused = world.ask_as(&auditor, "PUT", &here, change(json!("Contoso"))).await;
        assert_eq!(refused.status, 403, "who only looks changes nothing");
        let looked = world.ask_as(&auditor, "POST", &preview, json!({ "settings": settings })).await;
        assert_eq!(looked.status, 403, "who only looks has nobody looked for");
        let found = world.ask_as(&auditor, "GET", &preview, Value::Null).await;
        assert_eq!(found.status, 200, "and reads what was found");
        walker.forget();
        let page = stage.to_our_page(&mut walker, "p1").await;
        assert!(page.html.contains("/code\""), "nothing has changed: {}", page.html);

        let saved = world.ask("PUT", &here, change(json!("Contoso"))).await;
        assert_eq!(saved.status, 200, "{:#}", saved.body);
        walker.forget();
        let page = stage.to_our_page(&mut walker, "p1").await;
        assert!(!page.html.contains("/code\""), "it counts no more: {}", page.html);
    })
    .await;
}

#[tokio::test]
async fn what_the_applications_lack_is_added_by_graph_and_nothing_is_taken_away() {
    World::on_each(1, async |world| {
        let stage = Stage::new(world).await;
        let path = format!("{}/applications", stage.here());
        let own = world.entra.running.client_id.to_string();
        let shown = world.get(&path).await;
        let back = format!("{}/me/callback", world.node.url);
        let (method, portal) = (&shown["applications"][0], &shown["applications"][1]);
        assert_eq!(method["app_id"], stage.provider["app_id"], "{shown:#}");
        assert_eq!(method["reply_urls"], json!([stage.provider["authorization_endpoint"]]));
        assert_eq!((&portal["app_id"], &portal["reply_urls"]), (&json!(own), &json!([back])));
        assert_eq!(portal["id_token_claims"], json!(["auth_time"]));
        for script in ["powershell", "az"] {
            assert!(text(&shown[script]).contains(&back) && text(&shown[script]).contains("auth_time"), "{shown:#}");
        }
        let file = world.get(&format!("{}/settings-file", stage.here())).await;
        let portal = &file["plain"]["applications"][1];
        assert_eq!((&portal["appId"], &portal["web"]["redirectUris"]), (&json!(own), &json!([back])), "{file:#}");
        assert_eq!(portal["optionalClaims"]["idToken"][0]["name"], "auth_time");

        world.entra.withdraw_consent().await;
        let consent = format!("tenants/default/apps/{own}/consent");
        world.entra.call("POST", &consent, json!({ "permissions": ["Application.Read.All"] })).await;
        // The token of before is over.
        world.advance(2 * HOUR);
        let refused = world.ask("POST", &path, Value::Null).await;
        assert_eq!(refused.status, 409, "without the permission Entra says no: {:#}", refused.body);
        let order = json!({ "redirect_uris": ["https://kept.example/"], "optional_claims": { "id_token": ["upn"] } });
        world.entra.call("PATCH", &format!("apps/{own}"), order).await;
        world.entra.call("POST", &consent, json!({ "permissions": ["Application.ReadWrite.All"] })).await;
        let added = world.post(&path, Value::Null).await;
        assert_eq!(added["applications"][0]["added"], json!([]), "{added:#}");
        assert_eq!(added["applications"][1]["added"], json!([back, "auth_time"]), "{added:#}");
        let again = world.post(&path, Value::Null).await;
        assert_eq!(again["applications"][1]["added"], json!([]), "{again:#}");
        let app = world.entra.call("GET", &format!("apps/{own}"), Value::Null).await.to_string();
        for kept in ["https://kept.example/", "upn", &back, "auth_time"] {
            assert!(app.contains(kept), "{kept}: {app}");
        }
        assert_eq!(world.count_events("mfa.application_prepared").await, 2);
        let auditor = world.token_for(Role::Auditor).await;
        assert_eq!(world.ask_as(&auditor, "POST", &path, Value::Null).await.status, 403);
    })
    .await;
}
