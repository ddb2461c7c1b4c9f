//! A hint counts with the claims that it must have and by a key that is published, whatever stands in its parts.
//!
//! Three lines: a list of keys, a header, claims. They are tried as they are, and the claims signed with a key of our own.

#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Timestamp;
use libfuzzer_sys::fuzz_target;
use oidc::fuzzing::check_hint;
use oidc::{ExpectedHint, KeysAddress, NewSigningKey, PublicKeyEntry, SigningKey, TokenClaims};
use uuid::Uuid;

const NOW: i64 = 1_790_000_000;
const TENANT: Uuid = Uuid::from_u128(0x7e);

static KEYS: LazyLock<(SigningKey, Vec<u8>, KeysAddress)> = LazyLock::new(|| {
    let until = Timestamp::from_seconds(NOW + 86_400);
    let new = NewSigningKey::make("fuzz", Timestamp::from_seconds(NOW), until).expect("a key can be made");
    let entry = PublicKeyEntry::of(&new.certificate).expect("it is a certificate");
    let key = SigningKey::open(&new.private, &new.certificate).expect("it is a key");
    let address = KeysAddress::List("https://login.example/keys".parse().expect("it is an address"));
    (key, serde_json::json!({ "keys": [entry.jwk] }).to_string().into_bytes(), address)
});

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (list, header, claims) = (part(), part(), part());
    let (key, own_list, keys) = &*KEYS;
    let expected = ExpectedHint {
        keys,
        issuer: "https://login.example/{tenantid}/v2.0",
        tenant: TENANT,
        other_issuers: &[],
        audience: "app",
        fresh_for: Duration::from_mins(5),
    };
    let [head, body] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    let hint = format!("{head}.{body}.{body}");
    assert!(check_hint(list, &hint, &expected, NOW).is_err(), "it is not signed");
    let _ = TokenClaims::read_unverified(&hint).map(|claims| claims.expires_at());
    let Ok(claims) = serde_json::from_slice::<serde_json::Value>(claims) else { return };
    let signed = key.sign(&claims).expect("a key signs");
    if let Ok(read) = check_hint(own_list, &signed, &expected, NOW) {
        assert_eq!((read.tid, read.aud.as_str()), (TENANT, "app"));
        assert!(!read.sub.is_empty() && read.iat.abs_diff(NOW) <= 300);
    }
});
