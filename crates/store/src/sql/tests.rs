//! What the builder writes.

use kernel::{Scalar, Stored as _};

use super::{Bound, Sql};
use crate::Backend;

#[test]
fn values_become_placeholders_and_never_text() {
    let evil = "'; DROP TABLE store_jobs; --";
    let sql = Sql::new("SELECT * FROM t WHERE a = ").bind(evil).push(" AND b IN ").bind_list([1_i64, 2]);
    let (text, args) = sql.into_parts(Backend::Postgres);
    assert_eq!(text, "SELECT * FROM t WHERE a = $1 AND b = ANY($2::int8[])");
    let list = Bound::List(vec![Scalar::Int(Some(1)), Scalar::Int(Some(2))]);
    assert_eq!(args, [Bound::One(evil.to_scalar()), list]);
}

#[test]
fn nothing_in_a_text_that_is_looked_for_is_a_wildcard() {
    for (text, pattern) in [
        ("Mia", "%mia%"),
        ("100%", r"%100\%%"),
        ("a_b", r"%a\_b%"),
        (r"a\b", r"%a\\b%"),
        ("a\0b\n", "%ab%"),
        ("", "%%"),
    ] {
        let (sql, args) = Sql::new("lower(name)").has(text).push(" AND 1 = 1").into_parts(Backend::Sqlite);
        assert_eq!(sql, r"lower(name) LIKE ? ESCAPE '\' AND 1 = 1");
        assert_eq!(args, [Bound::One(pattern.to_scalar())], "{text:?}");
    }
    let (_, args) = Sql::new("policies").has_item("a_b").into_parts(Backend::Postgres);
    assert_eq!(args, [Bound::One(r"%|a\_b|%".to_scalar())]);
}

#[test]
fn an_empty_list_matches_nothing() {
    let (text, args) = Sql::new("a IN ").bind_list(Vec::<i64>::new()).into_parts(Backend::Postgres);
    assert_eq!((text.as_str(), args.len()), ("a IN (NULL)", 0));
}

#[test]
fn rows_are_written_one_behind_the_other() {
    let rows = vec![vec![1_i64.to_scalar(), "x".to_scalar()], vec![2_i64.to_scalar(), None::<String>.to_scalar()]];
    let insert = |rows: &[Vec<Scalar>]| Sql::new("INSERT INTO t (a, b) VALUES ").bind_rows(rows.to_vec()).push(" tail");
    let (text, args) = insert(&rows).into_parts(Backend::Sqlite);
    assert_eq!(text, "INSERT INTO t (a, b) VALUES (?,?), (?,?) tail");
    assert_eq!((args.len(), &args[3]), (4, &Bound::One(Scalar::Text(None))));
    let (text, args) = insert(&rows).into_parts(Backend::Postgres);
    assert_eq!(text, "INSERT INTO t (a, b) SELECT * FROM UNNEST($1::int8[], $2::text[]) tail");
    let texts = vec![Scalar::Text(Some("x".to_owned())), Scalar::Text(None)];
    assert_eq!((args.len(), &args[1]), (2, &Bound::List(texts)));
    let (text, _) = insert(&rows[..1]).into_parts(Backend::Postgres);
    assert_eq!(text, "INSERT INTO t (a, b) VALUES ($1,$2) tail");
}

#[test]
fn a_list_on_sqlite_is_filled_up_to_an_even_length() {
    let (text, args) = Sql::new("a IN ").bind_list([1_i64, 2, 3]).into_parts(Backend::Sqlite);
    assert_eq!(text, "a IN (?, ?, ?, ?)");
    assert_eq!(args[3], Bound::One(Scalar::Int(Some(3))));
}

#[test]
fn portions_are_even_and_lose_nothing() {
    for count in 0..70_usize {
        let all: Vec<_> = (0..count).collect();
        let parts: Vec<_> = crate::tx::portions(&all, 16).collect();
        assert_eq!(parts.concat(), all);
        assert!(parts.iter().all(|part| part.len().is_power_of_two() && part.len() <= 16), "{count}");
    }
}

#[test]
fn sqlite_gets_placeholders_without_names() {
    let sql = Sql::new("a = ").bind(1_i64).push(" AND b IN ").bind_list([2_i64, 3]);
    let (text, args) = sql.into_parts(Backend::Sqlite);
    assert_eq!((text.as_str(), args.len()), ("a = ? AND b IN (?, ?)", 3));
}

#[test]
fn what_is_only_checked_chooses_no_index() {
    let sql = || Sql::new("SELECT a FROM t WHERE ").among("b", 1_i64).push(" AND a IN ").bind_list([2_i64]);
    assert_eq!(sql().into_parts(Backend::Sqlite).0, "SELECT a FROM t WHERE +b = ? AND a IN (?)");
    assert_eq!(sql().into_parts(Backend::Postgres).0, "SELECT a FROM t WHERE b = $1 AND a = ANY($2::int8[])");
}
