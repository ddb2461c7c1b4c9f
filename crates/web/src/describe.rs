//! What every room's part of the API description rests on: the problem document and the two ways to sign in.

use utoipa::ToSchema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, RefOr, Schema, SecurityRequirement};

use crate::{FieldError, ProblemBody, cookie};

/// Completes a description: adds the schemas and security schemes that the rooms refer to.
pub fn describe(api: &mut OpenApi) {
    let components = api.components.get_or_insert_with(Components::new);
    add_schema::<ProblemBody>(components);
    add_schema::<FieldError>(components);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API token.")).build();
    let session = ApiKeyValue::with_description(
        cookie::SECURE_NAME,
        "A session of the console; calls that change something also send `x-csrf-token`.",
    );
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    let none: [&str; 0] = [];
    api.security = Some(vec![SecurityRequirement::new("bearer", none), SecurityRequirement::new("session", none)]);
}

fn add_schema<T: ToSchema>(components: &mut Components) {
    let mut schemas: Vec<(String, RefOr<Schema>)> = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    components.schemas.extend(schemas);
}
