//! What an invitation says, in the person's language. Pure.

use mail::Letter;

use crate::notices::{About, Language, joined};

/// The letter that asks somebody to register a factor; `own` are the administrator's words.
pub(super) fn invitation(about: &About<'_>, own: Option<&str>, languages: &[Language], to: &str) -> Letter {
    joined(languages, to, |language| {
        let own = own.map(|own| format!("{}\n\n", plain(own))).unwrap_or_default();
        let (subject, why, how, then) = sentences(language);
        let text = format!(
            "{}\n\n{why}\n\n{own}{how}\n{}\n\n{then}\n\n{}\n",
            about.greeting(language),
            about.portal,
            about.close(language)
        );
        (subject.to_owned(), text)
    })
}

fn sentences(language: Language) -> (&'static str, &'static str, &'static str, &'static str) {
    match language {
        Language::English => (
            "Please register how you prove that it is you",
            "Your applications will soon ask for more than your password. You have no way registered yet that counts, so you \
             would be stopped at the sign-in.",
            "It takes two minutes. Open this page, sign in with your work account, and follow the steps:",
            "A passkey (the fingerprint, face or PIN of your device) is the quickest; an authenticator app does as well.",
        ),
        Language::German => (
            "Bitte registrieren Sie, wie Sie sich bestätigen",
            "Ihre Anwendungen fragen bald nach mehr als Ihrem Kennwort. Sie haben noch keine gültige Methode registriert und \
             würden bei der Anmeldung aufgehalten.",
            "Es dauert zwei Minuten. Öffnen Sie diese Seite, melden Sie sich mit Ihrem Arbeitskonto an und folgen Sie den Schritten:",
            "Ein Passkey (Fingerabdruck, Gesicht oder PIN Ihres Geräts) ist am schnellsten; eine Authenticator-App geht auch.",
        ),
    }
}

/// Own words, with their line breaks and nothing else that steers.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::invitation;
    use crate::notices::{About, Language};

    #[test]
    fn an_invitation_says_where_and_carries_own_words_in_each_language() {
        let about = About {
            name: "Mia",
            tenant: "Contoso",
            portal: "https://hall.example/me/t1".to_owned(),
            contact: Some("4711"),
        };
        let letter = invitation(&about, Some("By Friday.\r\nAsk Ada."), Language::of(None), "mia@contoso.example");
        for part in ["Hello Mia,", "Guten Tag Mia,", "https://hall.example/me/t1", "Your helpdesk: 4711", "Contoso"] {
            assert!(letter.text.contains(part), "{part} is not in {}", letter.text);
        }
        assert_eq!(letter.text.matches("By Friday.\nAsk Ada.").count(), 2);
        let english = invitation(&about, None, &[Language::English], "mia@contoso.example");
        assert!(!english.text.contains("Guten Tag") && !english.subject.contains(" / "));
    }
}
