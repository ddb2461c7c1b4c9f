//! Lists: filters, order, pages, cursors.

use scim::{GROUP, USER};
use serde_json::json;

use super::house::House;

async fn filled(db: testkit::Db) -> House {
    let house = House::new(db).await;
    for (name, title, active) in
        [("ada", "Pilot", true), ("Bob", "Cook", false), ("cyd", "Pilot", true), ("dee", "", true)]
    {
        let body = json!({ "userName": name, "title": title, "active": active, "externalId": format!("x-{name}"),
            "emails": [{ "value": format!("{name}@X.example"), "type": "work" }] });
        house.create(&USER, body).await.unwrap();
    }
    house
}

#[tokio::test]
async fn filters_find_what_they_mean() {
    testkit::on_each_database(async |db| {
        let house = filled(db).await;
        let ada = house.list(&USER, "filter=userName eq \"ADA\"").await["Resources"][0]["id"].clone();
        let ada = ada.as_str().unwrap();
        let group = house.group("Cranes", &[&ada.to_owned()]).await;
        let cases: [(String, &[&str]); 14] = [
            ("userName eq \"ADA\"".to_owned(), &["ada"]),
            ("externalId eq \"x-cyd\"".to_owned(), &["cyd"]),
            ("externalId eq \"X-cyd\"".to_owned(), &[]),
            ("emails[type eq \"work\"].value eq \"bob@x.example\"".to_owned(), &["Bob"]),
            ("emails eq \"bob@x.example\"".to_owned(), &["Bob"]),
            ("title eq \"pilot\"".to_owned(), &["ada", "cyd"]),
            ("title pr".to_owned(), &["ada", "Bob", "cyd"]),
            ("not (title pr)".to_owned(), &["dee"]),
            ("active eq false".to_owned(), &["Bob"]),
            ("active eq true and title eq \"Cook\"".to_owned(), &[]),
            ("userName sw \"c\" or userName ew \"e\"".to_owned(), &["cyd", "dee"]),
            (format!("id eq \"{ada}\""), &["ada"]),
            (format!("groups eq \"{group}\""), &["ada"]),
            (format!("groups.value eq \"{group}\" and userName eq \"bob\""), &[]),
        ];
        for (filter, expected) in cases {
            assert_eq!(house.names(&USER, &format!("filter={filter}")).await, expected, "{filter}");
        }
        let of_group = format!("filter=id eq \"{group}\" and members eq \"{ada}\"&excludedAttributes=members");
        let list = house.list(&GROUP, &of_group).await;
        assert_eq!(list["totalResults"], 1);
        assert!(list["Resources"][0].get("members").is_none());
    })
    .await;
}

#[tokio::test]
async fn pages_by_place_and_by_cursor_show_everybody_once() {
    testkit::on_each_database(async |db| {
        let house = filled(db).await;
        let first = house.list(&USER, "startIndex=1&count=3").await;
        assert_eq!(
            (&first["totalResults"], &first["itemsPerPage"], &first["startIndex"]),
            (&json!(4), &json!(3), &json!(1))
        );
        assert_eq!(house.names(&USER, "startIndex=4&count=3").await, ["dee"]);
        assert_eq!(house.names(&USER, "startIndex=9").await, Vec::<String>::new());
        assert_eq!(house.list(&USER, "count=0").await["totalResults"], 4);
        for query in ["", "&sortBy=userName&sortOrder=descending", "&filter=userName pr", "&sortBy=title"] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = house.list(&USER, &format!("cursor={cursor}&count=3{query}")).await;
                let names = page["Resources"].as_array().unwrap().iter();
                seen.extend(names.map(|one| one["userName"].as_str().unwrap().to_owned()));
                match page["nextCursor"].as_str() {
                    Some(next) => next.clone_into(&mut cursor),
                    None => break,
                }
            }
            assert_eq!(seen, house.names(&USER, &format!("count=100{query}")).await, "{query}");
            assert_eq!(seen.len(), 4);
        }
    })
    .await;
}

#[tokio::test]
async fn order_is_as_asked() {
    testkit::on_each_database(async |db| {
        let house = filled(db).await;
        assert_eq!(house.names(&USER, "sortBy=userName").await, ["ada", "Bob", "cyd", "dee"]);
        assert_eq!(house.names(&USER, "sortBy=userName&sortOrder=descending").await, ["dee", "cyd", "Bob", "ada"]);
        assert_eq!(house.names(&USER, "sortBy=title").await, ["Bob", "ada", "cyd", "dee"]);
    })
    .await;
}
