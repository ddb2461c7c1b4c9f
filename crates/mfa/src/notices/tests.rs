//! What letters say.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use kernel::Timestamp;

use super::words::letter;
use super::{About, Language, News, Notice};
use crate::model::{FactorKind, Origin};

fn about(name: &str) -> About<'_> {
    About {
        name,
        tenant: "Contoso",
        portal: "https://hall.example/me/t1".to_owned(),
        contact: Some("help@contoso.example"),
    }
}

#[test]
fn a_letter_speaks_the_persons_language_and_both_where_none_is_known() {
    use Language::{English, German};
    for (preferred, languages) in [
        (None, &[English, German][..]),
        (Some(""), &[English, German]),
        (Some("de"), &[German]),
        (Some("DE-at"), &[German]),
        (Some("en-GB"), &[English]),
        (Some("sv-SE"), &[English]),
    ] {
        assert_eq!(Language::of(preferred), languages, "{preferred:?}");
    }
}

#[test]
fn every_news_is_told_in_both_languages_with_what_is_known() {
    let at = Timestamp::parse("2026-11-22T15:04:05Z").unwrap();
    for news in News::ALL {
        let notice = Notice::new(*news, at).by_administrator("Lost phone");
        let notice = Notice { kind: Some(FactorKind::Totp), name: Some("Work phone".to_owned()), ..notice };
        let letter = letter(&notice, &about("Mia"), Language::of(None), "mia@contoso.example");
        assert_eq!(letter.to, ["mia@contoso.example"]);
        let (english, german) = letter.subject.split_once(" / ").unwrap();
        assert!(!english.is_empty() && !german.is_empty() && english != german, "{news}");
        for part in [
            "Hello Mia,",
            "Guten Tag Mia,",
            "Authenticator app, Work phone",
            "Authenticator-App, Work phone",
            "2026-11-22 15:04 UTC",
            "Why: Lost phone",
            "Grund: Lost phone",
            "https://hall.example/me/t1",
            "help@contoso.example",
            "Contoso",
        ] {
            assert!(letter.text.contains(part), "{news}: {part} is not in {}", letter.text);
        }
    }
}

#[test]
fn what_others_write_stays_on_its_line() {
    let at = Timestamp::from_seconds(0);
    let origin = Origin { address: Some("192.0.2.7\r\nBy: nobody".to_owned()), ..Origin::default() };
    let notice = Notice::new(News::Locked, at).by_administrator("one\n\nHello,\ntwo").origin(&origin);
    let letter = letter(&notice, &about("Mia\nClick here"), &[Language::English], "mia@contoso.example");
    for line in letter.text.lines() {
        assert!(!["Click here", "By: nobody", "Hello,", "two"].contains(&line), "{line}");
    }
}
