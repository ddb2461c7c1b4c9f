//! A small tree of elements. Document types, and with them entities of their own, are refused; names are without prefix.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::error::MfaError;

/// The deepest nesting.
const DEEPEST: usize = 32;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

impl Element {
    /// The first element below, by a path of names.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.children.iter().find(|child| child.name == *name))
    }

    /// The text of the first element below, by a path of names.
    pub(super) fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path).map(|element| element.text.trim()).filter(|text| !text.is_empty())
    }

    /// An attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The elements directly below that have a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// Reads a document.
pub(super) fn read(text: &str) -> Result<Element, MfaError> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|_| broken())? {
            Event::Start(start) if open.len() <= DEEPEST => open.push(element(&start)?),
            Event::Start(_) => return Err(broken()),
            Event::Empty(start) => close(&mut open, element(&start)?)?,
            Event::End(_) => {
                let done = open.pop().ok_or_else(broken)?;
                close(&mut open, done)?;
            }
            Event::Text(text) => push(&mut open, &text.xml10_content().map_err(|_| broken())?)?,
            Event::CData(text) => push(&mut open, &text.xml10_content().map_err(|_| broken())?)?,
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|_| broken())?;
                let letter = reference.resolve_char_ref().map_err(|_| broken())?.map(String::from);
                let known = || quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned);
                push(&mut open, &letter.or_else(known).ok_or_else(broken)?)?;
            }
            Event::DocType(_) => {
                return Err(MfaError::Invalid("the container has a document type, which none needs".to_owned()));
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
    let mut document = open.pop().filter(|_| open.is_empty()).ok_or_else(broken)?;
    document.children.pop().filter(|_| document.children.is_empty()).ok_or_else(broken)
}

fn element(start: &BytesStart<'_>) -> Result<Element, MfaError> {
    let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| broken())?;
        let value = attribute.unescape_value().map_err(|_| broken())?;
        attributes.push((name(attribute.key.local_name().as_ref()), value.into_owned()));
    }
    Ok(Element { name: name(start.local_name().as_ref()), attributes, ..Element::default() })
}

fn close(open: &mut [Element], done: Element) -> Result<(), MfaError> {
    open.last_mut().ok_or_else(broken)?.children.push(done);
    Ok(())
}

fn push(open: &mut [Element], text: &str) -> Result<(), MfaError> {
    open.last_mut().ok_or_else(broken)?.text.push_str(text);
    Ok(())
}

fn broken() -> MfaError {
    MfaError::Invalid("the container is not well-formed XML".to_owned())
}
