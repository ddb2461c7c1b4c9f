//! Codes as people type them.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use kernel::Rng;
use proptest::prelude::*;

use super::{SALT, Written};

fn code(seed: u64) -> Written {
    Written::draw(&Rng::seeded(seed), &[])
}

#[test]
fn a_code_is_read_however_it_is_typed() {
    let shown = code(1).shown().expose().clone();
    assert_eq!(shown.len(), 14);
    let hash = code(1).hash(&[7; SALT]);
    let spaced = format!(" {} ", shown.replace('-', " ").to_lowercase());
    let unclear = shown.replace('0', "o").replace('1', "l");
    for typed in [shown.clone(), shown.replace('-', ""), spaced, unclear] {
        let read = Written::parse(&typed).unwrap();
        assert_eq!(read.place, code(1).place, "{typed}");
        assert!(read.is(&[7; SALT], &hash), "{typed}");
        assert!(!read.is(&[8; SALT], &hash), "another salt");
    }
    assert!(!code(2).is(&[7; SALT], &hash), "another code");
}

#[test]
fn what_has_not_the_form_is_no_code() {
    let shown = code(1).shown().expose().clone();
    let longer = format!("{shown}A");
    for text in ["", "123456", "12345678", &shown[1..], &longer, "UUUU-UUUU-UUUU", "ÄÄÄÄ-ÄÄÄÄ-ÄÄÄÄ"] {
        assert!(Written::parse(text).is_none(), "{text}");
    }
}

#[test]
fn places_do_not_collide() {
    let rng = Rng::seeded(1);
    let mut taken: Vec<String> = Vec::new();
    for _ in 0..500 {
        let code = Written::draw(&rng, &taken);
        assert!(!taken.contains(&code.place));
        taken.push(code.place);
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "\\PC*") {
        if let Some(code) = Written::parse(&text) {
            prop_assert_eq!(code.place.len(), 2);
        }
    }

    #[test]
    fn every_code_that_is_drawn_is_read_back(seed in any::<u64>()) {
        let drawn = code(seed);
        let read = Written::parse(drawn.shown().expose()).unwrap();
        prop_assert_eq!(&read.place, &drawn.place);
        let same = read.shown().expose() == drawn.shown().expose();
        prop_assert!(same);
    }
}
