//! A cycle over many people: how many requests it takes, and what is kept of it.

use super::*;
use crate::provisioning::job::LOG_KEPT;

#[tokio::test]
async fn an_initial_cycle_asks_and_writes_once_for_each_and_keeps_little() {
    let people = 600;
    let rig = Rig::ordered("", json!({ "behaviour": { "scope": "everyone" } }), people).await;
    let cycle = rig.cycle().await;
    let counts = cycle.counts;
    assert_eq!((cycle.error, counts.failed), (None, 0));
    assert!(counts.created > people as u64 / 2, "{counts:?}");
    let calls = rig.target.calls();
    let count = |method: &str| calls.iter().filter(|call| call.method == method).count() as u64;
    let begun = counts.created + counts.updated;
    assert_eq!(count("POST"), counts.created);
    // One query for each who is created, and nobody else is asked for.
    assert_eq!(count("GET"), counts.created, "{begun}");
    let members = calls.iter().filter(|call| call.method == "PATCH" && call.path.starts_with("/Groups"));
    assert!(members.count() as u64 <= counts.members_added);
    assert!(rig.target.with(|inside| inside.most_at_once) <= 4);
    assert!(rig.log().await.len() <= LOG_KEPT);

    rig.post("/restart", Value::Null).await;
    let again = rig.cycle().await;
    assert!(again.initial);
    assert_eq!((again.counts.exported(), again.counts.members_added), (0, 0));
    let calls = rig.target.calls();
    assert!(calls.iter().all(|call| call.method == "GET"), "everything was as it should be");
}
