//! What the pages at the ends of a sign-in look like: an app that is being registered, a refusal.

use kernel::Secret;
use mfa::factors::PendingTotp;
use mfa::{FactorId, TransactionId};
use testkit::START;
use uuid::Uuid;

use super::ended::EndedPage;
use super::prove::{EnrolTotpPage, RefusedPage};
use super::texts::{ENGLISH, GERMAN};
use crate::layout::Frame;
use crate::tests::{Gallery, gate_frame};

/// Stands for the picture: as large, and as empty of secrets.
const PICTURE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29"><path fill="#fff" d="M0 0h29v29H0z"/><path d="M4 4h7v7H4zM18 4h7v7h-7zM4 18h7v7H4zM14 14h3v3h-3zM20 20h3v3h-3z"/></svg>"##;

fn frame(title: &str) -> Frame {
    Frame { now: START, ..gate_frame(title) }
}

pub fn add(gallery: &mut Gallery) {
    for (name, texts, error) in
        [("mfa-enrol-app", &ENGLISH, ""), ("mfa-enrol-app-german", &GERMAN, "Dieser Code gilt nicht.")]
    {
        let pending = PendingTotp {
            factor: FactorId(Uuid::from_u128(9)),
            secret: Secret::from("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
            uri: Secret::from("otpauth://totp/Contoso:anna?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
            qr_svg: PICTURE.to_owned(),
        };
        let (transaction, until) = (TransactionId(Uuid::from_u128(7)), START.plus(std::time::Duration::from_mins(4)));
        gallery.add(
            name,
            &EnrolTotpPage { frame: frame(texts.scan), texts, transaction, until, pending, error: error.into() },
        );
    }
    for (name, texts, at_portal) in [("mfa-ended", &ENGLISH, false), ("mfa-ended-german", &GERMAN, true)] {
        let (frame, text) = (frame(texts.over), texts.over_text.into());
        let (code, request_id) = ("mfa.over".to_owned(), Uuid::from_u128(8).to_string());
        gallery.add(name, &EndedPage { frame, texts, title: texts.over, text, code, request_id, at_portal });
    }
    for (name, texts) in [("mfa-refused", &ENGLISH), ("mfa-refused-german", &GERMAN)] {
        gallery.add(name, &RefusedPage { frame: frame(texts.refused), texts, reason: "hint_audience" });
    }
}
