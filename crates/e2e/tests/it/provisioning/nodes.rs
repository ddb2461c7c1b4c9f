//! Two nodes on one PostgreSQL that serve one cycle.

use e2e::{Node, World};
use serde_json::json;
use store::Backend;

use super::stage::{Plot, Push};

/// Sends every connection to the next node in turn, as a balancer does.
async fn balance(urls: Vec<String>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for url in urls.iter().cycle() {
            let Ok((mut from, _)) = listener.accept().await else { return };
            let address = url.trim_start_matches("http://").to_owned();
            tokio::spawn(async move {
                let Ok(mut to) = tokio::net::TcpStream::connect(address).await else { return };
                // Either side may hang up when it likes.
                let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
            });
        }
    });
    own
}

#[tokio::test]
async fn two_nodes_serve_one_cycle() {
    World::on(Backend::Postgres, 40, async |world| {
        let other = Node::start(&world.ground).await.unwrap();
        let push = Push::start(world).await;
        let balanced = balance(vec![world.node.url.clone(), other.url.clone()]).await;
        let target = push.base.replace(&world.node.url, &balanced);
        let behaviour = json!({ "parallel_requests": 6 });
        push.tell("PATCH", "", json!({ "target_url": target, "behaviour": behaviour })).await;
        let counts = push.pushed().await;
        assert_eq!((&counts["created"], &counts["members_added"]), (&json!(41), &json!(40)), "{counts:#}");
        push.must_mirror_entra("after both nodes").await;
        for number in 1..=10 {
            world.entra.change(&format!("p{number}"), json!({ "jobTitle": "Pilot" })).await;
        }
        push.pushed().await;
        push.must_mirror_entra("after both nodes again").await;
        super::killed::nobody_was_made_twice(world).await;

        // A key that one node revokes is refused by the other as well, once it looks again.
        push.revoke(&push.key).await;
        world.advance(e2e::world::MINUTE);
        world.entra.change("p1", json!({ "jobTitle": "Captain" })).await;
        assert_eq!(push.cycle().await["error"]["code"], "Unauthorized");
    })
    .await;
}

#[tokio::test]
async fn parallel_creates_of_one_name_on_two_nodes_admit_one() {
    World::on(Backend::Postgres, 1, async |world| {
        let other = Node::start(&world.ground).await.unwrap();
        let push = Push::with(world, Plot::default()).await;
        let beside = Push {
            base: push.base.replace(&world.node.url, &other.url),
            key: push.key.clone(),
            job: push.job.clone(),
            ..Push::with(world, Plot { connection: json!({ "name": "other" }), ..Plot::default() }).await
        };
        let since = world.newest().await;
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "twin@contoso.com" });
        let calls = (0..12).map(|number| {
            let side = if number % 2 == 0 { &push } else { &beside };
            side.call("POST", "Users", body.clone())
        });
        let answers = futures_util::future::join_all(calls).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!((statuses[0], statuses.iter().filter(|status| **status == 409).count()), (201, 11), "{statuses:?}");
        let made = answers.iter().find(|answer| answer.status == 201).unwrap();
        assert_eq!(push.user("twin").await["id"], made.body["id"], "the one who was admitted is the one who is there");
        push.event(since, "user.created", "twin@contoso.com").await;
        assert_eq!(world.happened(since).await.len(), 1, "the others have left no trace");
    })
    .await;
}
