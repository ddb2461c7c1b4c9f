//! The RFC's own example, and a browser that reads what is for it.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use super::*;

/// A browser's side: it has the private key, and derives everything from what arrives.
pub(crate) struct Receiver {
    private: PrivateKey,
    auth: [u8; SECRET],
}

impl Receiver {
    pub(crate) fn new(auth: [u8; SECRET]) -> Self {
        Self { private: PrivateKey::generate(&ECDH_P256).unwrap(), auth }
    }

    fn public(&self) -> Vec<u8> {
        self.private.compute_public_key().unwrap().as_ref().to_vec()
    }

    /// What its script hands out.
    pub(crate) fn subscription(&self, endpoint: &str) -> Subscription {
        Subscription {
            endpoint: endpoint.into(),
            p256dh: Secret::new(URL_SAFE_NO_PAD.encode(self.public())),
            auth: Secret::new(URL_SAFE_NO_PAD.encode(self.auth)),
        }
    }

    /// Reads a message as RFC 8188 §2 and RFC 8291 §3 have it from the reader's side.
    pub(crate) fn read(&self, message: &[u8]) -> Option<Vec<u8>> {
        let (salt, rest) = message.split_at_checked(16)?;
        let (size, rest) = rest.split_at_checked(4)?;
        let (length, rest) = rest.split_first()?;
        let (theirs, record) = rest.split_at_checked(usize::from(*length))?;
        assert!(record.len() <= usize::try_from(u32::from_be_bytes(size.try_into().unwrap())).unwrap());
        let key = UnparsedPublicKey::new(&ECDH_P256, theirs);
        let secret = agree(&self.private, key, (), |secret| Ok(secret.to_vec())).ok()?;
        let prk = Salt::new(HKDF_SHA256, &self.auth).extract(&secret);
        let ikm: [u8; 32] = derived(&prk, &[b"WebPush: info\0".as_slice(), &self.public(), theirs]).ok()?;
        let prk = Salt::new(HKDF_SHA256, salt).extract(&ikm);
        let key: [u8; 16] = derived(&prk, &[b"Content-Encoding: aes128gcm\0".as_slice()]).ok()?;
        let nonce: [u8; 12] = derived(&prk, &[b"Content-Encoding: nonce\0".as_slice()]).ok()?;
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let mut text = record.to_vec();
        let text = cipher.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text).ok()?;
        // What ends it, and nothing but naughts behind.
        let end = text.iter().rposition(|byte| *byte != 0)?;
        (text[end] == LAST).then(|| text[..end].to_vec())
    }
}

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn subscription(p256dh: &str, auth: &str) -> Subscription {
    Subscription { endpoint: "https://push.example/1".into(), p256dh: p256dh.into(), auth: auth.into() }
}

/// RFC 8291 §5 and Appendix A.
const THEIRS: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const THEIR_PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const OURS: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
const TEXT: &[u8] = b"When I grow up, I want to be a watermelon";
const MESSAGE: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

#[test]
fn the_example_of_the_rfc_comes_out_as_it_stands_there() {
    let own = PrivateKey::from_private_key(&ECDH_P256, &bytes(OURS)).unwrap();
    let salt = bytes(MESSAGE)[..16].try_into().unwrap();
    let reader = Reader::of(&subscription(THEIRS, AUTH)).unwrap();
    assert_eq!(URL_SAFE_NO_PAD.encode(encrypted_by(&own, salt, &reader, TEXT).unwrap()), MESSAGE);
    let private = PrivateKey::from_private_key(&ECDH_P256, &bytes(THEIR_PRIVATE)).unwrap();
    let browser = Receiver { private, auth: bytes(AUTH).try_into().unwrap() };
    assert_eq!(browser.read(&bytes(MESSAGE)).as_deref(), Some(TEXT));
}

#[test]
fn a_message_is_read_by_the_browser_that_it_is_for_and_by_no_other() {
    let rng = Rng::seeded(7);
    let (browser, other) = (Receiver::new([1; SECRET]), Receiver::new([1; SECRET]));
    let reader = Reader::of(&browser.subscription("https://push.example/1")).unwrap();
    let (first, second) = (encrypted(&rng, &reader, TEXT).unwrap(), encrypted(&rng, &reader, TEXT).unwrap());
    assert_ne!(first, second, "each has keys of its own");
    assert_eq!(browser.read(&first).as_deref(), Some(TEXT));
    assert_eq!(other.read(&first), None);
    for at in [0, 30, first.len() - 1] {
        let mut changed = first.clone();
        changed[at] ^= 1;
        assert_eq!(browser.read(&changed), None, "changed at {at}");
    }
}

#[test]
fn keys_that_are_none_are_not_taken() {
    let point = bytes(THEIRS);
    let mut beside = point.clone();
    beside[64] ^= 1;
    let (beside, short) = (URL_SAFE_NO_PAD.encode(&beside), URL_SAFE_NO_PAD.encode(&point[..64]));
    let hybrid = URL_SAFE_NO_PAD.encode([&[6], &point[1..]].concat());
    let cases = [
        (THEIRS, "", "no secret"),
        (THEIRS, "BTBZMqHH6r4Tts7J_aSI", "a short secret"),
        (beside.as_str(), AUTH, "beside the curve"),
        (short.as_str(), AUTH, "a short point"),
        (hybrid.as_str(), AUTH, "written otherwise"),
        ("", AUTH, "no point"),
        ("!!", AUTH, "no base64url"),
    ];
    for (p256dh, auth, what) in cases {
        assert!(Reader::of(&subscription(p256dh, auth)).is_none(), "{what}");
    }
    assert!(Reader::of(&subscription(&format!("{THEIRS}="), &format!("{AUTH}=="))).is_some(), "padded");
}
