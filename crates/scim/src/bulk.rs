//! Many calls in one (RFC 7644 §3.7): read and put in order here, carried out by the caller.
//!
//! ```text
//! body ──parse──► BulkRequest ──plan──► steps: Run, Run, …, Link
//!                                          each as if it were a call of its own
//! ```
//!
//! A call may refer to what another creates as `bulkId:NAME`, before or after it. What is referred to is created first.
//! Where calls refer to each other in a circle (§3.7.1), one is created without the references that are missing and gets
//! them at the end, by a [`Step::Link`].
//!
//! Deliberately decides nothing about authorisation: each call is checked like any other.

use std::collections::HashMap;

use serde_json::{Value, json};

pub use plan::Step;

use crate::json::{check_names, take};
use crate::patch::PATCH_URN;
use crate::schema::ResourceType;
use crate::text::shorten;
use crate::{Object, ScimError, ScimType};

mod plan;
mod references;

#[cfg(test)]
mod tests;

/// The URN of a bulk request.
pub const BULK_REQUEST_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// The URN of a bulk answer.
pub const BULK_RESPONSE_URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What has been created so far: ids by `bulkId`.
pub type Created = HashMap<String, String>;

/// A bulk request that has been understood.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// After how many errors to stop; `None` goes on whatever happens.
    pub fail_on_errors: Option<usize>,
    /// The calls, in the order sent.
    pub operations: Vec<BulkOperation>,
}

/// One call, or why it is none.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkOperation {
    /// The method as it was sent, for the answer.
    pub method: String,
    /// What other calls refer to it by.
    pub bulk_id: Option<String>,
    /// The call. One that cannot be read is answered with its error; the others go on.
    pub call: Result<BulkCall, ScimError>,
}

/// A call within a bulk request.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkCall {
    /// What to do.
    pub method: Method,
    /// With which kind of resource.
    pub kind: &'static ResourceType,
    /// The version that the resource must have, as in `If-Match`.
    pub version: Option<String>,
    /// The id in the path, perhaps still `bulkId:NAME`; none for `POST`.
    target: Option<String>,
    data: Object,
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

impl BulkRequest {
    /// Reads the envelope and every call. More than `most_operations` is status 413.
    pub fn parse(mut body: Object, most_operations: usize) -> Result<Self, ScimError> {
        check_names(&body)?;
        let Some(Value::Array(operations)) = take(&mut body, "Operations") else {
            return Err(syntax("`Operations` is a list of calls"));
        };
        if operations.is_empty() {
            return Err(syntax("`Operations` holds no call"));
        }
        if operations.len() > most_operations {
            let detail = format!("a bulk request has at most {most_operations} operations");
            return Err(ScimError::with_status(413, detail));
        }
        let fail_on_errors = match take(&mut body, "failOnErrors") {
            None | Some(Value::Null) => None,
            Some(number) => {
                let number = number.as_u64().and_then(|number| usize::try_from(number).ok());
                Some(
                    number
                        .filter(|number| *number > 0)
                        .ok_or_else(|| invalid("`failOnErrors` is a number from one"))?,
                )
            }
        };
        let operations: Vec<BulkOperation> = operations.into_iter().map(operation).collect();
        let mut names: Vec<&String> = operations.iter().filter_map(|operation| operation.bulk_id.as_ref()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(syntax(format!("the bulkId {:?} is given twice", shorten(twice[0]))));
        }
        Ok(Self { fail_on_errors, operations })
    }

    /// The order in which to carry out the calls.
    pub fn plan(&self) -> Vec<Step> {
        plan::plan(self)
    }

    /// Whether to stop after so many errors.
    pub fn stops_after(&self, errors: usize) -> bool {
        self.fail_on_errors.is_some_and(|most| errors >= most)
    }
}

impl BulkCall {
    /// The id in the path, with what has been created put in.
    pub fn target(&self, created: &Created) -> Result<Option<String>, ScimError> {
        self.target.as_deref().map(|target| references::resolve(target, created)).transpose()
    }

    /// The data, with what has been created put in.
    pub fn data(&self, created: &Created) -> Result<Object, ScimError> {
        let mut data = self.data.clone();
        references::fill(&mut data, created)?;
        Ok(data)
    }

    /// The same without the elements whose references are still missing: what to create first in a circle.
    pub fn data_before_links(&self, created: &Created) -> Result<Object, ScimError> {
        let mut data = self.data.clone();
        references::prune(&mut data, created);
        references::fill(&mut data, created)?;
        Ok(data)
    }

