//! A person with an authenticator app, and Entra reading our answer.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Secret, Timestamp};
use serde_json::Value;

use super::hall::Hall;
use crate::TransactionId;
use crate::answer::Posted;
use crate::factors::Shown;
use crate::factors::otp::Shape;
use crate::model::Origin;
use crate::prove::Proved;

/// An authenticator app.
pub(crate) struct App(Vec<u8>);

impl App {
    /// Reads the key that people type.
    pub(crate) fn of(key: &str) -> Self {
        let value = |letter| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
        let bits: Vec<String> = key.chars().map(|letter| format!("{:05b}", value(letter))).collect();
        let bits = bits.concat();
        let bytes = bits.as_bytes().chunks_exact(8);
        Self(bytes.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap()).collect())
    }

    /// The key.
    pub(crate) fn seed(&self) -> &[u8] {
        &self.0
    }

    /// The code that it shows.
    pub(crate) fn code(&self, now: Timestamp) -> String {
        let shape = Shape::default();
        shape.code(&self.0, shape.step_at(now.seconds()))
    }
}

/// Mia registers an app within a sign-in.
pub(crate) async fn enrol(hall: &Hall, id: TransactionId, browser: &Secret<String>) -> (App, Posted) {
    let pending = hall.mfa.begin_enrol_totp_for(id, browser).await.unwrap();
    let app = App::of(pending.secret.expose());
    let code = app.code(hall.db.env.now());
    let proved = hall.mfa.enrol_totp_for(id, browser, pending.factor, &code, &Origin::default()).await.unwrap();
    match proved {
        Proved::Answer(posted) => (app, posted),
        Proved::Again(refusal) => panic!("the first code does not count: {refusal:?}"),
    }
}

/// Somebody enters a code.
pub(crate) async fn answer(hall: &Hall, id: TransactionId, browser: &Secret<String>, code: &str) -> Proved {
    hall.mfa.prove(id, browser, &Shown::Code(code.into()), &Origin::default()).await.unwrap()
}

/// What our answer says, checked by our published keys as Entra does.
pub(crate) async fn read(hall: &Hall, posted: &Posted) -> Value {
    let token = posted.fields.iter().find(|(name, _)| *name == "id_token").unwrap().1.expose();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let part = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let head: Value = serde_json::from_slice(&part(head)).unwrap();
    assert_eq!((&head["alg"], &head["typ"]), (&"RS256".into(), &"JWT".into()));
    let list = hall.mfa.key_list(hall.tenant).await.unwrap();
    let key = list["keys"].as_array().unwrap().iter().find(|key| key["kid"] == head["kid"]);
    let key = key.expect("the key that signed is published");
    assert_eq!(key["x5c"].as_array().unwrap().len(), 1);
    let number = |name: &str| part(key[name].as_str().unwrap());
    let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &part(signature)).expect("the signature fits");
    serde_json::from_slice(&part(claims)).unwrap()
}
