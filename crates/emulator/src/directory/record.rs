//! The properties of one object, packed: a million of them must fit beside everything else.
//!
//! Values are kept as the JSON that replies carry, so that serving a page is copying. "Never set" and "set to
//! null" differ, because delta replies show the second and leave out the first (Graph, delta query overview).
//! Deliberately knows no names: it maps [`Prop`] to bytes.

use std::io::Write as _;

use serde_json::Value;

use super::property::{Mask, Prop};

/// Fields in ascending order of property: the property, the length (LEB128), the JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record(Box<[u8]>);

impl Record {
    /// The JSON of a property; `None` when it was never set.
    pub fn get(&self, wanted: Prop) -> Option<&[u8]> {
        self.iter().take_while(|(prop, _)| *prop <= wanted).find(|(prop, _)| *prop == wanted).map(|(_, json)| json)
    }

    /// The property as text; `None` when it is not a string.
    pub fn text(&self, prop: Prop) -> Option<String> {
        serde_json::from_slice(self.get(prop)?).ok()
    }

    /// Whether the property is `true`.
    pub fn is_true(&self, prop: Prop) -> bool {
        self.get(prop) == Some(b"true")
    }

    /// The property as a list of texts; empty when it is none.
    pub fn texts(&self, prop: Prop) -> Vec<String> {
        self.get(prop).and_then(|json| serde_json::from_slice(json).ok()).unwrap_or_default()
    }

    /// All fields that were ever set, in order.
    pub fn iter(&self) -> Fields<'_> {
        Fields(&self.0)
    }

    /// This record with some fields replaced. Answers the new record and which properties truly changed.
    pub fn with(&self, edits: &[(Prop, Value)]) -> (Self, Mask) {
        let mut changed = 0;
        let mut fields: Vec<(Prop, Vec<u8>)> = self.iter().map(|(prop, json)| (prop, json.to_vec())).collect();
        for (prop, value) in edits {
            let json = value.to_string().into_bytes();
            match fields.binary_search_by_key(prop, |field| field.0) {
                Ok(at) if fields[at].1 == json => continue,
                Ok(at) => fields[at].1 = json,
                Err(_) if value.is_null() => continue,
                Err(at) => fields.insert(at, (*prop, json)),
            }
            changed |= prop.bit();
        }
        let mut pen = Pen::default();
        for (prop, json) in fields {
            pen.json(prop, &json);
        }
        (pen.finish(), changed)
    }
}

impl<'a> IntoIterator for &'a Record {
    type Item = (Prop, &'a [u8]);
    type IntoIter = Fields<'a>;

    fn into_iter(self) -> Fields<'a> {
        self.iter()
    }
}

/// Walks the fields of a [`Record`].
#[derive(Debug)]
pub struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (Prop, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&prop, mut rest) = self.0.split_first()?;
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            let (&byte, after) = rest.split_first()?;
            rest = after;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
        }
        let (json, after) = rest.split_at_checked(length)?;
        self.0 = after;
        Some((Prop(prop), json))
    }
}

/// Writes a record; fields must come in ascending order of property.
#[derive(Debug)]
pub struct Pen {
    packed: Vec<u8>,
    scratch: Vec<u8>,
    last: Prop,
}

impl Default for Pen {
    fn default() -> Self {
        Self { packed: Vec::new(), scratch: Vec::new(), last: Prop(0) }
    }
}

impl Pen {
    /// Adds a field whose JSON is at hand.
    pub fn json(&mut self, prop: Prop, json: &[u8]) {
        debug_assert!(self.packed.is_empty() || self.last < prop, "invariant: fields come in order");
        self.last = prop;
        self.packed.push(prop.0);
        let mut length = json.len();
        while length >= 0x80 {
            self.packed.push(u8::try_from(length & 0x7f).unwrap_or(0) | 0x80);
            length >>= 7;
        }
        self.packed.push(u8::try_from(length).unwrap_or(0));
        self.packed.extend_from_slice(json);
    }

    /// Adds a string.
    pub fn text(&mut self, prop: Prop, text: &str) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        write_text(&mut scratch, text);
        self.json(prop, &scratch);
        self.scratch = scratch;
    }

    /// Adds a list of strings.
    pub fn texts(&mut self, prop: Prop, texts: &[&str]) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        scratch.push(b'[');
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                scratch.push(b',');
            }
            write_text(&mut scratch, text);
        }
        scratch.push(b']');
        self.json(prop, &scratch);
        self.scratch = scratch;
    }

    /// Adds a truth value.
    pub fn flag(&mut self, prop: Prop, flag: bool) {
        self.json(prop, if flag { b"true" } else { b"false" });
    }

    /// Adds an object or a list of objects.
    pub fn value(&mut self, prop: Prop, value: &Value) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        // Writing to memory cannot fail.
        let _ = write!(scratch, "{value}");
        self.json(prop, &scratch);
        self.scratch = scratch;
    }

    /// The record; the pen starts afresh and keeps its buffers.
    pub fn finish(&mut self) -> Record {
        let record = Record(self.packed.as_slice().into());
        self.packed.clear();
        record
    }
}

/// Appends `text` as a JSON string.
pub fn write_text(buffer: &mut Vec<u8>, text: &str) {
    let plain = text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    if plain {
        buffer.push(b'"');
        buffer.extend_from_slice(text.as_bytes());
        buffer.push(b'"');
    } else {
        // Writing to memory cannot fail.
        let _ = serde_json::to_writer(&mut *buffer, text);
    }
}

#[cfg(test)]
mod tests;
