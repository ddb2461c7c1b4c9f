//! A blob of the metadata service, rightly signed or not, holds models or is an error, and its roots can be trusted or not.
//!
//! First line: a header. The rest: a payload, which is tried as it is and signed by an authority of our own.

#![no_main]

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use passkeys::{Anchor, Holder, Metadata, RelyingParty};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use uuid::Uuid;

const NOW: u64 = 1_790_000_000;
const WORKS: &str = "a certificate can be made";

/// The root, a header with the leaf, and the leaf's key.
static SERVICE: LazyLock<(String, String, EcdsaKeyPair)> = LazyLock::new(|| {
    let mut root = CertificateParams::new(Vec::<String>::new()).expect(WORKS);
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(root, KeyPair::generate().expect(WORKS)).expect(WORKS);
    let key = KeyPair::generate().expect(WORKS);
    let leaf = CertificateParams::new(vec!["mds.fidoalliance.org".to_owned()]).expect(WORKS);
    let leaf = leaf.signed_by(&key, &issuer).expect(WORKS);
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der()).expect(WORKS);
    let header = serde_json::json!({ "alg": "ES256", "x5c": [STANDARD.encode(leaf.der())] }).to_string();
    (issuer.pem(), URL_SAFE_NO_PAD.encode(header), key)
});

fuzz_target!(|bytes: &[u8]| {
    let (header, payload) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0));
    let [header, payload] = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    let (root, own_header, key) = &*SERVICE;
    assert!(Metadata::read(&format!("{header}.{payload}.AAAA"), Some(root), NOW).is_err(), "it is not signed");
    let signed = format!("{own_header}.{payload}");
    let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).expect("a key signs");
    let blob = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
    let Ok(metadata) = Metadata::read(&blob, Some(root), NOW) else { return };
    let models = metadata.models.into_iter();
    let anchors: Vec<Anchor> = models
        .flat_map(|model| model.roots.into_iter().map(move |root| (model.aaguid, model.name.clone(), root)))
        .map(|(aaguid, name, certificate)| Anchor { aaguid, name, certificate })
        .collect();
    let party = RelyingParty::new(&"https://id.example".parse().expect("it is an address"), "x").expect("it is good");
    let holder = Holder { handle: Uuid::from_u128(1), name: "a", display_name: "b" };
    let _ = party.begin_attested_registration(&holder, &[], &anchors, true);
});
