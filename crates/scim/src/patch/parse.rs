//! From a body to changes: both dialects become the same.

use serde_json::Value;

use super::{Act, Change, Op, PATCH_URN, Step, extension, in_operation, is_immutable, mutability, no_target};
use crate::filter::{Expression, ParsedPath, is_assigned, parse_path};
use crate::json::{check_names, take};
use crate::path::AttributePath;
use crate::resource::{Assignment, Rules, assignments, coerce, elements, invalid, unknown};
use crate::schema::{Kind, ResourceType};
use crate::text::shorten;
use crate::{Object, ScimError, ScimType};

/// Reads the envelope, then each operation.
pub(super) fn parse(kind: &'static ResourceType, mut body: Object, rules: &Rules) -> Result<Vec<Step>, ScimError> {
    check_names(&body)?;
    if let Some(schemas) = take(&mut body, "schemas").filter(is_assigned)
        && !names_patch(&schemas)
    {
        return Err(syntax(format!("`schemas` of a patch is [\"{PATCH_URN}\"]")));
    }
    let Some(Value::Array(operations)) = take(&mut body, "Operations") else {
        return Err(syntax("`Operations` is a list of operations"));
    };
    if operations.is_empty() {
        return Err(syntax("`Operations` holds no operation"));
    }
    if operations.len() > rules.most_operations {
        let detail = format!("a patch has at most {} operations", rules.most_operations);
        return Err(ScimError::with_status(413, detail));
    }
    let mut steps = Vec::with_capacity(operations.len());
    for (index, operation) in operations.into_iter().enumerate() {
        let operation_number = index + 1;
        let changes = read(kind, operation, rules).map_err(in_operation(operation_number))?;
        steps.extend(changes.into_iter().map(|change| Step { operation: operation_number, change }));
    }
    Ok(steps)
}

fn names_patch(schemas: &Value) -> bool {
    let is_patch = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(PATCH_URN));
    is_patch(schemas) || schemas.as_array().is_some_and(|urns| urns.iter().any(is_patch))
}

fn syntax(detail: impl Into<String>) -> ScimError {
    ScimError::new(ScimType::InvalidSyntax, detail)
}

fn read(kind: &'static ResourceType, operation: Value, rules: &Rules) -> Result<Vec<Change>, ScimError> {
    let Value::Object(mut operation) = operation else { return Err(syntax("an operation is an object")) };
    check_names(&operation)?;
    let op = match take(&mut operation, "op") {
        Some(Value::String(op)) if op.eq_ignore_ascii_case("add") => Op::Add,
        Some(Value::String(op)) if op.eq_ignore_ascii_case("replace") => Op::Replace,
        Some(Value::String(op)) if op.eq_ignore_ascii_case("remove") => Op::Remove,
        _ => return Err(syntax("`op` is \"add\", \"replace\" or \"remove\"")),
    };
    let path = match take(&mut operation, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) if path.trim().is_empty() => None,
        Some(Value::String(path)) => Some(path),
        Some(_) => return Err(ScimError::new(ScimType::InvalidPath, "`path` is a text")),
    };
    let value = take(&mut operation, "value");
    let mut changes = Changes { kind, op, rules, found: Vec::new() };
    match (op, path) {
        (Op::Remove, None) => return Err(no_target("`remove` needs a `path`")),
        (Op::Remove, Some(path)) => changes.remove(parse_path(kind, &path)?, value)?,
        (_, None) => changes.pathless(value)?,
        (_, Some(path)) => {
            let value = value.ok_or_else(|| invalid("`value` is missing"))?;
            changes.write(parse_path(kind, &path)?, value)?;
        }
    }
    Ok(changes.found)
}

/// The changes of one operation, as they are found.
struct Changes<'r> {
    kind: &'static ResourceType,
    op: Op,
    rules: &'r Rules,
    found: Vec<Change>,
}

