//! Whatever schema Entra shows of a job, what is wrong with it is told, and the wanted mapping is put into it once.

#![no_main]

use libfuzzer_sys::fuzz_target;
use provisioning::checker::mapping::{KINDS, applied, faults, summary};

fuzz_target!(|bytes: &[u8]| {
    let Ok(schema) = serde_json::from_slice(bytes) else { return };
    let wanted = applied(&schema);
    assert_eq!(applied(&wanted), wanted);
    for kind in &KINDS {
        let _ = (faults(&schema, kind), summary(&schema, kind));
    }
});
