//! The portal's records in words: a factor, an attempt, a browser, a moment.

use askama::Template;
use kernel::Timestamp;
use mfa::FactorKind;
use mfa::attempts::{Attempt, Outcome};
use mfa::factors::FactorView;
use mfa::model::FactorState;
use time::OffsetDateTime;
use time::macros::format_description;

use super::texts::{ENGLISH, Texts, filled};
use crate::icon::Icon;
use crate::parts::Tone;

/// A moment: in UTC, the same in every language, until the browser makes it local.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(ext = "html", source = r#"<time datetime="{{ at }}" data-time="exact">{{ text }}</time>"#)]
pub struct Moment {
    at: Timestamp,
    text: String,
}

impl askama::filters::HtmlSafe for Moment {}

impl Moment {
    /// `2026-11-21 23:02 UTC`.
    pub fn new(at: Timestamp) -> Self {
        let shape = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
        Self { at, text: OffsetDateTime::from(at).format(&shape).unwrap_or_else(|_| at.to_string()) }
    }
}

/// A factor as its person sees it.
#[derive(Debug, Clone)]
pub struct FactorLine {
    pub href: String,
    pub icon: Icon,
    pub name: String,
    pub kind: &'static str,
    /// Why it cannot be used; empty where it can.
    pub trouble: &'static str,
    /// Whether it is a key of a model that a policy does not take.
    pub unfit: bool,
    pub added: Moment,
    pub used: Option<Moment>,
}

impl FactorLine {
    /// A factor in words.
    pub fn of(factor: &FactorView, unfit: bool, texts: &'static Texts) -> Self {
        Self {
            href: format!("/me/factors/{}", factor.id),
            icon: icon(factor.kind),
            name: factor.name.clone(),
            kind: kind(factor.kind, texts),
            trouble: match factor.state {
                FactorState::Active if unfit => texts.proving().unfit_badge,
                FactorState::Active => "",
                other => state(other, texts),
            },
            unfit,
            added: Moment::new(factor.created_at),
            used: factor.last_used_at.map(Moment::new),
        }
    }
}

