//! Delta queries of users and groups, one page at a time.
//!
//! | a page has | it is |
//! |---|---|
//! | a next link | [`Next::More`]; it may be empty all the same |
//! | a delta link | [`Next::Done`]: keep it together with the data |
//! | both, neither, a link seen before, cut-off JSON | [`GraphError::Broken`]: **a read that failed half-way is not a short read** |
//! | 410, or 400 with a code of a dead token | [`GraphError::DeltaReset`]: read everything and compare |
//!
//! Deliberately merges nothing: the same object may come several times, in slices, in any order, and was perhaps
//! already reported in an earlier round. What that means is for the reader to decide.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use url::Url;
use uuid::Uuid;

use crate::call::Call;
use crate::client::{Answer, Client};
use crate::error::GraphError;
use crate::list::Envelope;
use crate::query::{Query, quote};
use crate::resources::{DeltaGroup, DeltaUser};

/// The most ids that a delta query can be narrowed to.
pub const MOST_IDS: usize = 50;

/// Where a round begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// Everything there is. `select` fixes what is returned **and which changes count** for all later rounds;
    /// empty is Graph's default set. `manager` and `members` are selected like properties.
    Full {
        /// Property names.
        select: Vec<String>,
    },
    /// Only these objects, at most [`MOST_IDS`].
    Only {
        /// Property names.
        select: Vec<String>,
        /// Object ids.
        ids: Vec<Uuid>,
    },
    /// Nothing now, changes from now on.
    Latest {
        /// Property names.
        select: Vec<String>,
    },
    /// Changes since a finished round.
    From {
        /// The delta link that the round ended with.
        delta_link: String,
    },
    /// The rest of a round that was interrupted.
    Resume {
        /// The next link of the last page that was kept.
        next_link: String,
    },
}

impl Start {
    /// Everything there is, with these properties.
    pub fn full<S: AsRef<str>>(select: impl IntoIterator<Item = S>) -> Self {
        Self::Full { select: select.into_iter().map(|name| name.as_ref().to_owned()).collect() }
    }
}

/// What comes after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Another page; the link resumes the round after a crash.
    More(String),
    /// Nothing; the link begins the next round.
    Done(String),
}

/// One page of a round.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items, as they came.
    pub items: Vec<T>,
    /// What comes after it.
    pub next: Next,
    /// Graph's id of the request.
    pub request_id: Option<String>,
    /// How long the answer was, in bytes.
    pub size: usize,
}

/// Reads one round. Not to be used again after an error.
pub struct DeltaReader<T> {
    client: Client,
    next: Option<Url>,
    carries_token: bool,
    seen: HashSet<u64>,
    items: PhantomData<fn() -> T>,
}

impl Client {
    /// Reads a round of `users/delta`.
    pub fn delta_users(&self, start: &Start) -> Result<DeltaReader<DeltaUser>, GraphError> {
        DeltaReader::new(self.clone(), "users", start)
    }

    /// Reads a round of `groups/delta`.
    pub fn delta_groups(&self, start: &Start) -> Result<DeltaReader<DeltaGroup>, GraphError> {
        DeltaReader::new(self.clone(), "groups", start)
    }
}

impl<T: DeserializeOwned> DeltaReader<T> {
    fn new(client: Client, collection: &str, start: &Start) -> Result<Self, GraphError> {
        let first = |query: Query| client.root().path(&[collection, "delta"], &query.to_text());
        let (next, carries_token) = match start {
            Start::Full { select } => (first(Query::new().select(select)), false),
            Start::Only { select, ids } => (first(Query::new().select(select).filter(any_of(ids))), false),
            Start::Latest { select } => (first(Query::new().select(select).latest()), false),
            Start::From { delta_link: link } | Start::Resume { next_link: link } => (client.link(link)?, true),
        };
        Ok(Self { client, next: Some(next), carries_token, seen: HashSet::new(), items: PhantomData })
    }

    /// The next page; `None` after the last one.
    pub async fn next_page(&mut self) -> Result<Option<Page<T>>, GraphError> {
        let Some(url) = self.next.take() else { return Ok(None) };
        self.seen.insert(fingerprint(url.as_str()));
        let call = Call::get(&self.client, url);
        let answer = self.client.send(call).await.map_err(|error| reset(error, self.carries_token))?;
        self.carries_token = true;
        let envelope: Envelope<T> = answer.json()?;
        let next = match (envelope.next_link, envelope.delta_link) {
            (Some(link), None) => Next::More(self.follow(link, &answer)?),
            (None, Some(link)) => Next::Done(self.client.link(&link).map(|_| link)?),
            (Some(_), Some(_)) => return Err(answer.broken("the page has both a next link and a delta link")),
            (None, None) => return Err(answer.broken("the page has neither a next link nor a delta link")),
        };
        Ok(Some(Page { items: envelope.value, next, request_id: answer.request_id, size: answer.body.len() }))
    }

    fn follow(&mut self, link: String, answer: &Answer) -> Result<String, GraphError> {
        let url = self.client.link(&link)?;
        // Reported of Graph with members: a next link that leads to itself for ever.
        if self.seen.contains(&fingerprint(url.as_str())) {
            return Err(answer.broken("the pages go round in a circle"));
        }
        self.next = Some(url);
        Ok(link)
    }
}

/// A dead delta or page token (Graph's ways of saying so are many and only partly documented).
fn reset(error: GraphError, carried_token: bool) -> GraphError {
    let GraphError::Rejected(refusal) = error else { return error };
    let dead = match refusal.status {
        410 => true,
        400 => {
            ["syncStateNotFound", "resyncRequired", "Directory_ExpiredPageToken"].iter().any(|code| refusal.is(code))
                || (carried_token && refusal.is("Request_UnsupportedQuery"))
        }
        _ => false,
    };
    if dead {
        GraphError::DeltaReset { location: refusal.location.clone(), refusal }
    } else {
        GraphError::Rejected(refusal)
    }
}

fn any_of(ids: &[Uuid]) -> String {
    let clauses: Vec<String> =
        ids.iter().take(MOST_IDS).map(|id| format!("id eq {}", quote(&id.to_string()))).collect();
    clauses.join(" or ")
}

fn fingerprint(link: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    link.hash(&mut hasher);
    hasher.finish()
}
