//! Does an object pass? Strings are compared without regard to case, as the directory does.

use kernel::Timestamp;
use serde_json::Value;

use super::{Expr, Literal, Op, Path, Root, TextTest};
use crate::directory::property::user;
use crate::directory::{Directory, Kind, Life, Ref};

/// Whether the object passes the filter.
pub(crate) fn matches(directory: &Directory, object: Ref, expr: &Expr) -> bool {
    Subject { directory, object }.test(expr, None)
}

struct Subject<'a> {
    directory: &'a Directory,
    object: Ref,
}

impl Subject<'_> {
    fn test(&self, expr: &Expr, element: Option<&Value>) -> bool {
        match expr {
            Expr::Or(parts) => parts.iter().any(|part| self.test(part, element)),
            Expr::And(parts) => parts.iter().all(|part| self.test(part, element)),
            Expr::Not(inner) => !self.test(inner, element),
            Expr::Compare(path, op, literal) => self.compare(path, *op, literal, element),
            Expr::In(path, literals) => {
                let value = self.value(path, element);
                literals.iter().any(|literal| equal(&value, literal))
            }
            Expr::Text(test, path, text) => self.text(*test, path, text, element),
            Expr::Any(path, inner) => {
                let Value::Array(items) = self.value(path, element) else { return false };
                match inner {
                    Some(inner) => items.iter().any(|item| self.test(inner, Some(item))),
                    None => !items.is_empty(),
                }
            }
        }
    }

    fn compare(&self, path: &Path, op: Op, literal: &Literal, element: Option<&Value>) -> bool {
        if let (Some(raw), Literal::Text(text), Op::Eq | Op::Ne) = (self.plain(path), literal, op) {
            return raw.eq_ignore_ascii_case(text.as_bytes()) == (op == Op::Eq);
        }
        let value = self.value(path, element);
        match op {
            Op::Eq => equal(&value, literal),
            Op::Ne => !equal(&value, literal),
            _ => ordered(&value, literal).is_some_and(|order| match op {
                Op::Gt => order.is_gt(),
                Op::Ge => order.is_ge(),
                Op::Lt => order.is_lt(),
                _ => order.is_le(),
            }),
        }
    }

    fn text(&self, test: TextTest, path: &Path, text: &str, element: Option<&Value>) -> bool {
        if let (Some(raw), TextTest::StartsWith) = (self.plain(path), test) {
            return raw.get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()));
        }
        let Value::String(value) = self.value(path, element) else { return false };
        let (value, text) = (value.to_lowercase(), text.to_lowercase());
        match test {
            TextTest::StartsWith => value.starts_with(&text),
            TextTest::EndsWith => value.ends_with(&text),
            TextTest::Contains => value.contains(&text),
        }
    }

    /// The ASCII text of a plain property without unpacking it: the way nearly every test goes.
    fn plain(&self, path: &Path) -> Option<&[u8]> {
        let Root::Prop(prop) = path.root else { return None };
        let json = self.directory.record(self.object).get(prop).filter(|_| path.rest.is_empty())?;
        let inside = json.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        (inside.is_ascii() && !inside.contains(&b'\\')).then_some(inside)
    }

    fn value(&self, path: &Path, element: Option<&Value>) -> Value {
        let mut value = match &path.root {
            Root::Element => element.cloned().unwrap_or(Value::Null),
            Root::Relation(name) => self.relation(name),
            Root::Prop(user::ID) => Value::String(self.directory.id(self.object).to_string()),
            Root::Prop(user::DELETED_DATE_TIME) => match self.directory.life(self.object) {
                Life::Deleted(at) => Value::String(at.to_string()),
                _ => Value::Null,
            },
            Root::Prop(prop) => {
                let unset = self.object.kind.table()[usize::from(prop.0)].shape.unset();
                let json = self.directory.record(self.object).get(*prop).unwrap_or(unset);
                serde_json::from_slice(json).unwrap_or(Value::Null)
            }
        };
        for name in &path.rest {
            value = match value {
                Value::Array(items) if name == "$count" => serde_json::json!(items.len()),
                Value::Object(mut fields) => fields.remove(name).unwrap_or(Value::Null),
                // A cast leaves the value as it is; anything else leads nowhere.
                other if name.starts_with("microsoft.graph.") => other,
                _ => Value::Null,
            };
        }
        value
    }

    fn relation(&self, name: &str) -> Value {
        let directory = self.directory;
        let entry = |object: Ref| serde_json::json!({ "id": directory.id(object).to_string() });
        let ordinal = self.object.ordinal;
        match (self.object.kind, name) {
            (Kind::User, "manager") => directory.manager(ordinal).map_or(Value::Null, |chief| entry(Ref::user(chief))),
            (Kind::User, "directReports") => {
                directory.direct_reports(ordinal).iter().map(Ref::user).map(entry).collect()
            }
            (_, "memberOf") => directory.groups_of(self.object).iter().map(Ref::group).map(entry).collect(),
            (_, "transitiveMemberOf") => {
                directory.transitive_groups_of(self.object).iter().map(Ref::group).map(entry).collect()
            }
            (Kind::Group, "members") => {
                let (users, groups) = (directory.member_users(ordinal), directory.member_groups(ordinal));
                users.iter().map(Ref::user).chain(groups.iter().map(Ref::group)).map(entry).collect()
            }
            _ => Value::Array(Vec::new()),
        }
    }
}

fn equal(value: &Value, literal: &Literal) -> bool {
    match (value, literal) {
        (Value::Null, Literal::Null) => true,
        (Value::Bool(value), Literal::Flag(flag)) => value == flag,
        (Value::Number(_), Literal::Number(_)) => ordered(value, literal).is_some_and(std::cmp::Ordering::is_eq),
        (Value::String(value), Literal::Text(text)) => {
            value.eq_ignore_ascii_case(text) || value.to_lowercase() == text.to_lowercase()
        }
        (Value::String(value), Literal::Bare(text)) => {
            value.eq_ignore_ascii_case(text)
                || ordered(&Value::String(value.clone()), literal).is_some_and(std::cmp::Ordering::is_eq)
        }
        _ => false,
    }
}

fn ordered(value: &Value, literal: &Literal) -> Option<std::cmp::Ordering> {
    match (value, literal) {
        (Value::Number(value), Literal::Number(number)) => value.as_f64()?.partial_cmp(number),
        (Value::String(value), Literal::Bare(text) | Literal::Text(text)) => {
            match (Timestamp::parse(value), Timestamp::parse(text)) {
                (Ok(value), Ok(moment)) => Some(value.cmp(&moment)),
                _ => Some(value.to_lowercase().cmp(&text.to_lowercase())),
            }
        }
        _ => None,
    }
}
