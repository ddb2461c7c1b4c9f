//! A sentence out of a record, as it was told: moments in it are shown in the reader's zone like any other.

use askama::Template;
use kernel::Timestamp;

use super::When;

/// A sentence with its moments.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = "{% for part in parts %}{% match part %}{% when Part::Text(text) %}{{ text }}{% when Part::When(when) %}{{ when }}{% endmatch %}{% endfor %}"
)]
pub struct Told {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    When(When),
}

/// A sentence as records hold it: their moments are in UTC, to the microsecond.
pub fn told(text: &str) -> Told {
    let mut parts = Vec::new();
    let mut before = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let inner = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let moment = inner.contains('T').then(|| Timestamp::parse(inner).ok()).flatten();
        match (moment, word.split_once(inner)) {
            (Some(at), Some((head, tail))) => {
                before.push_str(head);
                parts.push(Part::Text(std::mem::take(&mut before)));
                parts.push(Part::When(When::exact(at)));
                before.push_str(tail);
            }
            _ => before.push_str(word),
        }
    }
    parts.push(Part::Text(before));
    Told { parts }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn moments_within_sentences_are_the_readers() {
        let text = "until 2026-11-23T08:44:49.428723Z, or (2027-07-21T08:34:07Z). <b>T</b>";
        let shown = told(text).to_string();
        assert_eq!(shown.matches("<time datetime=").count(), 2, "{shown}");
        assert!(shown.starts_with("until <time") && shown.contains("</time>, or (<time"), "{shown}");
        assert!(shown.ends_with("</time>). &#60;b&#62;T&#60;/b&#62;"), "{shown}");
        assert_eq!(told("The T-shirt at 12:00.").to_string(), "The T-shirt at 12:00.");
    }
}
