//! A file of another product's tokens holds no more tokens than lines, or packages. First line: the container's key.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use mfa::import::{ImportFormat, ImportRequest, count};

fuzz_target!(|text: &str| {
    let (key, file) = text.split_once('\n').unwrap_or_default();
    let most = [(ImportFormat::Csv, file.lines().count()), (ImportFormat::Pskc, file.matches("KeyPackage").count())];
    for (format, most) in most {
        let request = ImportRequest {
            format,
            text: file.into(),
            key: (!key.is_empty()).then(|| key.into()),
            people: BTreeMap::from([("1".to_owned(), "a@b.example".to_owned())]),
            skip_errors: false,
        };
        assert!(count(&request).unwrap_or_default() <= most);
    }
});
