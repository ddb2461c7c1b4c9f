//! Orders, pages and files of lists.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use axum::body::to_bytes;
use kernel::{Cursor, Page, PageRequest};

use super::{Field, Rows, Sheet, Value, rows};
use crate::address::Address;
use crate::listing::Asked;

type Pair = (&'static str, u64);

static SHEET: Sheet<Pair> = Sheet {
    file: "samples",
    order: "-number",
    given: true,
    finds: false,
    id: |row| row.0.to_owned(),
    fields: &[
        Field::new("name", "Name", |row| Value::text(row.0)),
        Field::new("number", "Number", |row| Value::number(Some(row.1).filter(|number| *number > 0))),
    ],
};

/// A room that gives its rows in their order, never more than two at once.
fn room() -> Rows<Pair> {
    let all = vec![("ada", 9), ("=grace", 7), ("Barbara", 7), ("adele", 0), ("carol", 0)];
    rows(all, |all, request| async move {
        let from = request.after.as_ref().and_then(Cursor::decode::<usize>).unwrap_or(0);
        let end = (from + request.limit.min(2)).min(all.len());
        let next = (end < all.len()).then(|| Cursor::encode(&end));
        Ok(Page { items: all[from..end].to_vec(), next })
    })
}

async fn walk(sort: &str, words: &str) -> Vec<&'static str> {
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest::new(2, after);
        let page = SHEET.page(&room(), &Asked { sort: sort.into(), words: words.into(), page }).await.unwrap();
        names.extend(page.rows.iter().map(|row| row.0));
        assert!(page.note().is_none());
        match page.next {
            Some(next) => after = Some(next),
            None => return names,
        }
    }
}

#[tokio::test]
async fn every_order_pages_through_every_row_once() {
    let cases = [
        ("", vec!["ada", "=grace", "Barbara", "adele", "carol"]),
        ("-number", vec!["ada", "=grace", "Barbara", "adele", "carol"]),
        ("number", vec!["adele", "carol", "=grace", "Barbara", "ada"]),
        ("name", vec!["=grace", "ada", "adele", "Barbara", "carol"]),
        ("-name", vec!["carol", "Barbara", "adele", "ada", "=grace"]),
        ("nonsense", vec!["ada", "=grace", "Barbara", "adele", "carol"]),
    ];
    for (sort, expected) in cases {
        assert_eq!(walk(sort, "").await, expected, "{sort}");
    }
}

#[tokio::test]
async fn words_are_looked_for_in_every_column() {
    let cases = [
        ("", "AD", vec!["ada", "adele"]),
        ("-name", "ad", vec!["adele", "ada"]),
        ("", "7", vec!["=grace", "Barbara"]),
        ("", "bar 7", vec!["Barbara"]),
        ("", "bar 9", vec![]),
    ];
    for (sort, words, expected) in cases {
        assert_eq!(walk(sort, words).await, expected, "{sort} {words}");
    }
}

#[tokio::test]
async fn files_hold_every_row_in_the_order_shown() {
    for (sort, expected) in [
        ("", "name,number\r\nada,9\r\n\"'=grace\",7\r\nBarbara,7\r\nadele,\r\ncarol,\r\n"),
        ("-name", "name,number\r\ncarol,\r\nBarbara,7\r\nadele,\r\nada,9\r\n\"'=grace\",7\r\n"),
    ] {
        let file = SHEET.csv(room(), &Asked { sort: sort.into(), ..Asked::default() }).await.unwrap();
        let name = file.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert_eq!(name, "attachment; filename=\"vestibule-samples.csv\"");
        let text = to_bytes(file.into_body(), 1_000).await.unwrap();
        assert_eq!(text, expected, "{sort}");
    }
}

#[test]
fn the_file_has_the_filters_of_the_page_and_not_its_place() {
    let here = Address::new("/list").with("q", "a b").with("sort", "-name").with("after", "c1").with("from", "51");
    assert_eq!(Sheet::<Pair>::export(&here), "/list/export?q=a%20b&sort=-name");
    assert_eq!(Sheet::<Pair>::export(&Address::new("/list")), "/list/export");
}
