//! What the section means, and what is not sent.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

mod server;
mod tls;

use kernel::Secret;

use crate::config::{Config, Encryption};
use crate::mailer::is_address;
use crate::{Letter, MailError, Mailer};

fn config() -> Config {
    let from = Some("Vestibule <vestibule@example.org>".to_owned());
    Config { server: Some("mail.example.org".to_owned()), from, ..Config::default() }
}

#[test]
fn a_section_that_makes_no_sense_is_told_in_sentences() {
    let here = |server: &str| Config { server: Some(server.to_owned()), encryption: Encryption::None, ..config() };
    for (config, wrong) in [
        (Config::default(), None),
        (config(), None),
        (Config { from: None, ..config() }, Some("mail.from is needed")),
        (Config { from: Some("nobody".to_owned()), ..config() }, Some("not a mail address")),
        (Config { username: Some("ada".to_owned()), ..config() }, Some("belong together")),
        (Config { password: Some(Secret::from("x")), ..config() }, Some("belong together")),
        (here("mail.example.org"), Some("another machine")),
        (here("192.0.2.1"), Some("another machine")),
        (here("localhost"), None),
        (here("127.0.0.1"), None),
        (here("::1"), None),
    ] {
        let found = config.validate();
        match wrong {
            None => assert!(found.is_empty(), "{found:?}"),
            Some(part) => assert!(found.len() == 1 && found[0].contains(part), "{part}: {found:?}"),
        }
    }
}

#[test]
fn addresses_are_told_from_other_text() {
    for (text, is) in [
        ("ada@example.org", true),
        ("Ada Lovelace <ada@example.org>", true),
        (" ada@example.org ", true),
        ("ada", false),
        ("", false),
        ("ada@example.org\r\nBcc: eve@example.org", false),
    ] {
        assert_eq!(is_address(text), is, "{text:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again_and_a_wrong_address_is_not() {
    let nobody = Config { server: Some("127.0.0.1".to_owned()), port: 1, encryption: Encryption::None, ..config() };
    let mailer = Mailer::new(&nobody).unwrap();
    let letter = Letter { to: vec!["ada@example.org".to_owned()], subject: "a\r\nb".to_owned(), text: "c".to_owned() };
    assert!(mailer.send(&letter).await.unwrap_err().passes());
    let wrong = Letter { to: vec!["nobody".to_owned()], ..letter };
    assert!(matches!(mailer.send(&wrong).await.unwrap_err(), MailError::Address(_)));
    assert!(Mailer::new(&Config::default()).is_none());
}
