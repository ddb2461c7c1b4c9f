//! Change notifications: handshake, payload, retries, lifecycle. The listener is a real one on loopback.

use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::post;
use tokio::sync::mpsc;

use super::*;

/// What a listener was sent.
struct Listener {
    url: String,
    posts: mpsc::UnboundedReceiver<Value>,
}

#[derive(Clone)]
struct Ear {
    posts: mpsc::UnboundedSender<Value>,
    /// How many notifications are refused first.
    refusals: Arc<std::sync::atomic::AtomicUsize>,
}

async fn hear(
    State(ear): State<Ear>,
    Query(query): Query<std::collections::HashMap<String, String>>,
    body: String,
) -> axum::response::Response {
    if let Some(token) = query.get("validationToken") {
        return ([("content-type", "text/plain")], token.clone()).into_response();
    }
    let refused =
        ear.refusals.fetch_update(std::sync::atomic::Ordering::SeqCst, std::sync::atomic::Ordering::SeqCst, |left| {
            left.checked_sub(1)
        });
    let _ = ear.posts.send(serde_json::from_str(&body).unwrap());
    if refused.is_ok() {
        http::StatusCode::SERVICE_UNAVAILABLE.into_response()
    } else {
        http::StatusCode::ACCEPTED.into_response()
    }
}

impl Listener {
    async fn start(refusals: usize) -> Self {
        let (sender, posts) = mpsc::unbounded_channel();
        let ear = Ear { posts: sender, refusals: Arc::new(refusals.into()) };
        let router = Router::new().route("/hook", post(hear)).route("/deaf", post(|| async { "no" })).with_state(ear);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, posts }
    }

    async fn next(&mut self) -> Value {
        tokio::time::timeout(Duration::from_secs(20), self.posts.recv()).await.expect("a notification in time").unwrap()
    }
}

fn wish(listener: &Listener, resource: &str) -> Value {
    json!({
        "changeType": "updated,deleted", "notificationUrl": format!("{}/hook?mine=1", listener.url), "resource": resource,
        "expirationDateTime": "2026-03-10T00:00:00Z", "clientState": "secret",
    })
}

fn provide_tls() {
    // Another test may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

#[tokio::test]
async fn a_listener_that_echoes_is_told_of_changes() {
    provide_tls();
    let rig = Rig::new(60, 20, EVERYTHING);
    let mut listener = Listener::start(1).await;
    let made = rig.post("/subscriptions", wish(&listener, "users")).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["clientState"], "secret");
    let id = made.json()["id"].as_str().unwrap().to_owned();

    let person = rig.plain_user(3);
    rig.send("DELETE", &format!("/users/{person}"), &[], None).await;
    let refused = listener.next().await;
    rig.advance(601);
    let told = listener.next().await;
    assert_eq!(refused, told, "refused ones come again after ten minutes");
    let item = &told["value"][0];
    assert_eq!(
        (item["changeType"].as_str(), item["clientState"].as_str()),
        (Some("updated"), Some("secret")),
        "soft deletion is an update"
    );
    assert_eq!(item["resource"], format!("Users/{person}"));
    assert_eq!(item["resourceData"]["@odata.type"], "#Microsoft.Graph.User");
    assert_eq!(
        (item["subscriptionId"].as_str(), item["tenantId"].as_str()),
        (Some(id.as_str()), Some(rig.tenant.id.to_string().as_str()))
    );

    rig.send("DELETE", &format!("/directory/deletedItems/{person}"), &[], None).await;
    assert_eq!(listener.next().await["value"][0]["changeType"], "deleted");
}

#[tokio::test]
async fn groups_tell_who_joined_and_left() {
    provide_tls();
    let rig = Rig::new(60, 20, EVERYTHING);
    let mut listener = Listener::start(0).await;
    let (group, person) = (rig.group("All staff"), rig.plain_user(3));
    assert_eq!(rig.post("/subscriptions", wish(&listener, &format!("groups/{group}/members"))).await.status, 201);
    rig.send("PATCH", &format!("/groups/{group}"), &[], Some(json!({"description": "Not told"}))).await;
    rig.send("DELETE", &format!("/groups/{group}/members/{person}/$ref"), &[], None).await;
    let told = listener.next().await;
    assert_eq!(told["value"][0]["resourceData"]["members@delta"], json!([{"id": person, "@removed": "deleted"}]));
}

#[tokio::test]
async fn the_end_is_announced_and_renewed() {
    provide_tls();
    let rig = Rig::new(20, 5, EVERYTHING);
    let mut listener = Listener::start(0).await;
    let mut wanted = wish(&listener, "users");
    wanted["lifecycleNotificationUrl"] = wanted["notificationUrl"].clone();
    let id = rig.post("/subscriptions", wanted).await.json()["id"].as_str().unwrap().to_owned();
    rig.advance(8 * 86_400);
    let told = listener.next().await;
    assert_eq!(told["value"][0]["lifecycleEvent"], "reauthorizationRequired");
    assert!(told["value"][0].get("resource").is_none());
    assert_eq!(rig.send("POST", &format!("/subscriptions/{id}/reauthorize"), &[], None).await.status, 204);
    let path = format!("/subscriptions/{id}");
    let renewed = rig.send("PATCH", &path, &[], Some(json!({"expirationDateTime": "2026-03-20T00:00:00Z"}))).await;
    assert_eq!((renewed.status, renewed.json()["expirationDateTime"].as_str()), (200, Some("2026-03-20T00:00:00Z")));
    assert_eq!(rig.get("/subscriptions").await.json()["value"][0]["clientState"], Value::Null);
    rig.advance(30 * 86_400);
    assert_eq!(
        rig.send("PATCH", &path, &[], Some(json!({"expirationDateTime": "2026-05-01T00:00:00Z"}))).await.status,
        404
    );
}

#[tokio::test]
async fn wishes_that_cannot_be_are_refused() {
    provide_tls();
    let mut rig = Rig::new(20, 5, EVERYTHING);
    let listener = Listener::start(0).await;
    let with = |name: &str, value: Value| {
        let mut body = wish(&listener, "users");
        body[name] = value;
        body
    };
    let cases = [
        (
            with("notificationUrl", json!(format!("{}/deaf", listener.url))),
            "ValidationError",
            "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
        ),
        (
            with("notificationUrl", json!(format!("{}/missing", listener.url))),
            "ValidationError",
            "Subscription validation request failed. HTTP status code is 'NotFound'.",
        ),
        (
            with("expirationDateTime", json!("2026-04-01T00:00:00Z")),
            "InvalidRequest",
            "Subscription expiration can only be 41760 minutes in the future.",
        ),
        (
            with("changeType", json!("created")),
            "InvalidRequest",
            "Invalid 'changeType' attribute: 'created' is not supported for this resource.",
        ),
        (
            with("resource", json!("me/messages")),
            "InvalidRequest",
            "Resource 'me/messages' is not supported for change notifications.",
        ),
        (
            with("clientState", json!("x".repeat(129))),
            "InvalidRequest",
            "The 'clientState' attribute must not be longer than 128 characters.",
        ),
    ];
    for (body, code, message) in cases {
        let reply = rig.post("/subscriptions", body).await;
        assert_eq!((reply.status, reply.code().as_str(), reply.message().as_str()), (400, code, message));
    }
    rig.switch(|switches| switches.subscriptions_need_https = true);
    assert_eq!(rig.post("/subscriptions", wish(&listener, "users")).await.code(), "InvalidRequest");
    rig.allow(&["Group.Read.All"]);
    assert_eq!(rig.post("/subscriptions", wish(&listener, "users")).await.status, 403);
}
