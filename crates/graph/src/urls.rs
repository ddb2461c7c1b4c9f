//! Addresses below one Graph base URL, and the guard that keeps links there.
//!
//! A link in an answer is foreign input. Following it anywhere else would hand our bearer token to whoever wrote it.

use url::Url;

const VERSION: &str = "v1.0";

/// The root of version 1.0 at one Graph.
#[derive(Debug, Clone)]
pub(crate) struct Root(Url);

impl Root {
    pub(crate) fn new(graph: &Url) -> Self {
        let mut url = graph.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(VERSION).push("");
        }
        Self(url)
    }

    /// `users/{id}/memberOf` from its segments, each escaped.
    pub(crate) fn path(&self, segments: &[&str], query: &str) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url.set_query((!query.is_empty()).then_some(query));
        url
    }

    /// A path with query, written as Graph's documentation writes it: `/users?$top=1`.
    pub(crate) fn relative(&self, path: &str) -> Option<Url> {
        let url = self.0.join(path.trim_start_matches('/')).ok()?;
        self.owns(&url).then_some(url)
    }

    /// A link from an answer; `None` when it leads anywhere but below this root.
    pub(crate) fn link(&self, link: &str) -> Option<Url> {
        let url = Url::parse(link).ok()?;
        self.owns(&url).then_some(url)
    }

    /// The path below the root, for costs and logs.
    pub(crate) fn below<'a>(&self, url: &'a Url) -> &'a str {
        url.path().strip_prefix(self.0.path()).unwrap_or_else(|| url.path())
    }

    fn owns(&self, url: &Url) -> bool {
        url.origin() == self.0.origin()
            && url.username().is_empty()
            && url.password().is_none()
            && url.path().starts_with(self.0.path())
    }
}
