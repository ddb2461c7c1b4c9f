//! What a list consists of, said once: its columns can be sorted by links, words are looked for in all of them, and all
//! of it can be taken along as CSV (RFC 4180).
//!
//! A room gives its rows in one order by cursor, and some look for words by themselves. Any other order is made, and
//! other words are looked for, here: in the first [`MOST`] rows; where there are more, the page says so. What it deliberately does not do: keep anything between two pages.

use std::cmp::Ordering;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use kernel::{Cursor, Page, PageRequest, Timestamp};
use serde::{Deserialize, Serialize};
use web::{Problem, csv};

use crate::address::Address;
use crate::format;
use crate::listing::Asked;
use crate::parts::{Callout, Tone};
use crate::table::{Column, Order};

/// How many rows are looked at for what the room does not do.
const MOST: usize = 10_000;

/// How many names a question shows.
const MOST_NAMED: usize = 24;

/// One value of a row, to sort by and to write down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    Nothing,
    Number(u64),
    Time(Timestamp),
    Text(String),
}

impl Value {
    /// Words; nothing for the empty text.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Nothing } else { Self::Text(text) }
    }

    /// A moment that may not have come.
    pub fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Nothing, Self::Time)
    }

    /// A count that may not be known.
    pub fn number(number: Option<u64>) -> Self {
        number.map_or(Self::Nothing, Self::Number)
    }

    /// What is not there comes first; words without regard to their case.
    fn order(&self, other: &Self) -> Ordering {
        let rank = |value: &Self| match value {
            Self::Nothing => 0,
            Self::Number(_) => 1,
            Self::Time(_) => 2,
            Self::Text(_) => 3,
        };
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => one.cmp(other),
            (Self::Time(one), Self::Time(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.to_lowercase().cmp(&other.to_lowercase()),
            (one, other) => rank(one).cmp(&rank(other)),
        }
    }

    fn written(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Number(number) => number.to_string(),
            Self::Time(at) => at.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// One column of a list.
pub struct Field<R> {
    key: &'static str,
    name: &'static str,
    value: fn(&R) -> Value,
}

impl<R> Field<R> {
    /// A column: its name in addresses and files, its name on the page, and its value.
    pub const fn new(key: &'static str, name: &'static str, value: fn(&R) -> Value) -> Self {
        Self { key, name, value }
    }
}

/// A list: what its rows consist of.
pub struct Sheet<R: 'static> {
    /// The name of its file.
    pub file: &'static str,
    /// The usual order: a column's key, with `-` for its reverse.
    pub order: &'static str,
    /// Whether the room gives the rows in the usual order by itself.
    pub given: bool,
    /// Whether the room looks for words by itself.
    pub finds: bool,
    /// What tells two rows apart, so that an order is always the same.
    pub id: fn(&R) -> String,
    /// Its columns; a file has all of them.
    pub fields: &'static [Field<R>],
}

/// Gives a room's rows, page by page.
pub type Rows<R> = Arc<dyn Fn(PageRequest) -> BoxFuture<'static, Result<Page<R>, Problem>> + Send + Sync>;

/// Rows out of what is needed to fetch them and how it is done.
pub fn rows<R, C, F, Fut>(context: C, fetch: F) -> Rows<R>
where
    C: Send + Sync + 'static,
    F: Fn(Arc<C>, PageRequest) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Page<R>, Problem>> + Send + 'static,
{
    let context = Arc::new(context);
    Arc::new(move |request| fetch(context.clone(), request).boxed())
}

/// One page of a list.
#[derive(Debug)]
pub struct Listed<R> {
    pub rows: Vec<R>,
    next: Option<Cursor>,
    cut: bool,
}

impl<R> Listed<R> {
    /// Rows as they are, for samples.
    #[cfg(test)]
    pub fn of(rows: Vec<R>, next: Option<&str>) -> Self {
        Self { rows, next: next.map(|next| Cursor::from(next.to_owned())), cut: false }
    }

    /// The cursor of the next page.
    pub fn next(&self) -> Option<&str> {
        self.next.as_ref().map(Cursor::as_str)
    }

    /// What to say where not every row was looked at.
    pub fn note(&self) -> Option<Callout> {
        let most = format::count(u64::try_from(MOST).unwrap_or(0));
        let text = "There are more than were looked through. Narrow the list by its filters to have all of it here.";
        self.cut.then(|| Callout::new(Tone::Info, format!("Only the first {most} rows are looked through"), text))
    }
}

impl<R: Send + 'static> Sheet<R> {
    /// One page of what was asked for.
    pub async fn page(&self, rows: &Rows<R>, asked: &Asked) -> Result<Listed<R>, Problem> {
        let request = &asked.page;
        if self.is_given(asked) {
            let Page { items, next } = rows(request.clone()).await?;
            return Ok(Listed { rows: items, next, cut: false });
        }
        let (mut all, cut) = self.sorted(rows, asked).await?;
        let (value, descending) = self.ordering(&asked.sort);
        if let Some((after, id)) = request.after.as_ref().and_then(Cursor::decode::<(Value, String)>) {
            all.retain(|row| compare((&value(row), &(self.id)(row)), (&after, &id), descending).is_gt());
        }
        all.truncate(request.limit + 1);
        let page = Page::from_rows(all, request.limit, |row| (value(row), (self.id)(row)));
        Ok(Listed { rows: page.items, next: page.next, cut })
    }

    /// What the first few of these ids are called, for a question about them.
    pub async fn names(&self, rows: &Rows<R>, ids: &[String], name: fn(&R) -> String) -> Result<Vec<String>, Problem> {
        let (mut names, mut request) = (Vec::new(), PageRequest::first(PageRequest::MOST));
        for _ in 0..MOST / PageRequest::MOST {
            let page = rows(request).await?;
            names.extend(page.items.iter().filter(|row| ids.contains(&(self.id)(row))).map(name));
            match page.next {
                Some(next) if names.len() < ids.len().min(MOST_NAMED) => {
                    request = PageRequest::new(PageRequest::MOST, Some(next));
                }
                _ => break,
            }
        }
        names.truncate(MOST_NAMED);
        Ok(names)
    }

    /// All that was asked for as a file; read bit by bit where the room gives it so.
    pub async fn csv(&'static self, rows: Rows<R>, asked: &Asked) -> Result<Response, Problem> {
        let lines = if self.is_given(asked) {
            // What cannot be asked is refused before the answer begins.
            let first = rows(PageRequest::first(PageRequest::MOST)).await?;
            self.lines(rows, first).left_stream()
        } else {
            let (items, _) = self.sorted(&rows, asked).await?;
            self.lines(rows, Page { items, next: None }).right_stream()
        };
        let headers = [
            (CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"vestibule-{}.csv\"", self.file)),
        ];
        Ok((
            headers,
            Body::from_stream(
                lines.map(|line| line.map_err(|problem| std::io::Error::other(problem.detail().to_owned()))),
            ),
        )
            .into_response())
    }

    fn lines(&'static self, rows: Rows<R>, first: Page<R>) -> impl Stream<Item = Result<String, Problem>> + Send {
        let head = csv::record(self.fields.iter().map(|field| field.key));
        stream::try_unfold((rows, Some(first), head), move |(rows, page, mut text)| async move {
            let Some(page) = page else { return Ok(None) };
            for row in &page.items {
                text.push_str(&self.line(row));
            }
            let next = match page.next {
                Some(next) => Some(rows(PageRequest::new(PageRequest::MOST, Some(next))).await?),
                None => None,
            };
            Ok(Some((text, (rows, next, String::new()))))
        })
    }

    async fn sorted(&self, rows: &Rows<R>, asked: &Asked) -> Result<(Vec<R>, bool), Problem> {
        let (mut all, mut looked_at) = (Vec::new(), 0);
        let words = if self.finds { String::new() } else { asked.words.to_lowercase() };
        let mut request = PageRequest::first(PageRequest::MOST);
        let cut = loop {
            let page = rows(request).await?;
            all.extend(page.items.into_iter().filter(|row| self.says(row, &words)));
            looked_at += PageRequest::MOST;
            match page.next {
                None => break false,
                Some(_) if looked_at >= MOST => break true,
                Some(next) => request = PageRequest::new(PageRequest::MOST, Some(next)),
            }
        };
        let (value, descending) = self.ordering(&asked.sort);
        let id = self.id;
        all.sort_by(|one, other| compare((&value(one), &id(one)), (&value(other), &id(other)), descending));
        Ok((all, cut))
    }
}

