//! An address in a narrow place: it breaks behind its `@`, and not before its last letters.

use askama::Template;

/// A text with the places at which it may be broken.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = "{% for piece in text.split_inclusive('@') %}{{ piece }}{% if piece.ends_with('@') %}<wbr>{% endif %}{% endfor %}"
)]
pub struct Breaks<'a> {
    text: &'a str,
}

/// A text that may be an address.
pub fn breaks(text: &str) -> Breaks<'_> {
    Breaks { text }
}

#[cfg(test)]
mod tests {
    use super::breaks;

    #[test]
    fn an_address_breaks_behind_its_at() {
        assert_eq!(breaks("ada@contoso.com").to_string(), "ada@<wbr>contoso.com");
        assert_eq!(breaks("<b> & co").to_string(), "&#60;b&#62; &#38; co");
        assert_eq!(breaks("").to_string(), "");
    }
}