impl Changes<'_> {
    // === remove ===

    fn remove(&mut self, path: ParsedPath, value: Option<Value>) -> Result<(), ScimError> {
        let change = match path {
            ParsedPath::Schema(urn) if extension(self.kind, urn).is_some() => Change::UnsetExtension { urn },
            ParsedPath::Schema(urn) => return Err(mutability(format!("`{urn}` cannot be removed"))),
            ParsedPath::Attribute(path) => {
                check_writable(&path)?;
                let (path, _) = coerce::refer(path, Value::Null);
                match (path.sub, value.filter(|value| !value.is_null())) {
                    (Some(sub), _) if path.attribute.multi_valued => {
                        check_mutable(&path)?;
                        Change::Select { path: path.whole(), condition: None, act: Act::Unset(sub.name) }
                    }
                    (None, Some(value)) if path.attribute.multi_valued => {
                        Change::Withdraw { path, elements: elements::read(&path, value, self.rules)? }
                    }
                    _ if path.leaf().required => return Err(mutability(format!("`{path}` is required"))),
                    _ => Change::Unset { path },
                }
            }
            ParsedPath::Element { path, condition } => {
                check_writable(&path)?;
                let act = match path.sub {
                    Some(sub) => {
                        check_mutable(&path)?;
                        Act::Unset(sub.name)
                    }
                    None => Act::Remove,
                };
                Change::Select { path: path.whole(), condition: Some(condition), act }
            }
        };
        self.found.push(change);
        Ok(())
    }

    // === add, replace ===

    fn write(&mut self, path: ParsedPath, value: Value) -> Result<(), ScimError> {
        match path {
            ParsedPath::Schema(urn) => match value {
                Value::Object(members) => self.members(Object::from_iter([(urn.to_owned(), Value::Object(members))])),
                value if !is_assigned(&value) && extension(self.kind, urn).is_some() => {
                    self.found.push(Change::UnsetExtension { urn });
                    Ok(())
                }
                _ => Err(invalid(format!("`{urn}` is an object"))),
            },
            // Which schemas a resource uses follows from what it holds.
            ParsedPath::Attribute(path) if path.is("schemas") => Ok(()),
            ParsedPath::Attribute(path) => {
                check_writable(&path)?;
                self.attribute(path, value)
            }
            ParsedPath::Element { path, condition } => {
                check_writable(&path)?;
                self.element(path, condition, value)
            }
        }
    }

    /// An object whose members are paths: dotted, with URNs, with brackets, or objects within.
    fn pathless(&mut self, value: Option<Value>) -> Result<(), ScimError> {
        let Some(Value::Object(members)) = value else {
            return Err(invalid("without a `path`, `value` is an object"));
        };
        let (bracketed, plain): (Object, Object) = members.into_iter().partition(|(name, _)| name.contains('['));
        self.members(plain)?;
        for (name, value) in bracketed {
            match parse_path(self.kind, &name) {
                Ok(path) => self.write(path, value)?,
                Err(_) => unknown(&name, self.rules)?,
            }
        }
        Ok(())
    }

    fn members(&mut self, members: Object) -> Result<(), ScimError> {
        for Assignment { path, value } in assignments(self.kind, members, self.rules)? {
            self.attribute(path, value)?;
        }
        Ok(())
    }

    fn attribute(&mut self, path: AttributePath, value: Value) -> Result<(), ScimError> {
        let (path, value) = coerce::refer(path, value);
        if path.attribute.multi_valued {
            return self.list(path, value);
        }
        if path.attribute.kind == Kind::Complex && path.sub.is_none() {
            return self.complex(path, value);
        }
        let value = coerce::simple(&path, path.leaf(), unwrap(value))?;
        if path.leaf().required && value.as_ref().and_then(Value::as_str).is_none_or(|text| text.trim().is_empty()) {
            return Err(invalid(format!("`{path}` is required")));
        }
        if path.leaf().returned != crate::schema::Returned::Never {
            self.found.push(value.map_or(Change::Unset { path }, |value| Change::Set { path, value }));
        }
        Ok(())
    }

    /// The members that are given are set or taken away; the others stay.
    fn complex(&mut self, path: AttributePath, value: Value) -> Result<(), ScimError> {
        let value = match value {
            Value::Array(mut list) if list.len() == 1 => list.remove(0),
            value => value,
        };
        if !is_assigned(&value) && !value.is_object() {
            self.found.push(Change::Unset { path });
            return Ok(());
        }
        if let Value::Object(members) = &value {
            let taken = members.iter().filter(|(_, value)| !is_assigned(value));
            let taken = taken.filter_map(|(name, _)| path.attribute.sub(name)).filter(|sub| sub.writable());
            self.found.extend(taken.map(|sub| Change::Unset { path: AttributePath { sub: Some(sub), ..path } }));
        }
        for (name, value) in coerce::complex(&path, value, self.rules)?.unwrap_or_default() {
            let sub = path.attribute.sub(&name);
            self.found.push(Change::Set { path: AttributePath { sub, ..path }, value });
        }
        Ok(())
    }

    fn list(&mut self, path: AttributePath, value: Value) -> Result<(), ScimError> {
        if let Some(sub) = path.sub {
            check_mutable(&path)?;
            let act = coerce::simple(&path, sub, unwrap(value))?
                .map_or(Act::Unset(sub.name), |value| Act::Set(sub.name, value));
            self.found.push(Change::Select { path: path.whole(), condition: None, act });
            return Ok(());
        }
        let elements = elements::read(&path, value, self.rules)?;
        self.found.push(match self.op {
            Op::Add if elements.is_empty() => return Ok(()),
            Op::Add => Change::Append { path, elements },
            _ if elements.is_empty() => Change::Unset { path },
            _ => Change::Assign { path, elements },
        });
        Ok(())
    }

    fn element(&mut self, path: AttributePath, condition: Expression, value: Value) -> Result<(), ScimError> {
        let (path, value) = coerce::refer(path, value);
        let act = if let Some(sub) = path.sub {
            let value = coerce::simple(&path, sub, unwrap(value))?;
            value.map_or(Act::Unset(sub.name), |value| Act::Set(sub.name, value))
        } else {
            let elements = self.whole_elements(path, value)?;
            let Some(act) = self.whole_element(path, elements) else { return Ok(()) };
            act
        };
        self.found.push(Change::Select { path: path.whole(), condition: Some(condition), act });
        Ok(())
    }

    /// What `add` and `replace` do to an element that a filter has chosen.
    fn whole_element(&mut self, path: AttributePath, mut elements: Vec<Value>) -> Option<Act> {
        if self.op != Op::Add {
            return Some(if elements.is_empty() { Act::Remove } else { Act::Replace(elements) });
        }
        // What the filter chooses is one element; any further are added beside it.
        let further = elements.split_off(elements.len().min(1));
        if !further.is_empty() {
            self.found.push(Change::Append { path, elements: further });
        }
        match elements.pop() {
            Some(Value::Object(first)) => Some(Act::Merge(first)),
            _ => None,
        }
    }

    /// Elements in place of those that match; a bare text is the `value`. What the filter says need not be said again.
    fn whole_elements(&self, path: AttributePath, value: Value) -> Result<Vec<Value>, ScimError> {
        let values = match value {
            Value::Array(values) => values,
            one => vec![one],
        };
        let mut read = Vec::with_capacity(values.len());
        for value in values {
            let value = match value {
                Value::String(text) if !text.is_empty() && path.attribute.value().is_some() => {
                    Value::Object(Object::from_iter([("value".to_owned(), Value::String(text))]))
                }
                value => value,
            };
            read.extend(coerce::complex(&path, value, self.rules)?.map(Value::Object));
        }
        Ok(read)
    }
}

/// A single value that came as `[x]` or `{"value": x}`, as Entra does it.
fn unwrap(value: Value) -> Value {
    match value {
        Value::Array(mut list) if list.len() == 1 => unwrap(list.remove(0)),
        Value::Object(mut members) => match take(&mut members, "value") {
            Some(value) => value,
            None => Value::Object(members),
        },
        value => value,
    }
}

fn check_writable(path: &AttributePath) -> Result<(), ScimError> {
    if path.writable() { Ok(()) } else { Err(mutability(format!("`{path}` is read-only"))) }
}

fn check_mutable(path: &AttributePath) -> Result<(), ScimError> {
    if is_immutable(path.leaf()) {
        Err(mutability(format!("`{}` cannot be changed", shorten(&path.to_string()))))
    } else {
        Ok(())
    }
}
