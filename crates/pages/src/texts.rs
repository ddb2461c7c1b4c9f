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
    let mut tags = asked.split(',').filter_map(|part| part.split(['-', ';']).next()).map(str::trim);
    let ours = tags.find(|tag| ["en", "de"].iter().any(|ours| tag.eq_ignore_ascii_case(ours)));
    ours.is_some_and(|tag| tag.eq_ignore_ascii_case("de"))
}

#[cfg(test)]
mod tests {
    use http::header::ACCEPT_LANGUAGE;
    use http::{HeaderMap, HeaderValue};

    use super::wants_german;

    #[test]
    fn a_browser_gets_the_first_language_of_its_list_that_we_speak() {
        let cases = [
            ("", false),
            ("de", true),
            ("de-AT,de;q=0.9,en;q=0.8", true),
            ("fr-FR, de;q=0.5", true),
            ("EN-gb,de", false),
            ("ja", false),
            (";;;,,-", false),
        ];
        for (asked, german) in cases {
            let headers = HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_static(asked))]);
            assert_eq!(wants_german(&headers), german, "{asked}");
        }
    }
}