/// A kind of factor in a word.
pub fn kind(kind: FactorKind, texts: &'static Texts) -> &'static str {
    match kind {
        FactorKind::Passkey => texts.kind_passkey,
        FactorKind::Totp => texts.kind_totp,
        FactorKind::Hotp => texts.kind_hotp,
        FactorKind::Recovery => texts.kind_recovery,
        FactorKind::Temporary => texts.kind_temporary,
        FactorKind::Email => texts.kind_email,
        FactorKind::Sms => texts.kind_sms,
        FactorKind::Voice => texts.kind_voice,
        FactorKind::Push => texts.kind_push,
        FactorKind::Device => texts.kind_device,
    }
}

/// Whether a factor can be used, in a word.
pub fn state(state: FactorState, texts: &'static Texts) -> &'static str {
    match state {
        FactorState::Active => texts.state_active,
        FactorState::Pending => texts.state_pending,
        FactorState::Suspended => texts.state_suspended,
    }
}

/// That a key does not count here, and what is to be done about it where that can be done.
pub fn unfit(texts: &'static Texts, may_add: bool) -> String {
    let told = texts.proving().unfit_key;
    if may_add { format!("{told} {}", texts.unfit_add) } else { told.to_owned() }
}

fn icon(kind: FactorKind) -> Icon {
    match kind {
        FactorKind::Passkey => Icon::Key,
        FactorKind::Totp | FactorKind::Hotp => Icon::Clock,
        _ => Icon::Lock,
    }
}

/// An attempt as its person sees it.
#[derive(Debug, Clone)]
pub struct AttemptLine {
    pub tone: Tone,
    pub outcome: &'static str,
    /// By what: empty where nothing was looked at.
    pub by: String,
    pub why: &'static str,
    pub at: Moment,
    pub place: String,
    pub browser: String,
    /// Where it can be said that it was somebody else.
    pub not_me: String,
    pub disowned: bool,
    /// Whether it was at this page and not on the way to an application.
    pub is_here: bool,
}

impl AttemptLine {
    /// An attempt in words.
    pub fn of(attempt: &Attempt, texts: &'static Texts) -> Self {
        let (tone, outcome) = match attempt.outcome {
            Outcome::Passed if attempt.reason == "registered" => (Tone::Ok, texts.outcome_registered),
            Outcome::Passed => (Tone::Ok, texts.outcome_passed),
            Outcome::Refused => (Tone::Warn, texts.outcome_refused),
            Outcome::Declined => (Tone::Off, texts.outcome_declined),
            Outcome::Error => (Tone::Warn, texts.outcome_error),
        };
        let by = attempt.factor_kind.map(|found| match &attempt.factor_name {
            _ if found == FactorKind::Push && attempt.outcome != Outcome::Passed => texts.asked_push.to_owned(),
            Some(name) if found.is_usual() && *name != kind(found, &ENGLISH) => {
                format!("{} {}", kind(found, texts), filled(texts.quoted, name))
            }
            _ => kind(found, texts).to_owned(),
        });
        let address = attempt.origin.address.clone();
        Self {
            tone,
            outcome,
            by: by.unwrap_or_default(),
            why: texts.why(&attempt.reason),
            at: Moment::new(attempt.at),
            place: address.unwrap_or_else(|| texts.unknown_place.to_owned()),
            browser: browser(attempt.origin.user_agent.as_deref(), texts),
            not_me: format!("/me/activity/{}/not-me", attempt.id),
            disowned: attempt.not_me_at.is_some(),
            is_here: attempt.origin.correlation_id.is_none(),
        }
    }
}

/// What a browser is, by its own word: `Firefox · Windows`. The first that fits counts: browsers name each other.
pub fn browser(agent: Option<&str>, texts: &'static Texts) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("CrOS", "Chromebook"),
        ("Linux", "Linux"),
    ];
    let Some(agent) = agent else { return texts.unknown_browser.to_owned() };
    let find =
        |known: &[(&str, &'static str)]| known.iter().find(|(word, _)| agent.contains(word)).map(|(_, name)| *name);
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (None, None) => texts.unknown_browser.to_owned(),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (Some(browser), Some(system)) => {
            let on = texts.on;
            format!("{browser} {on} {system}")
        }
    }
}

/// How far a clock is off, worth telling from here on, in seconds.
const CLOCK_WORTH_TELLING: i64 = 25;

/// How a try ended, in a sentence, and whether well.
pub fn tested(tested: &mfa::portal::Tested, now: Timestamp, texts: &'static Texts) -> (bool, String) {
    use mfa::portal::Tested;
    match tested {
        Tested::Works { clock_off_seconds } if clock_off_seconds.abs() > CLOCK_WORTH_TELLING => {
            (true, filled(texts.test_clock, clock_off_seconds.abs()))
        }
        Tested::Works { .. } => (true, texts.test_works.to_owned()),
        Tested::Other { name } => (false, filled(texts.test_other, name)),
        Tested::Refused(refusal) => (false, texts.told(refusal.told(now)).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::browser;
    use crate::me::texts::{ENGLISH, GERMAN};

    #[test]
    fn browsers_are_named_as_people_know_them() {
        let cases = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
                "Edge on Windows",
            ),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iPhone"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Linux"),
            ("curl/8.5.0", "Unknown browser"),
            ("", "Unknown browser"),
        ];
        for (agent, name) in cases {
            assert_eq!(browser(Some(agent), &ENGLISH), name);
        }
        assert_eq!(browser(Some("Firefox/127.0 Android 14"), &GERMAN), "Firefox unter Android");
        assert_eq!(browser(None, &GERMAN), "Unbekannter Browser");
    }
}
