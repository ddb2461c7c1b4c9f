//! What is picked survives its journey through the address.

use super::{MOST, Picking, Picks};

#[test]
fn picks_are_read_as_they_were_written() {
    let lists: [&[i64]; 6] = [&[], &[0], &[1, 2, 3], &[7, 127, 128, 16_384, 2_000_000], &[i64::MAX], &[0, i64::MAX]];
    for list in lists {
        let picks: Picks = list.iter().copied().collect();
        assert_eq!(Picks::parse(&picks.to_string()), picks, "{list:?}");
        assert!(picks.to_string().chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter)));
    }
    let spread: Picks = (0..).take(MOST).map(|place: i64| place * 1_999).collect();
    assert!(spread.to_string().len() < 4_096, "the most there can be fits into an address");
}

#[test]
fn what_is_not_ours_is_nothing() {
    for text in ["!", "a", "____________________", "gICAgICAgICAgICA", "=", "\u{fc}"] {
        assert!(Picks::parse(text).places().all(|place| place >= 0), "{text}");
    }
    assert!(Picks::parse("gICAgICAgICAgICA").is_empty(), "a number without an end");
}

type Places = &'static [i64];

#[test]
fn a_page_decides_about_what_it_shows_and_nothing_else() {
    let set = |places: &[i64]| places.iter().copied().collect::<Picks>();
    let cases: [(Places, Places, Places, Places); 4] = [
        (&[], &[], &[1, 2, 3], &[]),
        (&[], &[2], &[1, 2, 3], &[2]),
        (&[2, 9], &[1], &[1, 2, 3], &[1, 9]),
        (&[2, 9], &[2], &[], &[2, 9]),
    ];
    for (before, ticked, shown, now) in cases {
        let (picks, shown) = (Some(set(before).to_string()), set(shown).to_string());
        let picking = Picking { ticked: ticked.to_vec(), picks, kept: Some(set(&[77]).to_string()), shown };
        assert_eq!(picking.now(), set(now), "{before:?} {ticked:?}");
    }
    let picking = Picking { kept: Some(set(&[77]).to_string()), ..Picking::default() };
    assert_eq!(picking.now(), set(&[77]), "without a list the fields above it say it");
}
