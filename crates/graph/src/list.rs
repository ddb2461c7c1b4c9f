//! Lists with next links, one page at a time.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::call::Call;
use crate::client::Client;
use crate::error::GraphError;
use crate::query::Query;

/// What every collection answer looks like. Without `value` it is none.
#[derive(Deserialize)]
pub(crate) struct Envelope<T> {
    pub(crate) value: Vec<T>,
    #[serde(rename = "@odata.nextLink", default)]
    pub(crate) next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink", default)]
    pub(crate) delta_link: Option<String>,
    #[serde(rename = "@odata.count", default)]
    count: Option<u64>,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct ListPage<T> {
    /// The items; there may be none on a page that is not the last.
    pub items: Vec<T>,
    /// How many items the whole list has; on the first page of an advanced query only.
    pub count: Option<u64>,
    /// Whether another page follows.
    pub more: bool,
}

/// Reads one list.
pub struct List<T> {
    client: Client,
    next: Option<Url>,
    last: Option<Url>,
    advanced: bool,
    items: PhantomData<fn() -> T>,
}

impl Client {
    /// Reads the list at these path segments, such as `["groups", id, "members"]`.
    pub fn list<T: DeserializeOwned>(&self, segments: &[&str], query: &Query) -> List<T> {
        let url = self.root().path(segments, &query.to_text());
        List { client: self.clone(), next: Some(url), last: None, advanced: query.is_advanced(), items: PhantomData }
    }
}

impl<T: DeserializeOwned> List<T> {
    /// The next page; `None` after the last one.
    pub async fn next_page(&mut self) -> Result<Option<ListPage<T>>, GraphError> {
        let Some(url) = self.next.take() else { return Ok(None) };
        let call = Call::get(&self.client, url.clone()).advanced(self.advanced);
        let answer = self.client.send(call).await?;
        let envelope: Envelope<T> = answer.json()?;
        if let Some(link) = &envelope.next_link {
            let next = self.client.link(link)?;
            if next == url || self.last.as_ref() == Some(&next) {
                return Err(answer.broken("the pages go round in a circle"));
            }
            self.next = Some(next);
        }
        self.last = Some(url);
        Ok(Some(ListPage { items: envelope.value, count: envelope.count, more: self.next.is_some() }))
    }

    /// All items, if there are at most `most`; a longer list is an error, never a short one.
    pub async fn all(mut self, most: usize) -> Result<Vec<T>, GraphError> {
        let mut all = Vec::new();
        while let Some(page) = self.next_page().await? {
            all.extend(page.items);
            if all.len() > most {
                return Err(GraphError::Broken {
                    what: format!("the list has more than {most} items"),
                    request_id: "none".to_owned(),
                    client_request_id: "none".to_owned(),
                });
            }
        }
        Ok(all)
    }

    /// The first items, at most `most`, from as few pages as needed.
    pub async fn first(mut self, most: usize) -> Result<Vec<T>, GraphError> {
        let mut first = Vec::new();
        while first.len() < most
            && let Some(page) = self.next_page().await?
        {
            first.extend(page.items);
        }
        first.truncate(most);
        Ok(first)
    }
}
