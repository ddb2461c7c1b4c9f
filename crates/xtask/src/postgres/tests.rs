//! Who stands in for root, and that the private server answers and leaves nothing behind.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::path::Path;

use super::{Durability, Postgres, ids_of, newest_binaries};

#[test]
fn a_user_is_found_by_the_whole_name() {
    let users = "nobodyelse:x:7:8::/:/bin/sh\nnobody:x:65534:65533:nobody:/:/bin/sh\n";
    assert_eq!(ids_of(users, "nobody"), Some((65534, 65533)));
    assert_eq!(ids_of(users, "postgres"), None);
}

#[test]
fn the_private_server_leaves_nothing_behind() {
    if newest_binaries().is_err() || std::env::var_os(super::VARIABLE).is_some() {
        return;
    }
    let postgres = Postgres::start(Durability::None).unwrap();
    let folder = postgres.url.split_once("host=").unwrap().1.to_owned();
    assert!(Path::new(&folder).join(".s.PGSQL.5432").exists());
    drop(postgres);
    assert!(!Path::new(&folder).exists());
}