impl<R> Sheet<R> {
    /// Whether a row says all of these words, each in any of its columns.
    fn says(&self, row: &R, words: &str) -> bool {
        let said =
            |word: &str| self.fields.iter().any(|field| (field.value)(row).written().to_lowercase().contains(word));
        words.split_whitespace().all(said)
    }

    /// One row as a line of the file.
    pub fn line(&self, row: &R) -> String {
        csv::record(self.fields.iter().map(|field| (field.value)(row).written()))
    }

    /// A column of the page that sorts.
    pub fn column(&self, key: &str, here: &Address) -> Column {
        Column::new(self.name(key)).sorted(key, &self.current(here), here)
    }

    /// The same for numbers.
    pub fn number(&self, key: &str, here: &Address) -> Column {
        Column::number(self.name(key)).sorted(key, &self.current(here), here)
    }

    /// The address of the file: that of the list with its filters and its order.
    pub fn export(here: &Address) -> String {
        let list = here.clone().without(&["after", "trail", "from", "limit"]).to_string();
        let (path, query) =
            list.split_once('?').map_or((list.as_str(), String::new()), |(path, query)| (path, format!("?{query}")));
        format!("{path}/export{query}")
    }

    fn name(&self, key: &str) -> &'static str {
        self.fields.iter().find(|field| field.key == key).map_or("", |field| field.name)
    }

    fn current(&self, here: &Address) -> Order {
        let asked = here.get("sort").filter(|sort| self.knows(sort));
        Order::parse(asked.unwrap_or(self.order))
    }

    fn knows(&self, sort: &str) -> bool {
        let key = Order::parse(sort).key;
        self.fields.iter().any(|field| field.key == key)
    }

    fn is_given(&self, Asked { sort, words, .. }: &Asked) -> bool {
        self.given && (self.finds || words.is_empty()) && (!self.knows(sort) || sort == self.order)
    }

    fn ordering(&self, sort: &str) -> (fn(&R) -> Value, bool) {
        let order = Order::parse(if self.knows(sort) { sort } else { self.order });
        let field = self.fields.iter().find(|field| field.key == order.key);
        (field.map_or(|_: &R| Value::Nothing, |field| field.value), order.descending)
    }
}

/// Rows of one value go by their ids, whatever the direction.
fn compare(one: (&Value, &str), other: (&Value, &str), descending: bool) -> Ordering {
    let by_value = one.0.order(other.0);
    let by_value = if descending { by_value.reverse() } else { by_value };
    by_value.then_with(|| one.1.cmp(other.1))
}

#[cfg(test)]
mod tests;
