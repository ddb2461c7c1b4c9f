//! Text without regard to case, as Entra compares it: letter by letter in lower case, without copying.

use std::cmp::Ordering;

/// A text with its lower-case form, made once.
#[derive(Debug, Clone, Eq)]
pub(super) struct Folded {
    /// As it was written.
    pub(super) written: String,
    folded: String,
}

impl PartialEq for Folded {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Folded {
    pub(super) fn new(written: String) -> Self {
        let folded = fold(&written).collect();
        Self { written, folded }
    }

    /// How `text` stands to this one.
    pub(super) fn order(&self, text: &str) -> Ordering {
        if text.is_ascii() {
            return text.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(self.folded.bytes());
        }
        fold(text).cmp(self.folded.chars())
    }

    pub(super) fn begins(&self, text: &str) -> bool {
        begins(fold(text), self.folded.chars())
    }

    pub(super) fn ends(&self, text: &str) -> bool {
        begins(fold(text).rev(), self.folded.chars().rev())
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        let mut rest = fold(text);
        loop {
            if begins(rest.clone(), self.folded.chars()) {
                return true;
            }
            if rest.next().is_none() {
                return false;
            }
        }
    }
}

fn fold(text: &str) -> impl DoubleEndedIterator<Item = char> + Clone {
    text.chars().flat_map(char::to_lowercase)
}

fn begins(mut text: impl Iterator<Item = char>, mut beginning: impl Iterator<Item = char>) -> bool {
    beginning.all(|wanted| text.next() == Some(wanted))
}
