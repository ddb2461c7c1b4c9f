//! Which texts are the same.

use super::{Folded, fold};

#[test]
fn texts_fall_together_as_unicode_says() {
    let same = [
        ("Mia", "mIA"),
        ("straße", "STRASSE"),
        ("STRAẞE", "strasse"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("é", "E\u{301}"),
        ("ﬁsh", "FISH"),
        ("\u{212a}elvin", "kelvin"),
    ];
    for (left, right) in same {
        assert_eq!(fold(left), fold(right), "{left} {right}");
        assert!(Folded::new(left.to_owned()).equals(right, false));
        assert!(!Folded::new(left.to_owned()).equals(right, true));
    }
    for (left, right) in [("ı", "i"), ("İ", "i"), ("a", "а"), ("e", "é"), ("a ", "a")] {
        assert_ne!(fold(left), fold(right), "{left} {right}");
    }
}
