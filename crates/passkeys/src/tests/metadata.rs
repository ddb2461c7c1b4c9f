//! Blobs of the metadata service, signed by an authority of our own.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Metadata, MetadataError};

/// Within the validity of what is made here.
const NOW: u64 = 1_790_000_000;
const KEY_5: Uuid = Uuid::from_u128(5);

/// Who signs blobs.
struct Service {
    issuer: CertifiedIssuer<'static, KeyPair>,
    leaf: Vec<u8>,
    key: EcdsaKeyPair,
}

impl Service {
    fn new(name: &str) -> Self {
        let mut root = CertificateParams::new(Vec::<String>::new()).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der()).unwrap();
        Self { issuer, leaf: leaf.der().to_vec(), key }
    }

    fn blob(&self, alg: &str, payload: &Value) -> String {
        let header = json!({ "alg": alg, "typ": "JWT", "x5c": [STANDARD.encode(&self.leaf)] });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(payload));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn payload() -> Value {
    let entry = |aaguid: u128, name: &str, statuses: &[&str]| {
        json!({
            "aaguid": Uuid::from_u128(aaguid),
            "metadataStatement": { "description": name, "attestationRootCertificates": ["AQ ID\n"] },
            "statusReports": statuses.iter().map(|status| json!({ "status": status })).collect::<Vec<_>>(),
        })
    };
    json!({
        "legalHeader": "x", "no": 213, "nextUpdate": "2026-12-01",
        "entries": [
            entry(5, "Key 5", &["FIDO_CERTIFIED", "FIDO_CERTIFIED_L1"]),
            entry(6, "Key 6", &["FIDO_CERTIFIED", "USER_KEY_REMOTE_COMPROMISE", "UPDATE_AVAILABLE"]),
            entry(7, "Key 7", &["REVOKED"]),
            { "aaid": "1234#5678", "metadataStatement": { "description": "Another protocol" }, "statusReports": [] },
        ],
    })
}

#[test]
fn a_blob_tells_models_their_roots_and_what_is_wrong_with_them() {
    let service = Service::new("mds.fidoalliance.org");
    let root = service.issuer.pem();
    let read = Metadata::read(&service.blob("ES256", &payload()), Some(&root), NOW).unwrap();
    assert_eq!((read.number, read.next_update.as_str(), read.models.len()), (213, "2026-12-01", 3));
    let first = &read.models[0];
    assert_eq!((first.aaguid, first.name.as_str(), first.flaw.clone()), (KEY_5, "Key 5", None));
    assert_eq!((first.status.as_str(), first.roots.clone()), ("FIDO_CERTIFIED_L1", vec![vec![1, 2, 3]]));
    let flaws: Vec<_> = read.models.iter().map(|model| model.flaw.as_deref()).collect();
    assert_eq!(flaws, [None, Some("USER_KEY_REMOTE_COMPROMISE"), Some("REVOKED")]);
}

#[test]
fn what_the_service_did_not_sign_is_not_taken() {
    let (service, stranger) = (Service::new("mds.fidoalliance.org"), Service::new("mds.fidoalliance.org"));
    let root = service.issuer.pem();
    let good = service.blob("ES256", &payload());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    let other = URL_SAFE_NO_PAD.encode(json!({ "no": 1, "nextUpdate": "x", "entries": [] }).to_string());
    let cases: [(&str, String, Option<&str>, u64); 9] = [
        ("another payload", format!("{head}.{other}.{signature}"), Some(&root), NOW),
        ("no signature", format!("{signed}."), Some(&root), NOW),
        ("an algorithm that is none", service.blob("none", &payload()), Some(&root), NOW),
        ("another algorithm", service.blob("RS256", &payload()), Some(&root), NOW),
        ("a stranger", stranger.blob("ES256", &payload()), Some(&root), NOW),
        ("for another name", Service::new("mds.example.net").blob("ES256", &payload()), None, NOW),
        ("another root", good.clone(), None, NOW),
        ("a root that is none", good.clone(), Some("-----"), NOW),
        ("no blob", "x".to_owned(), Some(&root), NOW),
    ];
    for (what, blob, root, now) in cases {
        assert!(Metadata::read(&blob, root, now).is_err(), "{what}");
    }
    let elsewhere = Service::new("mds.example.net");
    let refused = Metadata::read(&elsewhere.blob("ES256", &payload()), Some(&elsewhere.issuer.pem()), NOW);
    assert!(matches!(refused, Err(MetadataError::Chain(_))), "a name that is another's: {refused:?}");
}
