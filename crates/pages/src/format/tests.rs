//! What the formats look like.

use std::time::Duration;

use kernel::Timestamp;

use super::{bytes, count, duration, holds_id, initials, moment, percent, plural, relative};

#[test]
fn counts_have_separators() {
    for (input, expected) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
        assert_eq!(count(input), expected);
    }
    assert_eq!(plural(1, "person", "people"), "1 person");
    assert_eq!(plural(2_000, "person", "people"), "2,000 people");
}

#[test]
fn spans_show_two_units() {
    for (seconds, expected) in [(1, "1 s"), (60, "1 min"), (200, "3 min 20 s"), (3_600, "1 h"), (187_200, "2 d 4 h")] {
        assert_eq!(duration(Duration::from_secs(seconds)), expected);
    }
    assert_eq!(duration(Duration::from_millis(450)), "450 ms");
}

#[test]
fn moments_are_relative_both_ways() {
    let now = Timestamp::from_seconds(1_000_000);
    for (at, expected) in [(1_000_000, "now"), (999_940, "1 min ago"), (996_400, "1 h ago"), (1_172_800, "in 2 d")] {
        assert_eq!(relative(Timestamp::from_seconds(at), now), expected);
    }
    assert_eq!(moment(Timestamp::from_seconds(0)), "1 Jan 1970, 00:00 UTC");
}

#[test]
fn shares_never_round_something_to_nothing() {
    for (part, whole, expected) in
        [(0, 10, "0 %"), (1, 100_000, "0.1 %"), (5, 100, "5.0 %"), (1, 3, "33 %"), (3, 0, "0 %")]
    {
        assert_eq!(percent(part, whole), expected);
    }
}

#[test]
fn sizes_use_binary_units() {
    for (size, expected) in
        [(0, "0 B"), (1_023, "1023 B"), (1_536, "1.5 KiB"), (1_468_007, "1.4 MiB"), (268_435_456, "256 MiB")]
    {
        assert_eq!(bytes(size), expected);
    }
}

#[test]
fn initials_come_from_first_and_last_word() {
    for (name, expected) in [("Ada Lovelace", "AL"), ("ada", "A"), ("grace.brewster.hopper", "GH"), ("", "")] {
        assert_eq!(initials(name), expected);
    }
}

#[test]
fn people_go_by_their_names() {
    for (label, expected) in [
        ("operator:ada.lovelace", "ada.lovelace"),
        ("token:ci", "ci (token)"),
        ("system:directory sync", "directory sync (system)"),
        ("ada", "ada"),
        ("first run: asked", "first run: asked"),
    ] {
        assert_eq!(super::who(label), expected);
    }
}

#[test]
fn ids_are_told_from_words() {
    for (text, expected) in [
        ("0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa", true),
        ("[\"0198F0C2-6C1E-7B53-9A0D-3B1F44C8E1AA\"]", true),
        ("run 0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa, twice", true),
        ("0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1a", false),
        ("0198f0c26c1e7b539a0d3b1f44c8e1aa", false),
        ("0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1ag", false),
        ("members_changed", false),
        ("", false),
        ("Zürich – über alles, was länger ist als sechsunddreißig Bytes", false),
    ] {
        assert_eq!(holds_id(text), expected, "{text}");
    }
}
