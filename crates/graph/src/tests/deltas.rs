//! Rounds of delta queries.

use serde_json::json;
use uuid::Uuid;

use super::double::{Double, Step, answer, double, ok, refused};
use crate::ObjectKind::{Group, Other, User};
use crate::{DeltaUser, GraphError, Next, Page, Start};

const A: Uuid = Uuid::from_u128(0xa1);
const B: Uuid = Uuid::from_u128(0xb2);

fn more(token: &str, value: serde_json::Value) -> Step {
    ok(
        json!({ "@odata.context": "x", "@odata.nextLink": format!("{{base}}/users/delta?$skiptoken={token}"), "value": value }),
    )
}

fn done(token: &str, value: serde_json::Value) -> Step {
    ok(json!({ "value": value, "@odata.deltaLink": format!("{{base}}/users/delta?$deltatoken={token}") }))
}

async fn drain(double: &Double, start: &Start) -> Result<Vec<Page<DeltaUser>>, GraphError> {
    let mut reader = double.client.delta_users(start)?;
    let mut pages = Vec::new();
    while let Some(page) = reader.next_page().await? {
        pages.push(page);
    }
    Ok(pages)
}

fn everything() -> Start {
    Start::full(["displayName", "manager"])
}

#[tokio::test]
async fn a_round_is_read_page_by_page() {
    let double = double([
        more("1", json!([{ "id": A, "displayName": "Ada", "manager@delta": [{ "@odata.type": "#microsoft.graph.user", "id": B }] }])),
        more("2", json!([])),
        done("d", json!([{ "id": B, "@removed": { "reason": "changed" } }])),
    ])
    .await;
    let pages = drain(&double, &everything()).await.unwrap();
    assert_eq!(pages.iter().map(|page| page.items.len()).collect::<Vec<_>>(), [1, 0, 1]);
    assert_eq!(pages[0].next, Next::More(format!("{}/users/delta?$skiptoken=1", double.base)));
    assert_eq!(pages[2].next, Next::Done(format!("{}/users/delta?$deltatoken=d", double.base)));
    assert_eq!(pages[0].request_id.as_deref(), Some("graph-id"));
    assert_eq!(
        double.lines(),
        [
            "GET /v1.0/users/delta?$select=displayName,manager",
            "GET /v1.0/users/delta?$skiptoken=1",
            "GET /v1.0/users/delta?$skiptoken=2",
        ]
    );
}

#[tokio::test]
async fn every_beginning_asks_what_it_should() {
    for (start, expected) in [
        (Start::full([""; 0]), "/users/delta".to_owned()),
        (
            Start::Only { select: vec!["members".into()], ids: vec![A, B] },
            format!("/users/delta?$select=members&$filter=id%20eq%20%27{A}%27%20or%20id%20eq%20%27{B}%27"),
        ),
        (Start::Latest { select: vec!["mail".into()] }, "/users/delta?$select=mail&$deltatoken=latest".to_owned()),
    ] {
        let double = double([done("d", json!([]))]).await;
        drain(&double, &start).await.unwrap();
        assert_eq!(double.lines(), [format!("GET /v1.0{expected}")]);
    }
    let double = double([done("e", json!([])), done("f", json!([]))]).await;
    let link = format!("{}/users/delta?$deltatoken=d", double.base);
    drain(&double, &Start::From { delta_link: link.clone() }).await.unwrap();
    drain(&double, &Start::Resume { next_link: link }).await.unwrap();
    assert_eq!(double.lines(), ["GET /v1.0/users/delta?$deltatoken=d"; 2]);
}

