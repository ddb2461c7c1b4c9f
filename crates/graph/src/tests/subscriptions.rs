//! Subscriptions: what exactly is sent, and what an end looks like.

use kernel::{Secret, Timestamp};
use serde_json::{Value, json};

use super::double::{answer, double, ok, refused};
use crate::{GraphError, NewSubscription};

const ID: &str = "7f105c7d-2dc5-4530-97cd-4e7ae6534c07";

fn wish() -> NewSubscription {
    NewSubscription {
        resource: "groups",
        notification_url: "https://vestibule.example/told/1".to_owned(),
        client_state: Secret::from("only-we-know"),
        expires_at: Timestamp::parse("2026-11-25T08:00:00Z").unwrap(),
    }
}

fn shown(until: &str) -> Value {
    json!({ "id": ID, "resource": "groups", "changeType": "updated,deleted", "clientState": null,
        "notificationUrl": "https://vestibule.example/told/1", "expirationDateTime": until, "applicationId": ID })
}

#[tokio::test]
async fn a_subscription_is_asked_for_listed_renewed_and_ended() {
    let steps = [
        answer(201, shown("2026-11-25T08:00:00.0000000Z").to_string()),
        ok(json!({ "value": [shown("2026-11-25T08:00:00Z")] })),
        ok(shown("2026-11-28T08:00:00Z")),
        answer(204, ""),
    ];
    let double = double(steps).await;
    let made = double.client.create_subscription(&wish()).await.unwrap();
    assert_eq!((made.id.as_str(), made.expires_at), (ID, wish().expires_at));
    assert_eq!(double.client.subscriptions().await.unwrap(), vec![made]);
    let until = Timestamp::parse("2026-11-28T08:00:00Z").unwrap();
    assert_eq!(double.client.renew_subscription(ID, until).await.unwrap().unwrap().expires_at, until);
    double.client.delete_subscription(ID).await.unwrap();

    let own = format!("/v1.0/subscriptions/{ID}");
    let expected = [
        "POST /v1.0/subscriptions".to_owned(),
        "GET /v1.0/subscriptions".to_owned(),
        format!("PATCH {own}"),
        format!("DELETE {own}"),
    ];
    assert_eq!(double.lines(), expected);
    let bodies: Vec<Value> =
        double.asked().iter().map(|asked| serde_json::from_str(&asked.body).unwrap_or_default()).collect();
    let sent = json!({ "changeType": "updated,deleted", "resource": "groups", "clientState": "only-we-know",
        "notificationUrl": "https://vestibule.example/told/1", "lifecycleNotificationUrl": "https://vestibule.example/told/1",
        "expirationDateTime": "2026-11-25T08:00:00Z", "latestSupportedTlsVersion": "v1_2" });
    assert_eq!((&bodies[0], &bodies[2]), (&sent, &json!({ "expirationDateTime": "2026-11-28T08:00:00Z" })));
}

#[tokio::test]
async fn what_graph_has_no_more_is_no_failure_and_a_refusal_is_one() {
    let gone = || refused(404, "ResourceNotFound");
    let double = double([gone(), gone(), refused(400, "ValidationError")]).await;
    let until = Timestamp::parse("2026-11-28T08:00:00Z").unwrap();
    assert_eq!(double.client.renew_subscription(ID, until).await.unwrap(), None);
    double.client.delete_subscription(ID).await.unwrap();
    let error = double.client.create_subscription(&wish()).await.unwrap_err();
    assert!(matches!(&error, GraphError::Rejected(refusal) if refusal.is("ValidationError")), "{error}");
    assert_eq!(double.lines().len(), 3, "it is not asked twice whether the address can be reached");
}

#[test]
fn a_wish_shows_neither_its_state_nor_its_address() {
    let shown = format!("{:?}", wish());
    assert!(!shown.contains("only-we-know") && !shown.contains("vestibule.example"), "{shown}");
}
