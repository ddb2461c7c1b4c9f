//! Addresses, countries, offers: tables.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::time::Duration;

use kernel::{Secret, Timestamp};

use super::Target;
use super::address::{masked_mail, masked_number, number};
use super::countries::{country_of, is_country};
use super::offers::{Address, Ground, offers};
use crate::model::FactorKind;
use crate::settings::{OutOfBand, WhenChanged};

#[test]
fn an_address_is_never_shown_whole() {
    let cases = [
        ("anna@contoso.com", "a•••@c•••.com"),
        ("anna.svensson@mail.contoso.co.uk", "a•••@m•••.uk"),
        ("a@contoso.com", "•••@c•••.com"),
        ("a@b.com", "•••@•••.com"),
        ("anna@localhost", "a•••@l•••"),
        ("\"an@na\"@contoso.com", "\"•••@c•••.com"),
        ("ärla@köping.se", "ä•••@k•••.se"),
        ("no address", "•••"),
        ("", "•••"),
    ];
    for (address, shown) in cases {
        assert_eq!(masked_mail(address), shown, "{address}");
    }
    let cases = [
        ("+46701234567", "+46 •••67"),
        ("+12125550123", "+1 •••23"),
        ("+18765550123", "+1 •••23"),
        ("+35312345678", "+353 •••78"),
        ("+88812345678", "•••78"),
    ];
    for (number, shown) in cases {
        assert_eq!(masked_number(number), shown, "{number}");
    }
}

#[test]
fn numbers_are_read_as_entra_writes_them() {
    let cases = [
        ("+46 701234567", Some("+46701234567")),
        ("+1 (212) 555-0123", Some("+12125550123")),
        ("+46701234567", Some("+46701234567")),
        ("+46 701234567 x123", None),
        ("46 701234567", None),
        ("+46 70123456a", None),
        ("+123456", None),
        ("+1234567890123456", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(number(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn the_country_of_a_number_is_told_by_its_longest_prefix() {
    let cases = [
        ("+46701234567", Some("SE")),
        ("+12125550123", Some("US")),
        ("+14165550123", Some("CA")),
        ("+18765550123", Some("JM")),
        ("+18095550123", Some("DO")),
        ("+79161234567", Some("RU")),
        ("+77011234567", Some("KZ")),
        ("+447911123456", Some("GB")),
        ("+447781123456", Some("GG")),
        ("+3581812345", Some("AX")),
        ("+358401234567", Some("FI")),
        ("+5999123456", Some("CW")),
        ("+8821612345678", None),
        ("+999123456", None),
        ("46701234567", None),
        ("+1", Some("US")),
    ];
    for (number, expected) in cases {
        assert_eq!(country_of(number), expected, "{number}");
    }
    assert!(is_country("SE") && is_country("JM") && is_country("US"));
    for none in ["se", "XX", "", "SWE"] {
        assert!(!is_country(none), "{none}");
    }
}

fn address(target: Target, text: &str, since: Timestamp) -> Address {
    Address { target, text: Secret::from(text), since }
}

#[test]
fn what_is_offered_follows_from_kinds_countries_and_age() {
    let now = Timestamp::from_seconds(1_000_000_000);
    let (old, fresh) = (Timestamp::from_micros(0), now.minus(Duration::from_hours(71)));
    let usual = OutOfBand { countries: vec!["SE".to_owned()], ..OutOfBand::default() };
    let asks = OutOfBand { when_changed: WhenChanged::AskAnother, ..usual.clone() };
    let lenient = OutOfBand { changed_days: 0, ..usual.clone() };
    let all: &[FactorKind] = &[FactorKind::Email, FactorKind::Sms, FactorKind::Voice];
    let (mail, phone) = ((Target::Email, "anna@contoso.com"), (Target::Mobile, "+46 701234567"));
    let american = (Target::Mobile, "+1 2125550123");
    let none: Vec<String> = Vec::new();
    let told = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let cases = [
        ("mail", &usual, all, mail, old, false, told(&["email a•••@c•••.com"])),
        ("a mobile telephone", &usual, all, phone, old, false, told(&["sms +46 •••67", "voice +46 •••67"])),
        ("one at work", &usual, all, (Target::Office, "+46 87654321"), old, false, told(&["voice +46 •••21"])),
        ("one with an extension", &usual, all, (Target::Office, "+46 87654321 x9"), old, false, none.clone()),
        ("no gateway for calls", &usual, &all[..2], phone, old, false, told(&["sms +46 •••67"])),
        ("another country", &usual, all, american, old, false, none.clone()),
        ("no country at all", &OutOfBand::default(), all, phone, old, false, none.clone()),
        ("changed within three days", &usual, all, phone, fresh, false, none.clone()),
        (
            "changed three days ago",
            &usual,
            &all[1..2],
            phone,
            now.minus(Duration::from_hours(72)),
            false,
            told(&["sms +46 •••67"]),
        ),
        ("changed, another factor", &asks, all, mail, fresh, true, none.clone()),
        ("changed, nothing else", &asks, all, mail, fresh, false, told(&["email a•••@c•••.com"])),
        ("changes pass", &lenient, all, mail, now, false, told(&["email a•••@c•••.com"])),
        ("what is no address", &usual, all, (Target::Email, "nobody"), old, false, none.clone()),
    ];
    for (name, settings, kinds, (target, text), since, has_another, expected) in cases {
        let ground = Ground { settings, kinds, has_another, now };
        let found = offers(&ground, &[address(target, text, since)]);
        let found: Vec<String> = found.iter().map(|offer| format!("{} {}", offer.way, offer.shown)).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn nothing_of_an_address_is_in_what_is_printed() {
    let ground = Ground {
        settings: &OutOfBand::default(),
        kinds: FactorKind::ALL,
        has_another: false,
        now: Timestamp::from_seconds(1_000_000_000),
    };
    let offer =
        offers(&ground, &[address(Target::Email, "anna@contoso.com", Timestamp::from_micros(0))]).pop().unwrap();
    assert!(!format!("{offer:?}").contains("anna@contoso.com"));
}
