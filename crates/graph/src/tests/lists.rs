//! Lists: options, pages, and what every page must carry.

use serde_json::json;
use uuid::Uuid;

use super::double::{answer, double, ok};
use crate::query::quote;
use crate::{GraphError, Query};

const A: Uuid = Uuid::from_u128(0xa1);

fn page(next: Option<&str>, count: Option<u64>) -> super::double::Step {
    let mut body = json!({ "value": [{ "id": A }] });
    if let Some(next) = next {
        body["@odata.nextLink"] = json!(format!("{{base}}/users?$skiptoken={next}"));
    }
    if let Some(count) = count {
        body["@odata.count"] = json!(count);
    }
    ok(body)
}

#[tokio::test]
async fn an_advanced_query_says_so_on_every_page() {
    let double = double([page(Some("1"), Some(2)), page(None, None)]).await;
    let mut list = double.client.users(&Query::new().filter("endsWith(mail,'x')").advanced().top(5_000));
    let first = list.next_page().await.unwrap().unwrap();
    assert_eq!((first.count, first.more), (Some(2), true));
    assert!(!list.next_page().await.unwrap().unwrap().more);
    assert!(list.next_page().await.unwrap().is_none());
    assert!(double.asked().iter().all(|asked| asked.headers["consistencylevel"] == "eventual"));
    assert_eq!(double.lines()[0], "GET /v1.0/users?$filter=endsWith(mail,%27x%27)&$top=999&$count=true");
    assert_eq!(double.lines()[1], "GET /v1.0/users?$skiptoken=1");
}

#[tokio::test]
async fn options_are_escaped() {
    let double = double([page(None, None)]).await;
    let query = Query::new()
        .select(["id", "mail"])
        .filter(format!("surname eq {}", quote("O'Neil & Söhne #1+1")))
        .order_by("displayName desc");
    double.client.users(&query).all(10).await.unwrap();
    assert_eq!(
        double.lines()[0],
        "GET /v1.0/users?$select=id,mail&$filter=surname%20eq%20%27O%27%27Neil%20%26%20S%C3%B6hne%20%231%2B1%27&$orderby=displayName%20desc"
    );
    assert!(!double.asked()[0].headers.contains_key("consistencylevel"));
    assert_eq!(Query::new().search("displayName", r#"a"b\"#).to_text(), "$search=%22displayName:a%5C%22b%5C%5C%22");
}

#[tokio::test]
async fn a_list_is_whole_or_an_error() {
    let double = double([page(Some("1"), None), page(Some("2"), None), page(None, None)]).await;
    assert_eq!(double.client.users(&Query::new()).all(3).await.unwrap().len(), 3);

    let long = super::double::double([page(Some("1"), None), page(Some("2"), None)]).await;
    assert!(matches!(long.client.users(&Query::new()).all(1).await, Err(GraphError::Broken { .. })));

    let first = super::double::double([page(Some("1"), None), page(Some("2"), None)]).await;
    assert_eq!(first.client.users(&Query::new()).first(2).await.unwrap().len(), 2);
    assert_eq!(first.asked().len(), 2);

    let circle = super::double::double([page(Some("1"), None), page(Some("1"), None)]).await;
    assert!(matches!(circle.client.users(&Query::new()).all(9).await, Err(GraphError::Broken { .. })));
}

#[tokio::test]
async fn a_count_is_a_bare_number() {
    let double = double([answer(200, "\u{feff}893"), answer(200, "many")]).await;
    assert_eq!(double.client.user_count(Some("accountEnabled eq true")).await.unwrap(), 893);
    assert_eq!(double.lines()[0], "GET /v1.0/users/$count?$filter=accountEnabled%20eq%20true");
    assert_eq!(double.asked()[0].headers["consistencylevel"], "eventual");
    assert!(matches!(double.client.group_count(None).await, Err(GraphError::Broken { .. })));
}