    /// A patch that adds every reference, those of before too: what to apply at the end of a circle.
    pub fn links(&self, created: &Created) -> Result<Object, ScimError> {
        let mut links = references::only(&self.data);
        references::fill(&mut links, created)?;
        let patch = json!({ "schemas": [PATCH_URN], "Operations": [{ "op": "add", "value": links }] });
        match patch {
            Value::Object(patch) => Ok(patch),
            _ => Ok(Object::new()),
        }
    }
}

fn operation(value: Value) -> BulkOperation {
    let Value::Object(mut members) = value else {
        return BulkOperation { method: String::new(), bulk_id: None, call: Err(syntax("a call is an object")) };
    };
    let ambiguous = check_names(&members);
    let mut text = |name: &str| match take(&mut members, name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let (method, path) = (text("method").unwrap_or_default(), text("path").unwrap_or_default());
    let (bulk_id, version) = (text("bulkId").filter(|name| !name.is_empty()), text("version"));
    let data = take(&mut members, "data");
    let call = ambiguous.and_then(|()| call(&method, &path, bulk_id.as_deref(), version, data));
    BulkOperation { method: shorten(&method), bulk_id, call }
}

fn call(
    method: &str,
    path: &str,
    bulk_id: Option<&str>,
    version: Option<String>,
    data: Option<Value>,
) -> Result<BulkCall, ScimError> {
    let method = Method::read(method).ok_or_else(|| syntax("`method` is POST, PUT, PATCH or DELETE"))?;
    let (endpoint, id) = match path.trim_start_matches('/').split_once('/') {
        Some((endpoint, id)) => (endpoint, Some(id).filter(|id| !id.is_empty())),
        None => (path, None),
    };
    let unknown = || ScimError::with_status(404, format!("there is nothing at {:?}", shorten(path)));
    let kind = ResourceType::at(endpoint).ok_or_else(unknown)?;
    if id.is_some_and(|id| id.contains(['/', '?', '\0'])) {
        return Err(unknown());
    }
    match (method, id) {
        (Method::Post, Some(_)) => {
            return Err(ScimError::with_status(405, "POST creates at an endpoint, not at an id"));
        }
        (Method::Post, None) if bulk_id.is_none() => return Err(syntax("a POST has a `bulkId`")),
        (Method::Post, None) | (_, Some(_)) => {}
        (_, None) => return Err(ScimError::with_status(405, "the `path` ends with an id")),
    }
    let data = match (method, data) {
        (Method::Delete, _) => Object::new(),
        // As RFC 7644 §3.7.3 shows it: a patch may come as its operations alone.
        (Method::Patch, Some(operations @ Value::Array(_))) => {
            Object::from_iter([("Operations".to_owned(), operations)])
        }
        (_, Some(Value::Object(data))) => data,
        _ => return Err(syntax("`data` is an object")),
    };
    Ok(BulkCall { method, kind, version, target: id.map(str::to_owned), data })
}

impl Method {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn read(word: &str) -> Option<Self> {
        let all = [Self::Post, Self::Put, Self::Patch, Self::Delete];
        all.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(word))
    }
}

/// What came of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkResult {
    /// The HTTP status.
    pub status: u16,
    /// The resource's address; needed except for a `POST` that failed.
    pub location: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// The body of the error, when the call failed.
    pub response: Option<Value>,
}

impl BulkResult {
    /// A call that failed.
    pub fn failed(error: &ScimError, location: Option<String>) -> Self {
        Self { status: error.status, location, version: None, response: Some(error.body()) }
    }
}

/// The answer. Calls that were not carried out, because of `failOnErrors`, have no result.
pub fn response(request: &BulkRequest, results: &[Option<BulkResult>]) -> Value {
    let answered = request.operations.iter().zip(results).filter_map(|(operation, result)| {
        let result = result.as_ref()?;
        let mut entry = json!({ "method": operation.method, "status": result.status.to_string() });
        let texts = [("bulkId", &operation.bulk_id), ("location", &result.location), ("version", &result.version)];
        for (name, text) in texts {
            if let Some(text) = text {
                entry[name] = text.as_str().into();
            }
        }
        if let Some(response) = &result.response {
            entry["response"] = response.clone();
        }
        Some(entry)
    });
    json!({ "schemas": [BULK_RESPONSE_URN], "Operations": answered.collect::<Vec<Value>>() })
}

fn syntax(detail: impl Into<String>) -> ScimError {
    ScimError::new(ScimType::InvalidSyntax, detail)
}

fn invalid(detail: impl Into<String>) -> ScimError {
    ScimError::new(ScimType::InvalidValue, detail)
}
