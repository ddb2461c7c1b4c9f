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

    /// What finds candidates in a chunk of lines.
    pub(super) fn driver(&self) -> &Finder<'static> {
        &self.words[0]
    }

    /// Whether a line that holds the driver holds the other words too.
    pub(super) fn fits(&self, line: &str) -> bool {
        self.words[1..].iter().all(|word| word.find(line.as_bytes()).is_some())
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
