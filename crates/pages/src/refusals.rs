//! What people are told of a refusal, in their language: the same at a sign-in and at their portal.

use mfa::factors::Told;

use crate::texts::texts;

texts! {
    not_right: "That code does not count. Wait for a new one and try again.",
        "Dieser Code gilt nicht. Warten Sie auf einen neuen und versuchen Sie es noch einmal.";
    clock: "The clock of your device is off. Set it to automatic time and try again.",
        "Die Uhr Ihres Geräts geht falsch. Stellen Sie sie auf automatische Zeit und versuchen Sie es noch einmal.";
    malformed: "That does not look like a code. Check that nothing is missing.",
        "Das sieht nicht wie ein Code aus. Prüfen Sie, ob etwas fehlt.";
    wait: "Too many wrong codes. Wait a little before the next try.",
        "Zu viele falsche Codes. Warten Sie etwas bis zum nächsten Versuch.";
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

/// What is told in the language of a tag (BCP 47); English where it is none of ours.
pub fn told(tag: &str, told: Told) -> &'static str {
    let texts = if tag == GERMAN.tag { &GERMAN } else { &ENGLISH };
    match told {
        Told::NotRight => texts.not_right,
        Told::ClockOff => texts.clock,
        Told::Malformed => texts.malformed,
        Told::Wait => texts.wait,
        Told::Locked => texts.locked,
        Told::Suspended => texts.suspended,
        Told::GivenUp => texts.given_up,
        Told::PasskeyFailed => texts.passkey_failed,
        Told::TookTooLong => texts.took_too_long,
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
}
