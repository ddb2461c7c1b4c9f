//! How lists page and sort.

use super::{Column, Order, Paging};
use crate::address::Address;

#[test]
fn pages_go_forward_and_back_again() {
    let here = Address::new("/list").with("q", "ada");
    let first = Paging::new(&here, 50, Some(120), Some("c1"));
    assert_eq!(first.range, "1–50 of 120");
    assert_eq!(first.previous, None);
    assert_eq!(first.next.as_deref(), Some("/list?q=ada&after=c1&trail=0&from=51"));

    let here = here.with("after", "c1").with("trail", "0").with("from", "51");
    let second = Paging::new(&here, 50, Some(120), Some("c2"));
    assert_eq!(second.range, "51–100 of 120");
    assert_eq!(second.previous.as_deref(), Some("/list?q=ada"));
    assert_eq!(second.next.as_deref(), Some("/list?q=ada&after=c2&trail=0.c1&from=101"));

    let here = here.with("after", "c2").with("trail", "0.c1").with("from", "101");
    let third = Paging::new(&here, 20, Some(120), None);
    assert_eq!(third.range, "101–120 of 120");
    assert_eq!(third.previous.as_deref(), Some("/list?q=ada&after=c1&trail=0&from=51"));
    assert_eq!(third.next, None);
}

#[test]
fn sorting_turns_round_and_starts_again_at_the_beginning() {
    let here = Address::new("/list").with("after", "c1").with("trail", "0").with("from", "51").with("q", "a b");
    for (order, expected) in [("name", "-name"), ("-name", "name"), ("mail", "name")] {
        let column = Column::new("Name").sorted("name", &Order::parse(order), &here);
        assert_eq!(column.sort.map(|sort| sort.href), Some(format!("/list?q=a%20b&sort={expected}")));
    }
}
