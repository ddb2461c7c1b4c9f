//! What a browser is told: that there is something to look at. Pure.

use serde_json::json;

use super::Language;

/// The text of a message, as the page's worker reads it.
pub(super) fn told(language: Language) -> String {
    let (title, body) = match language {
        Language::English => {
            ("Is this you?", "Somebody is signing in as you. Open this page to say whether it is you.")
        }
        Language::German => (
            "Sind Sie das?",
            "Jemand meldet sich unter Ihrem Namen an. Öffnen Sie diese Seite, um zu sagen, ob Sie es sind.",
        ),
    };
    json!({ "title": title, "body": body, "lang": language.as_str() }).to_string()
}
