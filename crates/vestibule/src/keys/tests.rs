//! Where keys come from, and that changing them loses nothing.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use kernel::Rng;
use store::seal::Place;

use super::{KeyOrigin, Ring, add};
use crate::config::Config;

fn embedded(folder: &Path) -> Config {
    let mut config = Config::default();
    config.store.url = Some(format!("sqlite:{}", folder.join("vestibule.db").display()).as_str().into());
    config
}

const PLACE: Place<'_> = Place { table: "t", row: uuid::Uuid::nil(), column: "c" };

#[test]
fn the_first_start_makes_a_key_that_only_we_can_read_and_the_next_finds_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = embedded(folder.path());
    let first = Ring::load(&config, &Rng::seeded(1)).unwrap();
    let file = folder.path().join("vestibule.key");
    assert_eq!(first.origin, KeyOrigin::Made(file.clone()));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let next = Ring::load(&config, &Rng::seeded(2)).unwrap();
    assert_eq!(next.origin, KeyOrigin::File(file));
    let sealed = first.sealer.seal(PLACE, b"secret");
    assert_eq!(next.sealer.open(PLACE, &sealed).unwrap().expose(), b"secret");
    assert_eq!(first.csrf.expose(), next.csrf.expose());
}

#[test]
fn a_new_key_seals_and_the_former_still_opens() {
    let folder = tempfile::tempdir().unwrap();
    let config = embedded(folder.path());
    let former = Ring::load(&config, &Rng::seeded(1)).unwrap();
    let sealed = former.sealer.seal(PLACE, b"secret");
    add(&config, &Rng::seeded(2)).unwrap();
    let ring = Ring::load(&config, &Rng::seeded(3)).unwrap();
    assert_eq!(ring.count, 2);
    assert!(!ring.sealer.is_current(&sealed));
    assert_eq!(ring.sealer.open(PLACE, &sealed).unwrap().expose(), b"secret");
}

#[test]
fn a_command_may_print_the_keys_and_says_why_it_did_not() {
    let command = |script: &str| {
        let mut config = Config::default();
        config.keys.master_key_command = ["sh", "-c", script].map(str::to_owned).to_vec();
        Ring::load(&config, &Rng::seeded(1))
    };
    let key = "ab".repeat(32);
    let ring = command(&format!("echo '# newest'; echo {key}; echo {}", "cd".repeat(32))).unwrap();
    assert_eq!((ring.origin, ring.count), (KeyOrigin::Command, 2));
    assert!(command("exit 3").err().unwrap().to_string().contains("exit status: 3"));
    assert!(command("echo short").err().unwrap().to_string().contains("32 bytes"));
    assert!(command("true").err().unwrap().to_string().contains("there is no master key"));
}

#[test]
fn keys_elsewhere_are_not_written_by_us() {
    let mut config = Config::default();
    config.keys.master_keys = vec!["ab".repeat(32).as_str().into()];
    assert!(add(&config, &Rng::seeded(1)).is_err());
}
