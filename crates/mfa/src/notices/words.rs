//! What letters to people say, in their language. Pure.

use kernel::Timestamp;
use mail::Letter;

use super::{News, Notice};
use crate::model::FactorKind;

/// A language of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
}

impl Language {
    /// The languages of a letter: the person's (BCP 47), where it is ours; English for other ones; both where none is known.
    pub(crate) fn of(preferred: Option<&str>) -> &'static [Self] {
        let tag = preferred.and_then(|tag| tag.split('-').next()).map(str::trim).filter(|tag| !tag.is_empty());
        match tag {
            None => &[Self::English, Self::German],
            Some(tag) if tag.eq_ignore_ascii_case("de") => &[Self::German],
            Some(_) => &[Self::English],
        }
    }

    fn of_two(self, english: &'static str, german: &'static str) -> &'static str {
        if self == Self::German { german } else { english }
    }
}

/// Where a letter comes from.
pub(crate) struct About<'a> {
    pub(crate) name: &'a str,
    pub(crate) tenant: &'a str,
    pub(crate) portal: String,
    pub(crate) contact: Option<&'a str>,
}

impl About<'_> {
    pub(crate) fn greeting(&self, language: Language) -> String {
        format!("{} {},", language.of_two("Hello", "Guten Tag"), one_line(self.name))
    }

    /// How it ends.
    pub(crate) fn close(&self, language: Language) -> String {
        let mut lines = Vec::new();
        if let Some(contact) = self.contact {
            lines.push(format!("{} {}", language.of_two("Your helpdesk:", "Ihr Helpdesk:"), one_line(contact)));
        }
        let never = language.of_two(
            "This letter never asks you for a password or a code.",
            "Diese Nachricht fragt Sie nie nach einem Kennwort oder Code.",
        );
        lines.push(never.to_owned());
        lines.push(one_line(self.tenant));
        lines.join("\n")
    }
}

struct Said {
    subject: &'static str,
    what: &'static str,
    then: &'static str,
}

/// A letter with the same in each language.
pub(crate) fn joined(languages: &[Language], to: &str, part: impl Fn(Language) -> (String, String)) -> Letter {
    let (subjects, texts): (Vec<_>, Vec<_>) = languages.iter().map(|language| part(*language)).unzip();
    Letter { to: vec![to.to_owned()], subject: subjects.join(" / "), text: texts.join("\n\n--------\n\n") }
}

/// The letter about some news.
pub(super) fn letter(notice: &Notice, about: &About<'_>, languages: &[Language], to: &str) -> Letter {
    joined(languages, to, |language| {
        let said = if language == Language::German { german(notice.news) } else { english(notice.news) };
        let look = language.of_two(
            "See and change how you sign in (open it yourself, as you are used to):",
            "Hier sehen und ändern Sie Ihre Anmeldung (öffnen Sie die Seite selbst, wie gewohnt):",
        );
        let text = format!(
            "{}\n\n{}\n\n{}\n{}\n\n{look}\n{}\n\n{}\n",
            about.greeting(language),
            said.what,
            facts(notice, language),
            said.then,
            about.portal,
            about.close(language)
        );
        (said.subject.to_owned(), text)
    })
}

/// What is known of it, a line each.
fn facts(notice: &Notice, language: Language) -> String {
    let who = language.of_two("your organisation's helpdesk or administrators", "Helpdesk oder Administration");
    let which = notice.kind.map(|kind| match &notice.name {
        Some(name) => format!("{}, {}", kind_of(kind, language), one_line(name)),
        None => kind_of(kind, language).to_owned(),
    });
    let lines = [
        (language.of_two("What", "Was"), which),
        (language.of_two("When", "Wann"), Some(moment(notice.at))),
        (language.of_two("By", "Durch"), notice.by_administrator.then(|| who.to_owned())),
        (language.of_two("Why", "Grund"), notice.reason.as_deref().map(one_line)),
        (language.of_two("Valid until", "Gültig bis"), notice.until.map(moment)),
        (language.of_two("From the address", "Von der Adresse"), notice.address.as_deref().map(one_line)),
    ];
    lines.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}\n", value?))).collect()
}

/// To the minute, in UTC.
fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{} UTC", text.get(..16).unwrap_or(&text).replace('T', " "))
}

/// A text that cannot look like more of the letter than it is.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>().trim().to_owned()
}

fn kind_of(kind: FactorKind, language: Language) -> &'static str {
    match kind {
        FactorKind::Passkey => "Passkey",
        FactorKind::Totp => language.of_two("Authenticator app", "Authenticator-App"),
        FactorKind::Hotp => language.of_two("Hardware token", "Hardware-Token"),
        FactorKind::Recovery => language.of_two("Recovery codes", "Wiederherstellungscodes"),
        FactorKind::Temporary => language.of_two("Temporary code", "Ersatzcode"),
        FactorKind::Device => language.of_two("Remembered browser", "Gemerkter Browser"),
        FactorKind::Push => language.of_two("Agreeing in another browser", "Zustimmung in einem anderen Browser"),
        _ => language.of_two("Another way", "Andere Methode"),
    }
}

