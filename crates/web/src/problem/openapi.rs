//! What the API description says about problems.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::{ContentBuilder, Object, Ref, RefOr, Response, ResponseBuilder, Type};

use super::MEDIA_TYPE;

/// The problem answers every verb may give: `responses((status = 200, body = X), web::Problems)`.
#[derive(Debug)]
pub struct Problems;

/// Status and meaning.
const COMMON: [(&str, &str); 11] = [
    ("400", "The request is not understood; `detail` and `errors` say why."),
    ("401", "Nobody has signed in, or the credentials no longer count."),
    ("403", "The caller may not do this."),
    ("404", "It does not exist, or the caller may not know that it does."),
    ("408", "The request took too long to arrive."),
    ("409", "It clashes with what is there; read again and decide."),
    ("413", "The body is too long."),
    ("415", "The body has another media type than expected."),
    ("429", "Too many requests; `Retry-After` says when to come back."),
    ("500", "A fault of the server; the request id finds it in the log."),
    ("503", "Out of reach for now; `Retry-After` says when to try again."),
];

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        COMMON.into_iter().map(|(status, meaning)| (status.to_owned(), RefOr::T(response(status, meaning)))).collect()
    }
}

fn response(status: &str, meaning: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(meaning).content(MEDIA_TYPE, content);
    match status {
        "429" | "503" => {
            let seconds = HeaderBuilder::new()
                .schema(Some(Object::with_type(Type::Integer)))
                .description(Some("Seconds to wait."))
                .build();
            response.header("Retry-After", seconds).build()
        }
        _ => response.build(),
    }
}
