//! What is looked for, and how well a line fits.

use memchr::memmem::Finder;

/// The longest text that is looked for, in characters.
const LONGEST: usize = 200;
/// The most words of a query.
const MOST_WORDS: usize = 8;

/// How well a line fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It begins with the whole query.
    Begins = 0,
    /// Each word of the query begins a word of it.
    Words = 1,
    /// Each word of the query is somewhere in it.
    Inside = 2,
}

/// Which pairs of neighbouring bytes a text has, each as one of 128 bits, which others may share: a text that lacks a bit of a
/// word does not hold the word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pairs(u128);

impl Pairs {
    pub(super) fn of(text: &str) -> Self {
        let bit = |pair: &[u8]| u32::from(u16::from_be_bytes([pair[0], pair[1]]).wrapping_mul(0x9E37) >> 9);
        Self(text.as_bytes().windows(2).fold(0, |all, pair| all | 1 << bit(pair)))
    }

    fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether all of the others are among these.
    pub(super) fn hold(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}

/// A few words to look for; all of them must be there.
#[derive(Debug, Clone)]
pub struct Query {
    whole: String,
    /// The longest first: it is the rarest guess.
    words: Vec<Finder<'static>>,
}

impl Query {
    /// Takes the words out of what somebody typed; `None` when there are none.
    pub fn parse(text: &str) -> Option<Self> {
        let short: String = text.chars().take(LONGEST).collect();
        let folded = fold(&short);
        let mut words: Vec<&str> = folded.split_whitespace().take(MOST_WORDS).collect();
        let whole = words.join(" ");
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        let words: Vec<_> = words.into_iter().map(|word| Finder::new(word).into_owned()).collect();
        (!words.is_empty()).then_some(Self { whole, words })
    }

    /// The words, folded, the longest first.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| std::str::from_utf8(word.needle()).ok())
    }

    /// The pairs that a line must have to hold all words.
    pub(super) fn pairs(&self) -> Pairs {
        self.words().fold(Pairs::default(), |all, word| all.and(Pairs::of(word)))
    }

    /// Whether a line holds all words.
    pub(super) fn fits(&self, line: &str) -> bool {
        self.words.iter().all(|word| word.find(line.as_bytes()).is_some())
    }

    /// How well a line fits that holds all words.
    pub(super) fn rank(&self, line: &str) -> Rank {
        if line.starts_with(&self.whole) {
            return Rank::Begins;
        }
        let words = self.words.iter().all(|word| begins_a_word(line, word));
        if words { Rank::Words } else { Rank::Inside }
    }
}

fn begins_a_word(line: &str, word: &Finder<'_>) -> bool {
    let mut from = 0;
    while let Some(found) = word.find(&line.as_bytes()[from..]) {
        let at = from + found;
        // A match of whole characters begins at a character.
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        if !before.is_some_and(char::is_alphanumeric) {
            return true;
        }
        from = at + 1;
    }
    false
}

/// Lower case, character by character, without control characters: what can be compared byte by byte.
pub(super) fn fold(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.flat_map(char::to_lowercase).collect::<String>().trim().to_owned()
}
