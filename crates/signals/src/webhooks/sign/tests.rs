//! The convention's own example, and what it says about secrets.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Rng, Secret, Timestamp};

use super::{generate, header, written};

/// From the tests of the convention's reference libraries.
const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn sign(secrets: &[&str]) -> String {
    let secrets: Vec<_> = secrets.iter().map(|text| Secret::new(STANDARD.decode(text).unwrap())).collect();
    let at = Timestamp::from_seconds(1_614_265_330);
    header(&secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#)
}

#[test]
fn the_example_of_the_convention_comes_out() {
    assert_eq!(sign(&[SECRET]), SIGNED);
}

#[test]
fn two_secrets_sign_side_by_side() {
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let both = sign(&[other, SECRET]);
    let (first, second) = both.split_once(' ').unwrap();
    assert_eq!((first, second), (sign(&[other]).as_str(), SIGNED));
}

#[test]
fn a_secret_is_long_enough_and_says_what_it_is() {
    let secret = written(&generate(&Rng::seeded(1)));
    let bytes = STANDARD.decode(secret.expose().strip_prefix("whsec_").unwrap()).unwrap();
    assert!((24..=64).contains(&bytes.len()), "24 to 64 bytes, says the convention");
}
