//! Taking users and groups along, line by line; read bit by bit, so that a directory of any size streams.

use futures_util::{Stream, stream};
use kernel::{May, PageRequest, text_enum};
use web::csv::record;

use super::Directory;
use crate::error::DirectoryError;
use crate::filter::{GroupFilter, Order, UserFilter};
use crate::model::User;
use crate::permissions::ReadDirectory;
use crate::views::{GroupSummary, UserView};

text_enum!(
    /// How an export looks.
    pub enum ExportFormat {
        /// Comma-separated values after RFC 4180, with a head line.
        Csv = "csv",
        /// One JSON object a line.
        JsonLines = "jsonl",
    }
);

impl ExportFormat {
    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/jsonl; charset=utf-8",
        }
    }
}

const USER_HEAD: [&str; 16] = [
    "id",
    "object_id",
    "source",
    "source_id",
    "name",
    "user_principal_name",
    "mail",
    "aliases",
    "state",
    "cause",
    "due",
    "department",
    "job_title",
    "user_type",
    "created_at",
    "changed_at",
];

const GROUP_HEAD: [&str; 13] = [
    "id",
    "object_id",
    "source",
    "source_id",
    "name",
    "description",
    "mail",
    "kind",
    "dynamic",
    "state",
    "direct_members",
    "transitive_members",
    "changed_at",
];

impl Directory {
    /// Every matching user, by name.
    pub async fn export_users(
        &self,
        may: &May<ReadDirectory>,
        filter: UserFilter,
        format: ExportFormat,
    ) -> Result<impl Stream<Item = Result<String, DirectoryError>> + Send + use<>, DirectoryError> {
        // What cannot be asked is refused before the answer begins.
        self.list_users(may, &filter, Order::default(), &PageRequest::first(1)).await?;
        let first = (self.clone(), may.clone(), Some(PageRequest::first(PageRequest::MOST)));
        Ok(stream::try_unfold(first, move |(directory, may, page)| {
            let filter = filter.clone();
            async move {
                let Some(page) = page else { return Ok(None) };
                let found = directory.list_users(&may, &filter, Order::default(), &page).await?;
                let mut text = head(format, &page, &USER_HEAD);
                for user in found.items {
                    text.push_str(&user_line(format, user));
                }
                let next = found.next.map(|next| PageRequest::new(PageRequest::MOST, Some(next)));
                Ok(Some((text, (directory, may, next))))
            }
        }))
    }

    /// Every matching group, by name.
    pub async fn export_groups(
        &self,
        may: &May<ReadDirectory>,
        filter: GroupFilter,
        format: ExportFormat,
    ) -> Result<impl Stream<Item = Result<String, DirectoryError>> + Send + use<>, DirectoryError> {
        // What cannot be asked is refused before the answer begins.
        self.list_groups(may, &filter, Order::default(), &PageRequest::first(1)).await?;
        let first = (self.clone(), may.clone(), Some(PageRequest::first(PageRequest::MOST)));
        Ok(stream::try_unfold(first, move |(directory, may, page)| {
            let filter = filter.clone();
            async move {
                let Some(page) = page else { return Ok(None) };
                let found = directory.list_groups(&may, &filter, Order::default(), &page).await?;
                let mut text = head(format, &page, &GROUP_HEAD);
                for group in found.items {
                    text.push_str(&group_line(format, &group));
                }
                let next = found.next.map(|next| PageRequest::new(PageRequest::MOST, Some(next)));
                Ok(Some((text, (directory, may, next))))
            }
        }))
    }
}

fn head(format: ExportFormat, page: &PageRequest, names: &[&str]) -> String {
    match (format, &page.after) {
        (ExportFormat::Csv, None) => record(names),
        _ => String::new(),
    }
}

fn user_line(format: ExportFormat, user: User) -> String {
    let view = UserView::from(user);
    if format == ExportFormat::JsonLines {
        return serde_json::to_string(&view).expect("invariant: a user is plain data") + "\n";
    }
    let (one, or_empty) = (&view.summary, |text: &Option<String>| text.clone().unwrap_or_default());
    record([
        one.id.to_string(),
        one.object_id.to_string(),
        one.source.kind.to_string(),
        one.source.id.to_string(),
        one.name.clone(),
        or_empty(&one.user_principal_name),
        or_empty(&one.mail),
        view.addresses.aliases.join(" "),
        one.state.state.to_string(),
        one.state.cause.unwrap_or_default().to_owned(),
        one.state.due.map(|due| due.to_string()).unwrap_or_default(),
        or_empty(&one.department),
        or_empty(&one.job_title),
        or_empty(&one.user_type),
        view.created_at.to_string(),
        one.changed_at.to_string(),
    ])
}

fn group_line(format: ExportFormat, group: &GroupSummary) -> String {
    if format == ExportFormat::JsonLines {
        return serde_json::to_string(group).expect("invariant: a group is plain data") + "\n";
    }
    let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    record([
        group.id.to_string(),
        group.object_id.to_string(),
        group.source.kind.to_string(),
        group.source.id.to_string(),
        group.name.clone(),
        group.description.clone().unwrap_or_default(),
        group.mail.clone().unwrap_or_default(),
        group.kind.to_string(),
        group.dynamic.to_string(),
        group.state.state.to_string(),
        count(group.direct_members),
        count(group.transitive_members),
        group.changed_at.to_string(),
    ])
}
