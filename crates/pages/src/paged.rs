//! Where in a list the reader is, as the address says it.

use serde::Deserialize;
use web::{Problem, Query};

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::address::Address;

/// The place: the cursor, those before it, and how many rows came before.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Paged {
    after: Option<String>,
    trail: Option<String>,
    from: Option<String>,
    limit: Option<String>,
}

impl Paged {
    /// The address with the place in it.
    pub fn apply(&self, here: Address) -> Address {
        let values = [("after", &self.after), ("trail", &self.trail), ("from", &self.from), ("limit", &self.limit)];
        values.into_iter().fold(here, |here, (name, value)| here.with(name, value.clone().unwrap_or_default()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Paged {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Query::<Self>::from_request_parts(parts, state).await.map(|Query(place)| place)
    }
}
