//! Sentences in every language that we speak. A language is whole or it does not compile.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

/// Declares `Texts`, `ENGLISH` and `GERMAN` out of lines `name: "English", "Deutsch";`.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $english:literal, $german:literal;)+) => {
        /// Every sentence.
        #[derive(Debug, PartialEq, Eq)]
        pub struct Texts {
            /// The language's tag (BCP 47).
            pub tag: &'static str,
            $($(#[$doc])* pub $name: &'static str,)+
        }

        /// English, for whoever asks for nothing else.
        pub const ENGLISH: Texts = Texts { tag: "en", $($name: $english,)+ };
        /// German.
        pub const GERMAN: Texts = Texts { tag: "de", $($name: $german,)+ };

        #[cfg(test)]
        impl Texts {
            /// Every sentence with its name, for tests.
            pub fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)+]
            }
        }
    };
}

pub(crate) use texts;

/// Whether a browser asks for German before English; English where it asks for neither (RFC 9110 §12.5.4).
pub fn wants_german(headers: &HeaderMap) -> bool {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let ranges = asked.split(',').filter_map(range).filter(|(_, weight)| *weight > 0.0);
    // The first of those that are wanted most.
    let wanted = ranges.min_by(|(_, one), (_, other)| other.total_cmp(one));
    wanted.is_some_and(|(is_german, _)| is_german)
}

/// Whether a range such as `de-AT;q=0.9` is of German rather than English, and how much it is wanted; nothing for others.
fn range(text: &str) -> Option<(bool, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let tag = parts.next()?.split('-').next()?;
    let is_german = tag.eq_ignore_ascii_case("de");
    let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse).ok()?;
    (is_german || tag.eq_ignore_ascii_case("en")).then_some((is_german, weight))
}

#[cfg(test)]
mod tests {
    use http::header::ACCEPT_LANGUAGE;
    use http::{HeaderMap, HeaderValue};

    use super::wants_german;

    #[test]
    fn a_browser_gets_the_language_that_it_wants_most_of_those_that_we_speak() {
        let cases = [
            ("", false),
            ("de", true),
            ("de-AT,de;q=0.9,en;q=0.8", true),
            ("fr-FR, de;q=0.5", true),
            ("EN-gb,de", false),
            ("ja", false),
            ("en;q=0.1,de", true),
            ("de;q=0.1, en;q=0.2", false),
            ("de;q=0,en", false),
            ("de;q=0", false),
            ("de;q=0.5,en;q=0.5", true),
            ("de;q=x", false),
            (";;;,,-", false),
        ];
        for (asked, german) in cases {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(asked))]);
            assert_eq!(wants_german(&headers), german, "{asked}");
        }
    }
}
