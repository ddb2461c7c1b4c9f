//! What Entra asks for, and what can be answered.

use serde_json::json;

use crate::{Amr, Wanted, WantedError};

fn wanted(acr: &[&str], amr: &[&str]) -> Wanted {
    let claims = json!({ "id_token": { "acr": { "essential": true, "values": acr }, "amr": { "values": amr } } });
    Wanted::parse(&claims.to_string()).unwrap()
}

#[test]
fn an_answer_is_of_a_kind_that_was_asked_for() {
    type Case = (&'static [&'static str], &'static [&'static str], Amr, Option<&'static str>);
    let cases: [Case; 8] = [
        (&["possessionorinherence"], &["fido", "otp"], Amr::Fido, Some("possessionorinherence")),
        (&["possessionorinherence"], &["fido", "otp"], Amr::Sms, None),
        (&["possessionorinherence"], &["face"], Amr::Face, Some("possessionorinherence")),
        // After a first factor that somebody has, only what they are or know counts.
        (&["knowledgeorinherence"], &["fido", "face"], Amr::Fido, None),
        (&["knowledgeorinherence"], &["fido", "face"], Amr::Face, Some("knowledgeorinherence")),
        (&["knowledge", "possession"], &["otp"], Amr::Otp, Some("possession")),
        (&["knowledge"], &["otp"], Amr::Otp, None),
        (&["somethingnew"], &["otp"], Amr::Otp, None),
    ];
    for (acr, amr, proved, answer) in cases {
        assert_eq!(wanted(acr, amr).acr_for(proved), answer, "{acr:?} {amr:?} {proved:?}");
    }
}

#[test]
fn what_asks_for_nothing_that_can_be_given_is_refused_and_nothing_is_filled_in() {
    let long = format!("{{\"x\":\"{}\"}}", "a".repeat(9_000));
    let cases = [
        ("", WantedError::NotAnObject),
        ("[]", WantedError::NotAnObject),
        ("{", WantedError::NotAnObject),
        ("{}", WantedError::NoAcr),
        (r#"{"id_token":{"acr":{"values":[]},"amr":{"values":["otp"]}}}"#, WantedError::NoAcr),
        (r#"{"id_token":{"acr":{"values":[7]},"amr":{"values":["otp"]}}}"#, WantedError::NoAcr),
        (r#"{"id_token":{"acr":{"values":["possession"]}}}"#, WantedError::NoAmr),
        (r#"{"id_token":{"acr":{"values":["possession"]},"amr":{"values":["pwd","mfa"]}}}"#, WantedError::NoAmr),
        (long.as_str(), WantedError::TooLong),
    ];
    for (claims, error) in cases {
        assert_eq!(Wanted::parse(claims), Err(error), "{claims:.60}");
    }
    let mixed = r#"{"id_token":{"acr":{"values":["possession",3]},"amr":{"values":["otp",null,"new","fido"]}}}"#;
    let read = Wanted::parse(mixed).unwrap();
    assert_eq!(read.acr, ["possession"]);
    assert_eq!(read.amr.into_iter().collect::<Vec<_>>(), [Amr::Fido, Amr::Otp]);
}

#[test]
fn every_amr_reads_back() {
    for amr in Amr::ALL {
        assert_eq!(Amr::parse(amr.as_str()), Some(*amr));
        assert_eq!(serde_json::to_value(amr).unwrap(), amr.as_str());
    }
    assert_eq!(Amr::ALL.len(), 13, "Entra asks for thirteen");
}
