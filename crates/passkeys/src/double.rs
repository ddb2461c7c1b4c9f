//! An authenticator of a few lines: makes passkeys and signs with them, as a browser would hand it on. For tests.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_cbor_2::Value as Cbor;
use serde_json::{Value, json};
use uuid::Uuid;

pub use crate::maker::Maker;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// An authenticator with one credential.
pub struct Double {
    /// Where the browser thinks it is.
    pub origin: String,
    /// The credential's id.
    pub id: Vec<u8>,
    /// How often it says that it was used; 0 where it does not count.
    pub counter: u32,
    /// Whether it asks who is there.
    pub verifies_user: bool,
    /// The handle it was given for the person.
    pub handle: Option<String>,
    key: EcdsaKeyPair,
    maker: Option<Maker>,
}

impl Double {
    /// An authenticator that counts, in a browser at an origin.
    pub fn new(origin: &str) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("invariant: a key can be made");
        let id = digest(&SHA256, key.public_key().as_ref()).as_ref().to_vec();
        Self { origin: origin.to_owned(), id, counter: 1, verifies_user: true, handle: None, key, maker: None }
    }

    /// The same, of a model that it can prove.
    #[must_use]
    pub fn made_by(self, maker: Maker) -> Self {
        Self { maker: Some(maker), ..self }
    }

    /// Answers `navigator.credentials.create`.
    pub fn register(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        self.handle = asked["user"]["id"].as_str().map(str::to_owned);
        let mut data = self.head(text(&asked["rp"]["id"]), ATTESTED);
        data.extend(self.maker.as_ref().map_or(Uuid::from_bytes([0x11; 16]), |maker| maker.aaguid).as_bytes());
        data.extend(u16::try_from(self.id.len()).unwrap_or(0).to_be_bytes());
        data.extend(&self.id);
        data.extend(cbor(&self.public_key()));
        let client = self.client("webauthn.create", text(&asked["challenge"]));
        let (format, statement) = match self.maker.as_ref().filter(|_| asked["attestation"] == "direct") {
            Some(maker) => ("packed", maker.statement(&data, &client)),
            None => ("none", BTreeMap::new()),
        };
        let object = Cbor::Map(BTreeMap::from([
            (Cbor::Text("fmt".to_owned()), Cbor::Text(format.to_owned())),
            (Cbor::Text("attStmt".to_owned()), Cbor::Map(statement)),
            (Cbor::Text("authData".to_owned()), Cbor::Bytes(data)),
        ]));
        self.credential(&json!({ "attestationObject": encode(&cbor(&object)), "clientDataJSON": encode(&client) }))
    }

    /// Answers `navigator.credentials.get`.
    pub fn prove(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        if self.counter > 0 {
            self.counter += 1;
        }
        let data = self.head(text(&asked["rpId"]), 0);
        let client = self.client("webauthn.get", text(&asked["challenge"]));
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, &client).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("invariant: a key signs");
        self.credential(&json!({
            "authenticatorData": encode(&data),
            "clientDataJSON": encode(&client),
            "signature": encode(signature.as_ref()),
            "userHandle": self.handle,
        }))
    }

    fn head(&self, rp_id: &str, flags: u8) -> Vec<u8> {
        let verified = if self.verifies_user { USER_VERIFIED } else { 0 };
        let mut data = digest(&SHA256, rp_id.as_bytes()).as_ref().to_vec();
        data.push(USER_PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client(&self, kind: &str, challenge: &str) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn credential(&self, response: &Value) -> Value {
        let id = encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {} })
    }

    /// The public key as COSE writes it (RFC 9053 §7.1).
    fn public_key(&self) -> Cbor {
        let point = self.key.public_key().as_ref();
        let entry = |key: i128, value: Cbor| (Cbor::Integer(key), value);
        Cbor::Map(BTreeMap::from([
            entry(1, Cbor::Integer(2)),
            entry(3, Cbor::Integer(-7)),
            entry(-1, Cbor::Integer(1)),
            entry(-2, Cbor::Bytes(point[1..33].to_vec())),
            entry(-3, Cbor::Bytes(point[33..].to_vec())),
        ]))
    }
}

fn cbor(value: &Cbor) -> Vec<u8> {
    serde_cbor_2::to_vec(value).expect("invariant: plain data can be written")
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
