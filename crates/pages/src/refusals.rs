//! What people are told of a refusal, in their language: the same at a sign-in and at their portal.

use std::borrow::Cow;

use mfa::factors::Told;

use crate::texts::texts;

/// A sentence for people: one of ours, or one with something in its gap.
pub type Said = Cow<'static, str>;

texts! {
    not_right: "That code does not count. Wait for a new one and try again.",
        "Dieser Code gilt nicht. Warten Sie auf einen neuen und versuchen Sie es noch einmal.";
    clock_ahead: "The clock of your device is {} ahead. Set it to automatic time and try again, or enter the next code as well.",
        "Die Uhr Ihres Geräts geht {} vor. Stellen Sie sie auf automatische Zeit und versuchen Sie es noch einmal, oder geben Sie auch den nächsten Code ein.";
    clock_behind: "The clock of your device is {} behind. Set it to automatic time and try again, or enter the next code as well.",
        "Die Uhr Ihres Geräts geht {} nach. Stellen Sie sie auf automatische Zeit und versuchen Sie es noch einmal, oder geben Sie auch den nächsten Code ein.";
    ask_next: "That token was pressed more often than is known here. Enter its next code as well.",
        "Dieses Token wurde öfter gedrückt, als hier bekannt ist. Geben Sie auch seinen nächsten Code ein.";
    malformed: "That does not look like a code. Check that nothing is missing.",
        "Das sieht nicht wie ein Code aus. Prüfen Sie, ob etwas fehlt.";
    wait: "Too many wrong codes. Wait {} before the next try.",
        "Zu viele falsche Codes. Warten Sie {} bis zum nächsten Versuch.";
    second: "1 second", "1 Sekunde";
    seconds: "{} seconds", "{} Sekunden";
    minutes: "{} minutes", "{} Minuten";
    locked: "You have been locked after too many wrong codes. A passkey still works; otherwise your helpdesk can unlock you.",
        "Nach zu vielen falschen Codes sind Sie gesperrt. Ein Passkey funktioniert weiterhin; sonst kann Ihr Helpdesk Sie entsperren.";
    suspended: "This account cannot be used for now. Ask your helpdesk.",
        "Dieses Konto kann zurzeit nicht verwendet werden. Fragen Sie Ihren Helpdesk.";
    given_up: "Too many wrong codes: this key was given up. Begin again, with a new one.",
        "Zu viele falsche Codes: Dieser Schlüssel wurde verworfen. Beginnen Sie noch einmal mit einem neuen.";
    passkey_failed: "The passkey was not used. Try again, or use another way.",
        "Der Passkey wurde nicht verwendet. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.";
    took_too_long: "That took too long. Try again.", "Das hat zu lange gedauert. Versuchen Sie es noch einmal.";
}

/// The sentences in the language of a tag (BCP 47); English where it is none of ours.
pub fn of(tag: &str) -> &'static Texts {
    if tag == GERMAN.tag { &GERMAN } else { &ENGLISH }
}

/// What is told in the language of a tag.
pub fn told(tag: &str, told: Told) -> Said {
    let texts = of(tag);
    let sentence = match told {
        Told::NotRight => texts.not_right,
        Told::ClockOff { seconds } if seconds < 0 => return texts.with_span(texts.clock_behind, -seconds),
        Told::ClockOff { seconds } => return texts.with_span(texts.clock_ahead, seconds),
        Told::AskNext => texts.ask_next,
        Told::Malformed => texts.malformed,
        Told::Wait { seconds } => return texts.with_span(texts.wait, seconds),
        Told::Locked => texts.locked,
        Told::Suspended => texts.suspended,
        Told::GivenUp => texts.given_up,
        Told::PasskeyFailed => texts.passkey_failed,
        Told::TookTooLong => texts.took_too_long,
    };
    sentence.into()
}

impl Texts {
    /// A sentence with a span in its gap: seconds up to two minutes, then whole minutes, never too few.
    fn with_span(&self, sentence: &str, seconds: i64) -> Said {
        let span = match seconds {
            1 => self.second.to_owned(),
            ..=120 => self.seconds.replace("{}", &seconds.to_string()),
            _ => self.minutes.replace("{}", &(seconds + 59).div_euclid(60).to_string()),
        };
        sentence.replace("{}", &span).into()
    }
}

#[cfg(test)]
mod tests {
    use mfa::factors::Told;

    use super::{ENGLISH, GERMAN, told};

    #[test]
    fn a_refusal_is_told_in_the_language_of_the_page() {
        for ((name, english), (_, german)) in ENGLISH.all().into_iter().zip(GERMAN.all()) {
            assert!(!english.is_empty() && english != german, "{name} is not translated");
        }
        assert_eq!(told("de", Told::Locked), GERMAN.locked);
        assert_eq!(told("en", Told::Locked), ENGLISH.locked);
        assert_eq!(told("fr", Told::Locked), ENGLISH.locked);
    }

    #[test]
    fn people_are_told_how_far_a_clock_is_off_and_how_long_to_wait() {
        let cases = [
            ("en", Told::ClockOff { seconds: 90 }, "is 90 seconds ahead."),
            ("de", Told::ClockOff { seconds: -90 }, "geht 90 Sekunden nach."),
            ("en", Told::Wait { seconds: 1 }, "Wait 1 second before"),
            ("en", Told::Wait { seconds: 120 }, "Wait 120 seconds before"),
            ("en", Told::Wait { seconds: 121 }, "Wait 3 minutes before"),
            ("de", Told::Wait { seconds: 300 }, "Warten Sie 5 Minuten bis"),
        ];
        for (tag, what, expected) in cases {
            assert!(told(tag, what).contains(expected), "{}", told(tag, what));
        }
    }
}