#[tokio::test]
async fn a_read_that_failed_half_way_is_not_a_short_read() {
    let link = "{base}/users/delta?$skiptoken=1";
    for (what, page) in [
        ("neither link", ok(json!({ "value": [] }))),
        ("both links", ok(json!({ "value": [], "@odata.nextLink": link, "@odata.deltaLink": link }))),
        ("no value", ok(json!({ "@odata.deltaLink": link }))),
        ("cut off", answer(200, format!(r#"{{"@odata.deltaLink":"{link}","value":[{{"id":"{A}"}}"#))),
        ("an item without an id", done("d", json!([{ "displayName": "Ada" }]))),
        ("an item that is no object", done("d", json!([7]))),
        ("html", answer(200, "<html>")),
        ("an error in the middle", answer(200, format!(r#"{{"value":[{{"id":"{A}"}},{{"error":{{"code":"x"}}}}"#))),
    ] {
        let double = double([more("1", json!([])), page]).await;
        let error = drain(&double, &everything()).await.unwrap_err();
        assert!(matches!(error, GraphError::Broken { .. }) && error.try_again(), "{what}: {error}");
    }
}

#[tokio::test]
async fn pages_that_go_round_in_a_circle_end() {
    let double = double([more("1", json!([])), more("2", json!([])), more("1", json!([]))]).await;
    let error = drain(&double, &everything()).await.unwrap_err();
    assert!(error.to_string().contains("circle"), "{error}");
}

#[tokio::test]
async fn links_that_lead_away_are_not_followed() {
    for link in
        ["http://evil.example/v1.0/users/delta?$skiptoken=1", "{base}/../beta/users/delta", "nonsense", "{base}x/users"]
    {
        for name in ["@odata.nextLink", "@odata.deltaLink"] {
            let double = double([ok(json!({ "value": [], name: link }))]).await;
            let error = drain(&double, &everything()).await.unwrap_err();
            assert!(matches!(error, GraphError::Broken { .. }), "{link}: {error}");
            assert_eq!(double.asked().len(), 1);
        }
    }
    let double = double([]).await;
    let away = Start::From { delta_link: "https://evil.example/v1.0/users/delta?$deltatoken=x".into() };
    assert!(drain(&double, &away).await.is_err() && double.asked().is_empty());
}

#[tokio::test]
async fn a_dead_token_asks_for_a_reset() {
    let gone = || {
        answer(410, r#"{"error":{"code":"resyncRequired","message":"x"}}"#)
            .header("location", "https://g/users/delta?$deltatoken=")
    };
    for (step, fresh, later) in [
        (gone(), true, true),
        (refused(400, "syncStateNotFound"), true, true),
        (refused(400, "SyncStateNotFound"), true, true),
        (refused(400, "resyncRequired"), true, true),
        (refused(400, "Directory_ExpiredPageToken"), true, true),
        // Of a first request it says that the request is wrong; of a later one, that the token is old.
        (refused(400, "Request_UnsupportedQuery"), false, true),
        (refused(400, "Request_BadRequest"), false, false),
        (refused(403, "Authorization_RequestDenied"), false, false),
    ] {
        let first = double([step.clone()]).await;
        let error = drain(&first, &everything()).await.unwrap_err();
        assert_eq!(matches!(error, GraphError::DeltaReset { .. }), fresh, "{error}");

        let second = double([more("1", json!([])), step.clone()]).await;
        let error = drain(&second, &everything()).await.unwrap_err();
        assert_eq!(matches!(error, GraphError::DeltaReset { .. }), later, "{error}");
        assert!(!error.try_again());

        let third = double([step]).await;
        let link = format!("{}/users/delta?$deltatoken=d", third.base);
        let error = drain(&third, &Start::From { delta_link: link }).await.unwrap_err();
        assert_eq!(matches!(error, GraphError::DeltaReset { .. }), later, "{error}");
    }
    let double = double([gone()]).await;
    let GraphError::DeltaReset { location, refusal } = drain(&double, &everything()).await.unwrap_err() else {
        panic!()
    };
    assert_eq!((location.as_deref(), refusal.status), (Some("https://g/users/delta?$deltatoken="), 410));
}

#[tokio::test]
async fn slices_of_a_group_come_as_they_are() {
    let member = |id: Uuid, kind: &str| json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": id });
    let mut gone = member(A, "user");
    gone["@removed"] = json!({ "reason": "deleted" });
    let page = ok(json!({
        "@odata.deltaLink": "{base}/groups/delta?$deltatoken=d",
        "value": [
            { "id": A, "displayName": "Large", "members@delta": [member(A, "user"), member(B, "group")] },
            { "id": A, "displayName": "Large", "members@delta": [gone, member(B, "toaster")] },
            { "id": B, "@removed": { "reason": "deleted" } },
        ],
    }));
    let double = double([page]).await;
    let mut reader = double.client.delta_groups(&Start::full(["members"])).unwrap();
    let items = reader.next_page().await.unwrap().unwrap().items;
    assert!(reader.next_page().await.unwrap().is_none());
    let seen: Vec<_> = items
        .iter()
        .flat_map(|item| item.member_changes.iter().map(|change| (change.id, change.kind, change.removed)))
        .collect();
    assert_eq!(seen, [(A, User, false), (B, Group, false), (A, User, true), (B, Other, false)]);
    assert_eq!(items[2].removed, Some(crate::RemovedReason::Deleted));
}
