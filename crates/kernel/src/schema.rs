//! How our plain types look in the API description. A description only: nothing here speaks HTTP.

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::{Cursor, Role, Timestamp};

/// A text with a format.
fn text(format: Option<KnownFormat>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).format(format.map(SchemaFormat::KnownFormat))
}

/// A UUID.
pub fn uuid() -> RefOr<Schema> {
    RefOr::T(Schema::Object(text(Some(KnownFormat::Uuid)).build()))
}

/// One of a few words.
pub fn words<const N: usize>(words: [&'static str; N]) -> RefOr<Schema> {
    RefOr::T(Schema::Object(text(None).enum_values(Some(words)).build()))
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        RefOr::T(Schema::Object(text(Some(KnownFormat::DateTime)).build()))
    }
}
impl ToSchema for Timestamp {}

impl PartialSchema for Cursor {
    fn schema() -> RefOr<Schema> {
        RefOr::T(Schema::Object(text(None).build()))
    }
}
impl ToSchema for Cursor {}

impl PartialSchema for Role {
    fn schema() -> RefOr<Schema> {
        words(Self::ALL.map(Self::as_str))
    }
}
impl ToSchema for Role {}
