//! Cuts a filter into words, keeping where each began.

use super::super::error::GraphError;
use super::super::options::bad;

/// One word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, an operator or a literal without quotes.
    Word(String),
    /// A quoted text.
    Text(String),
    /// One of `( ) , / :`.
    Mark(char),
}

/// Cuts the filter.
pub(super) fn cut(filter: &str) -> Result<Vec<(usize, Token)>, GraphError> {
    let letters: Vec<char> = filter.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(&letter) = letters.get(at) {
        let start = at;
        at += 1;
        match letter {
            ' ' | '\t' | '\r' | '\n' => {}
            '(' | ')' | ',' | '/' | ':' => tokens.push((start, Token::Mark(letter))),
            '\'' => {
                let text = quoted(&letters, &mut at).ok_or_else(|| {
                    bad(format!(
                        "Invalid filter clause: There is an unterminated string literal at position {} in '{filter}'.",
                        letters.len()
                    ))
                })?;
                tokens.push((start, Token::Text(text)));
            }
            _ if is_word(letter) => {
                let timelike = letter.is_ascii_digit();
                while letters.get(at).is_some_and(|next| is_word(*next) || (timelike && matches!(next, ':' | '+'))) {
                    at += 1;
                }
                tokens.push((start, Token::Word(letters[start..at].iter().collect())));
            }
            _ => {
                return Err(bad(format!(
                    "Invalid filter clause: Syntax error: character '{letter}' is not valid at position {start} in '{filter}'."
                )));
            }
        }
    }
    Ok(tokens)
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '$' | '@')
}

/// Reads up to the closing quote; a doubled quote stands for one.
fn quoted(letters: &[char], at: &mut usize) -> Option<String> {
    let mut text = String::new();
    loop {
        let letter = *letters.get(*at)?;
        *at += 1;
        if letter != '\'' {
            text.push(letter);
        } else if letters.get(*at) == Some(&'\'') {
            *at += 1;
            text.push('\'');
        } else {
            return Some(text);
        }
    }
}
