//! Extractors whose refusals are problems that say exactly what was wrong.

mod object;

use std::error::Error;

use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, RawFormRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::{FormRejection, QueryRejection};
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::object::Object;
use crate::{FieldError, Problem};

/// A JSON body, in or out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json<T>(pub T);

/// The values in the path.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

/// The query string; a name that comes several times makes a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

/// A form's body; a name that comes several times makes a list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(Object(value))) => Ok(Self(value)),
            Err(rejection) => Err(bad_json(&rejection)),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(bad_path(rejection)),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum_extra::extract::Query::from_request_parts(parts, state).await {
            Ok(axum_extra::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(bad_query(&rejection)),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum_extra::extract::Form::from_request(request, state).await {
            Ok(axum_extra::extract::Form(value)) => Ok(Self(value)),
            Err(rejection) => Err(bad_form(rejection)),
        }
    }
}

fn bad_json(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::JsonDataError(error) => bad_field("web.bad_body", "the body does not fit", &reason(error)),
        JsonRejection::JsonSyntaxError(error) => {
            Problem::invalid("web.bad_body", format!("the body is not JSON: {}", reason(error)))
        }
        JsonRejection::MissingJsonContentType(_) => wrong_type("application/json"),
        JsonRejection::BytesRejection(error) => Problem::unread(error),
        other => Problem::invalid("web.bad_body", other.body_text()),
    }
}

fn bad_form(rejection: FormRejection) -> Problem {
    match rejection {
        FormRejection::FailedToDeserializeFormBody(error) => {
            bad_field("web.bad_body", "the form does not fit", &reason(&error))
        }
        FormRejection::FailedToDeserializeForm(error) => {
            bad_field("web.bad_query", "the query does not fit", &reason(&error))
        }
        FormRejection::RawFormRejection(RawFormRejection::InvalidFormContentType(_)) => {
            wrong_type("application/x-www-form-urlencoded")
        }
        FormRejection::RawFormRejection(RawFormRejection::BytesRejection(error)) => Problem::unread(&error),
        other => Problem::invalid("web.bad_body", other.body_text()),
    }
}

fn bad_path(rejection: PathRejection) -> Problem {
    match rejection {
        PathRejection::FailedToDeserializePathParams(error) => {
            Problem::invalid("web.bad_path", format!("the path does not fit: {}", error.into_kind()))
        }
        other => Problem::invalid("web.bad_path", other.body_text()),
    }
}

fn bad_query(rejection: &QueryRejection) -> Problem {
    bad_field("web.bad_query", "the query does not fit", &reason(rejection))
}

impl Problem {
    /// What is wrong with a body that did not arrive, or was too long.
    pub fn unread(rejection: &BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::with_status(StatusCode::PAYLOAD_TOO_LARGE, "web.too_long", "the body is too long");
        }
        Self::invalid("web.bad_body", "the body did not arrive whole")
    }
}

fn wrong_type(expected: &str) -> Problem {
    let detail = format!("the body must be {expected}, and Content-Type must say so");
    Problem::with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE, "web.wrong_type", detail)
}

/// The innermost cause: where in the input, and what was expected there.
fn reason(error: &dyn Error) -> String {
    let mut deepest: Option<&dyn Error> = error.source();
    let mut text = error.to_string();
    while let Some(cause) = deepest {
        // The cause with the path in front of it is the outer of two that say the same.
        let said = cause.to_string();
        if !text.ends_with(&said) || text.starts_with("Failed") {
            text = said;
        }
        deepest = cause.source();
    }
    text
}

/// A reason such as `people[3].mail: invalid type` names its field in front.
fn bad_field(code: &'static str, what: &str, reason: &str) -> Problem {
    let problem = Problem::invalid(code, format!("{what}: {reason}"));
    match reason.split_once(": ") {
        Some((field, message)) if !field.contains(' ') => problem.with_errors(vec![FieldError::new(field, message)]),
        _ => problem,
    }
}

#[cfg(test)]
mod tests;
