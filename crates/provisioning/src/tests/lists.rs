//! Lists: filters, order, pages, cursors.

use scim::list::{CursorKey, PageLimits, Query};
use scim::{GROUP, USER};
use serde_json::json;

use super::fault;
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
async fn a_user_whose_active_was_never_sent_is_found_as_active_whatever_is_asked_beside_it() {
    testkit::on_each_database(async |db| {
        let house = filled(db).await;
        house.create(&USER, json!({ "userName": "eve", "title": "Pilot" })).await.unwrap();
        let cases: [(&str, &[&str]); 5] = [
            ("active eq true", &["ada", "cyd", "dee", "eve"]),
            ("active eq true and title eq \"Pilot\"", &["ada", "cyd", "eve"]),
            ("active eq true and userName sw \"e\"", &["eve"]),
            ("active ne true", &["Bob"]),
            ("active eq false and userName pr", &["Bob"]),
        ];
        for (filter, expected) in cases {
            assert_eq!(house.names(&USER, &format!("filter={filter}")).await, expected, "{filter}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_by_cursor_is_walked_back_as_it_was_walked_forth() {
    testkit::on_each_database(async |db| {
        let house = filled(db).await;
        for query in ["", "&sortBy=userName&sortOrder=descending", "&filter=userName pr", "&sortBy=title"] {
            let page = async |cursor: &str| house.list(&USER, &format!("cursor={cursor}&count=1{query}")).await;
            let cursor = |page: &serde_json::Value, name: &str| page[name].as_str().map(str::to_owned);
            let mut pages = vec![page("").await];
            while let Some(next) = cursor(pages.last().unwrap(), "nextCursor") {
                pages.push(page(&next).await);
            }
            assert_eq!((pages.len(), cursor(&pages[0], "previousCursor")), (4, None), "{query}");
            for back in pages.windows(2).rev() {
                let before = page(&cursor(&back[1], "previousCursor").unwrap()).await;
                assert_eq!(before["Resources"], back[0]["Resources"], "{query}");
                let again = page(&cursor(&before, "nextCursor").unwrap()).await;
                assert_eq!(again["Resources"], back[1]["Resources"], "{query}");
                assert_eq!(cursor(&before, "previousCursor").is_some(), before["Resources"] != pages[0]["Resources"]);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_that_names_no_place_is_refused() {
    testkit::on_each_database(async |db| {
        let now = db.env.now();
        let house = super::House::new(db);
        let client = house.client("Entra").await;
        let query = Query::from_parameters(&USER, [("cursor", "")], &PageLimits::default()).unwrap();
        for id in ["x", "", "99999999999999999999"] {
            let forged = CursorKey { key: None, id: id.to_owned(), back: false }.encode(&query, now);
            let one = client.get(&format!("/Users?cursor={forged}")).await;
            let all = client.send("POST", "/.search", &json!({ "cursor": forged })).await;
            for answer in [one, all] {
                assert_eq!(fault(&answer).0, 400, "{id:?}");
                assert_eq!(answer.json()["scimType"], "invalidCursor", "{id:?}");
            }
        }
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

/// A user of a list: name, id, whether active.
type Row = (String, String, bool);

async fn grow(house: &House, rows: &mut Vec<Row>, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let (name, active) = (format!("u{number:02}"), number % 3 != 0);
        let made = house.create(&USER, json!({ "userName": name, "active": active })).await.unwrap();
        rows.push((name, made.id.to_string(), active));
    }
}

/// Every page of every length, with and without a filter, must be what the list is.
async fn every_page_is_right(house: &House, rows: &[Row]) {
    let all: Vec<_> = rows.iter().map(|(name, ..)| name.clone()).collect();
    let active: Vec<_> = rows.iter().filter(|(.., active)| *active).map(|(name, ..)| name.clone()).collect();
    for (filter, expected) in [("", &all), ("&filter=active eq true", &active)] {
        for start in (1..=expected.len() + 2).rev().chain(1..=expected.len() + 2) {
            for count in [0, 1, 3, 100] {
                let query = format!("startIndex={start}&count={count}{filter}");
                let list = house.list(&USER, &query).await;
                let page: Vec<_> = expected.iter().skip(start - 1).take(count).cloned().collect();
                assert_eq!(house.names(&USER, &query).await, page, "{query}");
                let told = (&list["totalResults"], &list["startIndex"]);
                assert_eq!(told, (&json!(expected.len()), &json!(start)), "{query}");
            }
        }
    }
}

#[tokio::test]
async fn every_place_of_a_list_is_counted_alike_whatever_came_and_went_between_pages() {
    testkit::on_each_database(async |db| {
        let (house, mut rows) = (House::new(db).await, Vec::new());
        grow(&house, &mut rows, 0..9).await;
        every_page_is_right(&house, &rows).await;
        grow(&house, &mut rows, 9..11).await;
        every_page_is_right(&house, &rows).await;
        // From the beginning, the middle, the end, and what was added since places were counted; as many as were added.
        for (gone, more) in [(0, 11..11), (4, 11..12), (8, 12..12), (8, 12..13), (7, 13..15)] {
            let (_, id, _) = rows.remove(gone);
            house.delete(&USER, &id).await.unwrap();
            grow(&house, &mut rows, more).await;
            every_page_is_right(&house, &rows).await;
        }
    })
    .await;
}
