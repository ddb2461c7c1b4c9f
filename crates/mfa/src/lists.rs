//! Lists as they travel: page by page, or whole where they are short.

use kernel::{Page, PageRequest};
use serde::de::DeserializeOwned;
use web::PageBody;

use crate::error::MfaError;

/// Where a list goes on; nothing at its beginning.
pub(crate) fn after<K: DeserializeOwned>(page: &PageRequest) -> Result<Option<K>, MfaError> {
    let no_place = || MfaError::Invalid("after is not a place in this list".to_owned());
    page.after.as_ref().map(|cursor| cursor.decode().ok_or_else(no_place)).transpose()
}

/// A list that is short enough to be given whole.
pub(crate) fn whole<T>(items: Vec<T>) -> PageBody<T> {
    Page { items, next: None }.into()
}

/// What was asked for, where it was more than blanks.
pub(crate) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
