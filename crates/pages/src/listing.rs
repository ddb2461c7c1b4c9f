//! How a list is asked for, as the address of its page says it: what it is narrowed to, which words to look for, in which
//! order, and where in it the reader is. Every page that is a list takes this and nothing else of the query.

use axum::extract::FromRequestParts;
use http::request::Parts;
use kernel::PageRequest;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use web::{PageQuery, Problem, Query};

use crate::address::Address;

/// Order, words and place.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// A column's key, with `-` for its reverse; empty for the usual order.
    pub sort: String,
    /// Words to look for, without the space around them.
    pub words: String,
    /// Which page of it.
    pub page: PageRequest,
}

/// A list that is narrowed by words alone.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct All {}

/// A list as it is asked for; `W` is what it is narrowed to besides words.
#[derive(Debug)]
pub struct Listing<W = All> {
    pub wanted: W,
    pub asked: Asked,
    /// The page's address with all of it, for links that keep it.
    pub here: Address,
}

impl<W: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Listing<W> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(wanted) = Query::<W>::from_request_parts(parts, state).await?;
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await?;
        let page = PageQuery::from_request_parts(parts, state).await?.request();
        let here = pairs
            .into_iter()
            .filter(|(name, _)| !PASSING.contains(&name.as_str()))
            .fold(Address::new(parts.uri.path()), |here, (name, value)| here.with(&name, value));
        let value = |name: &str| here.get(name).unwrap_or_default().trim().to_owned();
        let asked = Asked { sort: value("sort"), words: value("q"), page };
        Ok(Self { wanted, asked, here })
    }
}

/// What a page is told once: what was just done, and the boxes that were ticked when a filter was typed into.
const PASSING: [&str; 3] = ["done", "id", "shown"];

#[cfg(test)]
mod tests;
