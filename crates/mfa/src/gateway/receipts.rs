//! Receipts: what a gateway tells, some time later, of a message that it took. Read by settings, because every gateway has
//! words of its own. Pure, and believes nothing: what does not fit is no receipt.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;
use utoipa::ToSchema;

use crate::error::MfaError;
use crate::outofband::Delivery;

/// The longest receipt, and the longest answer that is looked at, in bytes.
pub const LONGEST_TOLD: usize = 64 * 1024;
/// The most receipts that are told at once, and the most fields of a form.
const MOST: usize = 100;
/// The longest name of a field, and the longest word, in bytes.
const LONGEST_NAME: usize = 200;
/// The most words of a kind.
const MOST_WORDS: usize = 20;
/// The longest id of a message, in bytes.
const LONGEST_REFERENCE: usize = 128;
/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 120;
/// Digits that could be a number or a code, with whatever stands between them.
const DIGITS_OF_SOMEBODY: usize = 6;

/// How a gateway's receipts are read. A name that begins with `/` is a JSON pointer (RFC 6901), any other one a field of the
/// form, the query or the JSON object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MfaGatewayReceipts)]
pub struct Receipts {
    /// Where the gateway's answer to a call says what it calls the message: `/messages/0/id`. Empty: the answer is that alone.
    pub answer_id: String,
    /// Where a post holds a list of receipts: `/results`. Left out: it is one receipt, or a list of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// The field of a receipt that names the message.
    pub id: String,
    /// The field that says what became of it.
    pub status: String,
    /// The field that says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the status says of a message that has arrived, whatever the case of its letters.
    pub delivered: Vec<String>,
    /// What it says of one that will not. Every other word is no end yet.
    pub failed: Vec<String>,
}

/// What a gateway tells of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What the gateway calls the message.
    pub reference: String,
    /// What became of it: delivered, or failed.
    pub state: Delivery,
    /// In the gateway's words, without anything that could be a number or a code.
    pub detail: String,
}

impl Receipts {
    /// Refuses what cannot work, with the first reason.
    pub fn validate(&self) -> Result<(), MfaError> {
        let refuse = |why: String| Err(MfaError::Invalid(format!("receipts.{why}")));
        let names = [
            ("answer_id", Some(&self.answer_id), true),
            ("list", self.list.as_ref(), true),
            ("id", Some(&self.id), false),
            ("status", Some(&self.status), false),
            ("reason", self.reason.as_ref(), false),
        ];
        for (field, name, points) in names {
            if let Some(why) = name.and_then(|name| name_fault(name, points)) {
                return refuse(format!("{field} {why}"));
            }
        }
        for (field, words) in [("delivered", &self.delivered), ("failed", &self.failed)] {
            if let Some(why) = words_fault(words) {
                return refuse(format!("{field} {why}"));
            }
        }
        match self.delivered.iter().find(|word| means(&self.failed, word).is_some()) {
            Some(both) => refuse(format!("failed must not hold {both:?}, which means delivered")),
            None => Ok(()),
        }
    }

    /// What the gateway calls a message, by its answer to the call. What repeats the number or the code is no id: ids are
    /// stored in the open.
    pub fn reference_in(&self, answer: &[u8], to: &str, code: &str) -> Option<String> {
        let whole = || Value::String(String::from_utf8_lossy(answer).into_owned());
        let answer = serde_json::from_slice(answer).unwrap_or_else(|_| whole());
        let reference = answer.pointer(&self.answer_id).and_then(text_of).filter(|text| is_reference(text))?;
        let repeats = reference == code || reference.contains(to.trim_start_matches('+'));
        (!repeats).then_some(reference)
    }

    /// The receipts in what a gateway posted, or put into a query.
    pub fn read(&self, told: &[u8]) -> Vec<Receipt> {
        let told = told.trim_ascii();
        let told = match told.first() {
            _ if told.len() > LONGEST_TOLD => return Vec::new(),
            Some(b'{' | b'[') => serde_json::from_slice(told).unwrap_or_default(),
            _ => form(told),
        };
        let place = self.list.as_ref().map_or(Some(&told), |list| told.pointer(list));
        match place {
            Some(Value::Array(items)) => items.iter().take(MOST).filter_map(|item| self.receipt(item)).collect(),
            Some(item) if self.list.is_none() => self.receipt(item).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn receipt(&self, item: &Value) -> Option<Receipt> {
        let field = |name: &str| if name.starts_with('/') { item.pointer(name) } else { item.get(name) };
        let text = |name: &str| field(name).and_then(text_of);
        let reference = text(&self.id).filter(|text| is_reference(text))?;
        let status = text(&self.status)?;
        let (state, word) = match (means(&self.delivered, &status), means(&self.failed, &status)) {
            (Some(word), _) => (Delivery::Delivered, word),
            (None, Some(word)) => (Delivery::Failed, word),
            (None, None) => return None,
        };
        let reason = self.reason.as_ref().and_then(|name| text(name)).map(|text| harmless(&text));
        let reason = reason.filter(|text| !text.is_empty()).map(|text| format!(", {text}")).unwrap_or_default();
        Some(Receipt { reference, state, detail: format!("the gateway told {word}{reason}") })
    }
}

fn name_fault(name: &str, points: bool) -> Option<&'static str> {
    let escaped = |part: &str| part.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if name.len() > LONGEST_NAME {
        return Some("is too long");
    }
    match (name.is_empty(), name.starts_with('/')) {
        (true, _) => (!points).then_some("must not be empty"),
        (_, true) => (!escaped(name)).then_some("is no JSON pointer: ~ is written ~0"),
        (_, false) => points.then_some("must be a JSON pointer such as /messages/0/id"),
    }
}

fn words_fault(words: &[String]) -> Option<&'static str> {
    let fits =
        |word: &String| !word.trim().is_empty() && word.len() <= LONGEST_NAME && !word.contains(char::is_control);
    if words.is_empty() || words.len() > MOST_WORDS {
        return Some("must hold from 1 to 20 words");
    }
    (!words.iter().all(fits)).then_some("holds something that is no word")
}

/// The word among others, however it is written.
fn means<'a>(words: &'a [String], said: &str) -> Option<&'a str> {
    words.iter().map(|word| word.trim()).find(|word| word.eq_ignore_ascii_case(said.trim()))
}

/// A form or a query as an object; of fields with one name the first counts.
fn form(told: &[u8]) -> Value {
    let mut fields = serde_json::Map::new();
    for (name, value) in form_urlencoded::parse(told).take(MOST) {
        fields.entry(name).or_insert_with(|| Value::String(value.into_owned()));
    }
    Value::Object(fields)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_reference(text: &str) -> bool {
    (1..=LONGEST_REFERENCE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A reason without control characters and without anything that could be a number or a code, and not too long.
fn harmless(text: &str) -> String {
    let joins = |letter: char| letter.is_numeric() || " +-().·/".contains(letter);
    let mut safe = String::new();
    let mut run = String::new();
    let flush = |run: &mut String, safe: &mut String| {
        let many = run.chars().filter(|letter| letter.is_numeric()).count() >= DIGITS_OF_SOMEBODY;
        safe.push_str(if many { " ••• " } else { run.as_str() });
        run.clear();
    };
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        if joins(letter) {
            run.push(letter);
        } else {
            flush(&mut run, &mut safe);
            safe.push(letter);
        }
    }
    flush(&mut run, &mut safe);
    let words: Vec<_> = safe.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests;
