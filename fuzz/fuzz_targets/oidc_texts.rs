//! What Entra and browsers say in headers, forms and addresses: understood or not, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oidc::claims::{ClaimsChallenge, ClaimsRequest};
use oidc::error::aadsts_in;
use oidc::{Amr, Certificate, ConsentAnswer, IssuedClaims, PublicKeyEntry, TokenClaims, Wanted, claims_asked};

fuzz_target!(|bytes: &[u8]| {
    let _ = (Certificate::from_der(bytes.to_vec()), PublicKeyEntry::of(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(challenge) = ClaimsChallenge::from_headers([text]) {
        let once = ClaimsRequest::capable().with(&challenge);
        assert_eq!(once.clone().with(&challenge), once);
    }
    if let Ok(wanted) = Wanted::parse(text) {
        let written = serde_json::to_string(&wanted).expect("plain data can be written");
        assert_eq!(serde_json::from_str::<Wanted>(&written).expect("and read again"), wanted);
        for amr in Amr::ALL {
            assert!(wanted.acr_for(*amr).is_none_or(|acr| wanted.acr.iter().any(|asked| asked == acr)));
        }
    }
    assert!(claims_asked(text).ok().is_none_or(|asked| !asked.is_empty()));
    if let Some(claims) = TokenClaims::read_unverified(text) {
        let _ = claims.expires_at().map(|at| at.to_string());
    }
    let _ = (ConsentAnswer::from_query(text), IssuedClaims::read_unverified(text), aadsts_in(text));
    let _ = (Certificate::from_pem(text), oidc::Cloud::Global);
});
