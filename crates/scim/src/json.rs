//! Bodies as JSON, strictly: what two readers could understand differently is refused.
//!
//! | refused | with |
//! |---|---|
//! | anything but one JSON object in UTF-8 | `invalidSyntax` |
//! | a name twice in one object | `invalidSyntax` |
//! | the character NUL, which not every database can keep | `invalidValue` |
//! | more bytes, levels or values than the limits | status 413 |
//!
//! Deliberately knows no schema; [`crate::resource`] and [`crate::patch`] do.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::text::shorten;
use crate::{Object, ScimError, ScimType};

#[cfg(test)]
mod tests;

/// How much one body may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes.
    pub bytes: usize,
    /// Levels of objects and lists.
    pub depth: usize,
    /// Values, counted on every level.
    pub values: usize,
}

impl Default for Limits {
    /// A group of 100,000 members in one body.
    fn default() -> Self {
        Self { bytes: 10 * 1024 * 1024, depth: 64, values: 1_000_000 }
    }
}

/// Reads a body. A byte order mark at the beginning is skipped.
pub fn read(body: &[u8], limits: &Limits) -> Result<Object, ScimError> {
    if body.len() > limits.bytes {
        return Err(too_large(format!("the body has more than {} bytes", limits.bytes)));
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let fault = Cell::new(None);
    let values = Cell::new(limits.values);
    let strict = Strict { depth: limits.depth, values: &values, fault: &fault };
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = strict.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match value {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ScimError::new(ScimType::InvalidSyntax, "the body is not a JSON object")),
        Err(error) => Err(match fault.get() {
            Some(Fault::TooDeep) => too_large(format!("the body is nested deeper than {} levels", limits.depth)),
            Some(Fault::TooMany) => too_large(format!("the body holds more than {} values", limits.values)),
            Some(Fault::Nul) => ScimError::new(ScimType::InvalidValue, error.to_string()),
            None => ScimError::new(ScimType::InvalidSyntax, format!("the body cannot be read: {error}")),
        }),
    }
}

fn too_large(detail: String) -> ScimError {
    ScimError::with_status(413, detail)
}

/// Faults that are not told as `invalidSyntax`.
#[derive(Clone, Copy)]
enum Fault {
    TooDeep,
    TooMany,
    Nul,
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    /// Levels that are left.
    depth: usize,
    /// Values that are left.
    values: &'a Cell<usize>,
    fault: &'a Cell<Option<Fault>>,
}

impl Strict<'_> {
    fn fail<E: Error>(&self, fault: Fault, message: &str) -> E {
        self.fault.set(Some(fault));
        E::custom(message)
    }

    fn count<E: Error>(&self) -> Result<(), E> {
        match self.values.get().checked_sub(1) {
            Some(left) => {
                self.values.set(left);
                Ok(())
            }
            None => Err(self.fail(Fault::TooMany, "too many values")),
        }
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.fail(Fault::TooDeep, "nested too deep")),
        }
    }

    fn text<E: Error>(&self, text: String) -> Result<String, E> {
        if text.as_bytes().contains(&0) {
            Err(self.fail(Fault::Nul, "a text holds the character NUL"))
        } else {
            Ok(text)
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.text(text.to_owned()).map(Value::String)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        self.text(text).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let name = self.text(name)?;
            let value = entries.next_value_seed(inner)?;
            match object.entry(name) {
                serde_json::map::Entry::Vacant(place) => drop(place.insert(value)),
                serde_json::map::Entry::Occupied(there) => {
                    return Err(A::Error::custom(format_args!("{:?} is given twice", shorten(there.key()))));
                }
            }
        }
        Ok(Value::Object(object))
    }
}

/// Refuses an object with a name twice, letters' case apart: in an envelope names are compared without it.
pub(crate) fn check_names(object: &Object) -> Result<(), ScimError> {
    let mut names: Vec<String> = object.keys().map(|name| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => {
            let detail = format!("{:?} is given twice", shorten(&pair[0]));
            Err(ScimError::new(ScimType::InvalidSyntax, detail))
        }
    }
}

/// Takes a member out of an object by its name in any case.
pub(crate) fn take(object: &mut Object, name: &str) -> Option<Value> {
    if let Some(value) = object.remove(name) {
        return Some(value);
    }
    let written = object.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    object.remove(&written)
}
