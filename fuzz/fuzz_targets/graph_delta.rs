//! Items of Graph's delta answers, once read, are written and read again unchanged; said twice they say no more than once.

#![no_main]

use std::fmt::Debug;

use graph::{DeltaGroup, DeltaUser, DirectoryObject};
use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;

fn round<T: DeserializeOwned + serde::Serialize + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(bytes).ok()?;
    let written = serde_json::to_vec(&read).expect("plain data can be written");
    assert_eq!(serde_json::from_slice::<T>(&written).expect("and read again"), read);
    Some(read)
}

fuzz_target!(|bytes: &[u8]| {
    if let Some(DeltaUser { user, .. }) = round(bytes) {
        let mut twice = user.clone();
        twice.overlay(user.clone());
        assert_eq!(twice, user);
    }
    round::<DeltaGroup>(bytes);
    let _ = serde_json::from_slice::<DirectoryObject>(bytes);
});
