//! Codes as people type them.

/// What somebody typed, letter by letter. Wide letters, as keyboards for Chinese, Japanese and Korean have them, and the
/// digits of Arabic and Persian keyboards are the plain ones; every dash is a hyphen.
pub fn typed(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|letter| match letter {
        '\u{ff01}'..='\u{ff5e}' => plain(letter, '\u{ff01}', '!'),
        '\u{0660}'..='\u{0669}' => plain(letter, '\u{0660}', '0'),
        '\u{06f0}'..='\u{06f9}' => plain(letter, '\u{06f0}', '0'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    })
}

/// A letter of a row that stands for a row of ASCII.
fn plain(letter: char, first: char, stands_for: char) -> char {
    char::from_u32(u32::from(letter) - u32::from(first) + u32::from(stands_for)).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn every_keyboards_digits_letters_and_dashes_are_the_plain_ones() {
        let cases = [
            ("123 456", "123 456"),
            ("１２３４５６", "123456"),
            ("ＡＢ－ｃｄ～！", "AB-cd~!"),
            ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
            ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
            ("12–34—56−78", "12-34-56-78"),
            ("Zoë", "Zoë"),
        ];
        for (text, plain) in cases {
            assert_eq!(typed(text).collect::<String>(), plain, "{text}");
        }
    }
}