fn english(news: News) -> Said {
    match news {
        News::CodeIssued => Said {
            subject: "A temporary code was made for you",
            what: "A temporary code was made, with which you can sign in. You are told it by your helpdesk, never by mail.",
            then: "If you did not ask for it, tell your helpdesk at once: somebody may pretend to be you.",
        },
        News::FactorAdded => Said {
            subject: "A way to sign in was added",
            what: "From now on you can prove with it that it is you.",
            then: "If that was not you, open the page below, report it lost, and tell your helpdesk.",
        },
        News::FactorRemoved => Said {
            subject: "A way to sign in was removed",
            what: "It counts no longer.",
            then: "If you did not want that, tell your helpdesk.",
        },
        News::Reset => Said {
            subject: "All your ways to sign in were removed",
            what: "Every way in which you proved that it is you was taken away, with every browser that was remembered.",
            then: "At your next sign-in you begin anew. If nobody spoke with you about it, tell your helpdesk.",
        },
        News::FactorLost => Said {
            subject: "A loss was reported",
            what: "This way to sign in was reported lost. It counts no longer, and every remembered browser is forgotten.",
            then: "If that was not you, somebody else may be signed in as you: tell your helpdesk at once.",
        },
        News::NotMe => Said {
            subject: "You said that a sign-in was not yours",
            what: "It is noted, and your organisation was told. Every remembered browser is forgotten.",
            then: "If somebody may know your password, change it now. If you did not say so, tell your helpdesk at once.",
        },
        News::Locked => Said {
            subject: "Codes are refused for your account",
            what: "Too many wrong codes were entered for you. None is looked at any more until your helpdesk unlocks you; a passkey still works.",
            then: "If that was not you, somebody may know your password: change it now, and tell your helpdesk.",
        },
    }
}

fn german(news: News) -> Said {
    match news {
        News::CodeIssued => Said {
            subject: "Für Sie wurde ein Ersatzcode erstellt",
            what: "Es wurde ein Ersatzcode erstellt, mit dem Sie sich anmelden können. Ihr Helpdesk nennt ihn Ihnen, nie per E-Mail.",
            then: "Wenn Sie nicht darum gebeten haben, informieren Sie sofort Ihren Helpdesk: Jemand könnte sich für Sie ausgeben.",
        },
        News::FactorAdded => Said {
            subject: "Eine Anmeldemethode wurde hinzugefügt",
            what: "Ab jetzt können Sie sich damit bestätigen.",
            then: "Wenn Sie das nicht waren, öffnen Sie die Seite unten, melden Sie den Verlust und informieren Sie Ihren Helpdesk.",
        },
        News::FactorRemoved => Said {
            subject: "Eine Anmeldemethode wurde entfernt",
            what: "Sie gilt nicht mehr.",
            then: "Wenn Sie das nicht wollten, informieren Sie Ihren Helpdesk.",
        },
        News::Reset => Said {
            subject: "Alle Ihre Anmeldemethoden wurden entfernt",
            what: "Alles, womit Sie sich bestätigt haben, wurde entfernt, ebenso jeder gemerkte Browser.",
            then: "Bei der nächsten Anmeldung beginnen Sie neu. Wenn niemand mit Ihnen darüber gesprochen hat, informieren Sie Ihren Helpdesk.",
        },
        News::FactorLost => Said {
            subject: "Ein Verlust wurde gemeldet",
            what: "Diese Anmeldemethode wurde als verloren gemeldet. Sie gilt nicht mehr, und alle gemerkten Browser sind vergessen.",
            then: "Wenn Sie das nicht waren, ist vielleicht jemand anderes unter Ihrem Namen angemeldet: Informieren Sie sofort Ihren Helpdesk.",
        },
        News::NotMe => Said {
            subject: "Sie haben eine Anmeldung als fremd gemeldet",
            what: "Das ist vermerkt, und Ihre Organisation wurde informiert. Alle gemerkten Browser sind vergessen.",
            then: "Wenn jemand Ihr Kennwort kennen könnte, ändern Sie es jetzt. Wenn Sie das nicht gemeldet haben, informieren Sie sofort Ihren Helpdesk.",
        },
        News::Locked => Said {
            subject: "Für Ihr Konto werden keine Codes mehr geprüft",
            what: "Für Sie wurden zu viele falsche Codes eingegeben. Es wird keiner mehr geprüft, bis Ihr Helpdesk Sie entsperrt; ein Passkey funktioniert weiterhin.",
            then: "Wenn Sie das nicht waren, kennt vielleicht jemand Ihr Kennwort: Ändern Sie es jetzt und informieren Sie Ihren Helpdesk.",
        },
    }
}
