//! What opens, and all that does not.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use kernel::{Kinded as _, Rng};
use proptest::prelude::*;
use uuid::Uuid;

use super::{MasterKey, Place, Sealer};

fn sealer(keys: &[&str]) -> Sealer {
    let keys: Vec<_> = keys.iter().map(|key| MasterKey::parse(&key.repeat(32)).unwrap()).collect();
    Sealer::new(&keys, Rng::seeded(1)).unwrap()
}

fn place(table: &'static str, row: u128, column: &'static str) -> Place<'static> {
    Place { table, row: Uuid::from_u128(row), column }
}

const HERE: (&str, u128, &str) = ("tenants_credentials", 1, "secret");

fn here() -> Place<'static> {
    place(HERE.0, HERE.1, HERE.2)
}

#[test]
fn a_value_opens_only_where_it_was_put() {
    let sealer = sealer(&["0a"]);
    let sealed = sealer.seal(here(), b"hunter2");
    assert_eq!(sealer.open_text(here(), &sealed).unwrap().expose(), "hunter2");
    for elsewhere in
        [place("other", 1, "secret"), place("tenants_credentials", 2, "secret"), place("tenants_credentials", 1, "key")]
    {
        let error = sealer.open(elsewhere, &sealed).unwrap_err();
        assert_eq!(error.code(), "store.sealed");
        assert!(error.to_string().contains("belongs to another place"), "{error}");
    }
}

#[test]
fn equal_values_do_not_look_equal() {
    let sealer = sealer(&["0a"]);
    assert_ne!(sealer.seal(here(), b"x"), sealer.seal(here(), b"x"));
}

#[test]
fn a_ring_opens_old_values_and_seals_with_its_first_key() {
    let old = sealer(&["0a"]).seal(here(), b"hunter2");
    let rotated = sealer(&["0b", "0a"]);
    assert_eq!(rotated.open(here(), &old).unwrap().expose(), b"hunter2");
    assert!(!rotated.is_current(&old));
    let new = rotated.seal(here(), b"hunter2");
    assert!(rotated.is_current(&new));
    let error = sealer(&["0a"]).open(here(), &new).unwrap_err();
    assert!(error.to_string().contains("not in the ring"), "{error}");
}

#[test]
fn keys_are_read_as_administrators_write_them() {
    let hex = "00ff".repeat(16);
    for text in [hex.as_str(), "AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8=", &format!(" {hex}\n")] {
        assert!(MasterKey::parse(text).is_ok(), "{text}");
    }
    for text in ["", "00ff", &"00ff".repeat(17), "not a key at all"] {
        assert!(MasterKey::parse(text).is_err(), "{text}");
    }
    assert!(MasterKey::parse(MasterKey::generate(&Rng::seeded(1)).expose()).is_ok());
    assert!(Sealer::new(&[], Rng::seeded(1)).is_err());
}

proptest! {
    #[test]
    fn a_changed_byte_anywhere_shows(plain in proptest::collection::vec(any::<u8>(), 0..100), at in any::<usize>(), bit in 0..8_u8) {
        let sealer = sealer(&["0a"]);
        let mut sealed = sealer.seal(here(), &plain);
        let at = at % sealed.len();
        sealed[at] ^= 1 << bit;
        prop_assert!(sealer.open(here(), &sealed).is_err());
    }

    #[test]
    fn foreign_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(sealer(&["0a"]).open(here(), &bytes).is_err());
    }
}
