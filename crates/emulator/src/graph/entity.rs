//! Writes objects as JSON, straight from their packed form.

use std::io::Write as _;
use std::time::Duration;

use kernel::Timestamp;
use uuid::Uuid;

use super::select::{Columns, kind_name};
use super::view::lot;
use crate::directory::property::{Mask, Prop, user};
use crate::directory::record::write_text;
use crate::directory::{Directory, Kind, Life, Ref};

/// How an object is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style<'a> {
    /// Its properties.
    pub columns: &'a Columns,
    /// Those the caller may see; the others are null.
    pub visible: Mask,
    /// With `@odata.type`.
    pub typed: bool,
    /// For what is computed from the time.
    pub now: Timestamp,
}

/// Writes `{…}`.
pub(crate) fn write(buffer: &mut Vec<u8>, directory: &Directory, object: Ref, style: Style<'_>) {
    open(buffer, directory, object, style);
    buffer.push(b'}');
}

/// Writes `{…` and leaves the object open for relations.
pub(crate) fn open(buffer: &mut Vec<u8>, directory: &Directory, object: Ref, style: Style<'_>) {
    buffer.push(b'{');
    let start = buffer.len();
    if style.typed || style.visible == 0 {
        write_type(buffer, object.kind);
    }
    if style.visible == 0 && style.columns.mask & user::ID.bit() == 0 {
        key(buffer, start, "\"id\":");
        write_id(buffer, directory.id(object));
    }
    let mut fields = directory.record(object).iter().peekable();
    for prop in &style.columns.props {
        while fields.next_if(|(at, _)| at < prop).is_some() {}
        let stored = fields.next_if(|(at, _)| at == prop).map(|(_, json)| json);
        let property = &object.kind.table()[usize::from(prop.0)];
        key(buffer, start, property.key);
        if *prop == user::ID {
            write_id(buffer, directory.id(object));
        } else if style.visible & prop.bit() == 0 {
            buffer.extend_from_slice(b"null");
        } else if let Some(json) = stored {
            buffer.extend_from_slice(json);
        } else if !write_computed(buffer, directory, object, *prop, style.now) {
            buffer.extend_from_slice(property.shape.unset());
        }
    }
}

/// Writes only the properties that were ever set, as delta does; `id` first, always.
pub(crate) fn open_sparse(buffer: &mut Vec<u8>, directory: &Directory, object: Ref, shown: Mask) {
    buffer.extend_from_slice(b"{\"id\":");
    write_id(buffer, directory.id(object));
    for (prop, json) in directory.record(object).iter().filter(|(prop, _)| shown & prop.bit() != 0) {
        buffer.push(b',');
        buffer.extend_from_slice(object.kind.table()[usize::from(prop.0)].key.as_bytes());
        buffer.extend_from_slice(json);
    }
}

/// Writes `"@odata.type":"#microsoft.graph.user"`.
pub(crate) fn write_type(buffer: &mut Vec<u8>, kind: Kind) {
    buffer.extend_from_slice(b"\"@odata.type\":\"#");
    buffer.extend_from_slice(kind_name(kind).as_bytes());
    buffer.push(b'"');
}

/// Writes a quoted id.
pub(crate) fn write_id(buffer: &mut Vec<u8>, id: Uuid) {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    buffer.push(b'"');
    buffer.extend_from_slice(id.hyphenated().encode_lower(&mut text).as_bytes());
    buffer.push(b'"');
}

/// Writes a key with its colon, and a comma unless it is the first since `start`.
fn key(buffer: &mut Vec<u8>, start: usize, key: &str) {
    if buffer.len() > start {
        buffer.push(b',');
    }
    buffer.extend_from_slice(key.as_bytes());
}

/// Properties that are not stored.
fn write_computed(buffer: &mut Vec<u8>, directory: &Directory, object: Ref, prop: Prop, now: Timestamp) -> bool {
    match (object.kind, prop) {
        (_, user::DELETED_DATE_TIME) => match directory.life(object) {
            Life::Deleted(at) => write_text(buffer, &Timestamp::from_seconds(at.seconds()).to_string()),
            _ => return false,
        },
        (Kind::User, user::SIGN_IN_ACTIVITY) => write_activity(buffer, directory.id(object), now),
        (Kind::User, user::IS_MANAGEMENT_RESTRICTED) => buffer.extend_from_slice(b"false"),
        (Kind::User, user::BIRTHDAY | user::HIRE_DATE) => buffer.extend_from_slice(b"\"0001-01-01T00:00:00Z\""),
        _ => return false,
    }
    true
}

/// Some never signed in; the others did within the last six weeks.
fn write_activity(buffer: &mut Vec<u8>, id: Uuid, now: Timestamp) {
    let lot = u64::from(lot(id, 7));
    if lot % 10 == 0 {
        buffer.extend_from_slice(b"null");
        return;
    }
    let day = now.seconds() - now.seconds().rem_euclid(86_400);
    let seen = Timestamp::from_seconds(day).minus(Duration::from_secs(lot % (42 * 1_440) * 60));
    // Writing to memory cannot fail.
    let _ = write!(
        buffer,
        r#"{{"lastSignInDateTime":"{seen}","lastSignInRequestId":"{}","lastNonInteractiveSignInDateTime":null,"lastNonInteractiveSignInRequestId":null,"lastSuccessfulSignInDateTime":"{seen}","lastSuccessfulSignInRequestId":"{0}"}}"#,
        Uuid::from_u64_pair(lot, id.as_u64_pair().1)
    );
}
