//! Target attributes as mappings name them: `title`, `name.givenName`, `emails[type eq "work"].value`,
//! `urn:…:User:department`. Reads them from a resource, and writes them into one that is to be created.

use serde_json::{Map, Value, json};

/// One target attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributePath {
    /// As the mapping spells it.
    pub text: String,
    schema: Option<String>,
    attribute: String,
    /// `type eq "work"`.
    filter: Option<(String, String)>,
    sub: Option<String>,
}

impl AttributePath {
    /// Reads a mapping's target.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is not a target attribute");
        let (schema, rest) = match text.rsplit_once(':').filter(|_| text.starts_with("urn:")) {
            Some((schema, rest)) if !rest.contains('[') => (Some(schema.to_owned()), rest),
            _ => (None, text),
        };
        let (head, filter, tail) = match rest.split_once('[') {
            None => {
                let (head, sub) = rest.split_once('.').map_or((rest, None), |(head, sub)| (head, Some(sub)));
                (head, None, sub)
            }
            Some((head, after)) => {
                let (inside, tail) = after.split_once(']').ok_or_else(wrong)?;
                let (name, value) = inside.split_once(" eq ").ok_or_else(wrong)?;
                let value = value.trim().trim_matches('"').to_owned();
                (head, Some((name.trim().to_owned(), value)), tail.strip_prefix('.'))
            }
        };
        if head.is_empty() || head.contains(char::is_whitespace) || tail.is_some_and(str::is_empty) {
            return Err(wrong());
        }
        let (attribute, sub) = (head.to_owned(), tail.map(str::to_owned));
        Ok(Self { text: text.to_owned(), schema, attribute, filter, sub })
    }

    /// The extension's schema, when the attribute belongs to one.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// Whether it selects among several values: those cannot go into a PATCH without a path.
    pub fn is_filtered(&self) -> bool {
        self.filter.is_some()
    }

    /// Whether it is that attribute, of whichever schema.
    pub fn is(&self, attribute: &str) -> bool {
        self.attribute.eq_ignore_ascii_case(attribute) && self.sub.is_none() && self.filter.is_none()
    }

    /// What a resource holds there; unassigned when it holds null or nothing.
    pub fn read<'a>(&self, resource: &'a Value) -> Option<&'a Value> {
        let holder = match &self.schema {
            Some(schema) => member(resource, schema)?,
            None => resource,
        };
        let mut found = member(holder, &self.attribute)?;
        if let Some((name, wanted)) = &self.filter {
            found = found.as_array()?.iter().find(|item| {
                let value = member(item, name);
                value.is_some_and(|value| as_text(value).eq_ignore_ascii_case(wanted))
            })?;
        }
        match &self.sub {
            Some(sub) => member(found, sub),
            None => Some(found),
        }
        .filter(|value| !value.is_null())
    }

    /// Puts a value into a resource that is to be created.
    pub fn write(&self, resource: &mut Map<String, Value>, value: Value) {
        let holder = match &self.schema {
            Some(schema) => object_in(resource, schema),
            None => resource,
        };
        match (&self.filter, &self.sub) {
            (None, None) => drop(holder.insert(self.attribute.clone(), value)),
            (None, Some(sub)) => drop(object_in(holder, &self.attribute).insert(sub.clone(), value)),
            (Some((name, wanted)), sub) => {
                let slot = holder.entry(self.attribute.clone()).or_insert_with(|| json!([]));
                if !slot.is_array() {
                    *slot = json!([]);
                }
                let Value::Array(items) = slot else { return };
                let known = items.iter().position(|item| item[name.as_str()] == wanted.as_str());
                let at = known.unwrap_or_else(|| {
                    items.push(fresh_element(&self.attribute, name, wanted));
                    items.len() - 1
                });
                items[at][sub.as_deref().unwrap_or("value")] = value;
            }
        }
    }
}

/// Entra marks the work address as the primary one when it creates it.
fn fresh_element(attribute: &str, name: &str, wanted: &str) -> Value {
    let mut item = json!({});
    item[name] = json!(wanted);
    if attribute == "emails" && wanted == "work" {
        item["primary"] = json!(true);
    }
    item
}

fn object_in<'a>(holder: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let slot = holder.entry(name.to_owned()).or_insert_with(|| json!({}));
    if !slot.is_object() {
        *slot = json!({});
    }
    slot.as_object_mut().expect("invariant: made an object just above")
}

/// A member by name, whose case does not matter (RFC 7643, 2.1).
pub fn member<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let members = object.as_object()?;
    members.get(name).or_else(|| {
        let found = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    })
}

/// A value as the text that comparisons see.
pub fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    }
}
