//! Codes that are written down or told: recovery codes and those of administrators. Pure.
//!
//! A code is twelve letters out of 32: two say which of the person's codes it is, so that one hash is computed for a try,
//! whatever is shown; ten are secret, 50 bits. What is stored is PBKDF2-HMAC-SHA256 of those ten under a salt that is itself
//! sealed: whoever has the database alone cannot even begin to guess (NIST SP 800-63B §5.1.2.2 asks for a salted password
//! hash below 112 bits).

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use kernel::{Rng, Secret};

use super::work;

/// Crockford's letters, of which none looks like another; what looks like one is read as it.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many letters say which code it is.
const PLACE: usize = 2;
/// How many letters are secret.
const SECRET: usize = 10;
/// Rounds of the hash: some milliseconds, within a unit of work.
const ROUNDS: NonZeroU32 = NonZeroU32::new(20_000).unwrap();
/// Bytes of the salt and of the hash.
pub const SALT: usize = 32;
const HASH: usize = 32;

/// A code as it was typed, taken apart.
#[derive(Debug, Clone)]
pub struct Written {
    /// Which of the person's codes it is.
    pub place: String,
    secret: Secret<String>,
}

impl Written {
    /// Reads a code, with or without dashes and spaces, in either case. `None` when it has not the form of one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut letters = String::with_capacity(PLACE + SECRET);
        for letter in text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '‐' | '–')) {
            if letters.len() == PLACE + SECRET {
                return None;
            }
            letters.push(meant(letter)?);
        }
        let (place, secret) = letters.split_at_checked(PLACE).filter(|_| letters.len() == PLACE + SECRET)?;
        Some(Self { place: place.to_owned(), secret: Secret::new(secret.to_owned()) })
    }

    /// Draws a code whose place is none of `taken`.
    pub fn draw(rng: &Rng, taken: &[String]) -> Self {
        let place = loop {
            let place = draw_letters(rng, PLACE);
            if !taken.contains(&place) {
                break place;
            }
        };
        Self { place, secret: Secret::new(draw_letters(rng, SECRET)) }
    }

    /// As it is shown, once: `4TQX-9M2K-C7WB`.
    pub fn shown(&self) -> Secret<String> {
        let all = format!("{}{}", self.place, self.secret.expose());
        Secret::new([&all[..4], &all[4..8], &all[8..]].join("-"))
    }

    /// What is stored of it.
    pub fn hash(&self, salt: &[u8]) -> Vec<u8> {
        let mut hash = vec![0; HASH];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, salt, self.secret.expose().as_bytes(), &mut hash);
        hash
    }

    /// Whether it is the code of which this is stored. Takes the same time in any case.
    pub fn is(&self, salt: &[u8], hash: &[u8]) -> bool {
        work::written();
        pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, salt, self.secret.expose().as_bytes(), hash).is_ok()
    }

    /// Does the work of [`Written::is`] where there is nothing to compare with.
    pub fn is_nothing(&self) {
        self.is(&[0; SALT], &[0; HASH]);
    }
}

fn draw_letters(rng: &Rng, count: usize) -> String {
    // 256 is a multiple of 32: every letter is as likely.
    (0..count).map(|_| char::from(LETTERS[usize::from(rng.bytes::<1>()[0] % 32)])).collect()
}

/// The letter that somebody meant.
fn meant(letter: char) -> Option<char> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        letter => letter,
    };
    LETTERS.iter().any(|known| char::from(*known) == letter).then_some(letter)
}

#[cfg(test)]
mod tests;
