//! The verbs over HTTP, below `/api/v1/directory`.

mod check_membership;
mod export_groups;
mod export_users;
mod get_group;
mod get_snapshot;
mod get_summary;
mod get_user;
mod list_cycles;
mod list_group_history;
mod list_group_members;
mod list_groups;
mod list_user_groups;
mod list_user_history;
mod list_users;
mod search_directory;

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use futures_util::Stream;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::ExportFormat;
use crate::{
    Directory, DirectoryError, GroupFilter, GroupId, GroupKind, GroupSort, Order, SourceId, SourceKind, StateName,
    UserFilter, UserSort,
};

/// Every verb of the room.
pub fn routes(directory: Directory) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_summary::handler))
        .routes(routes!(get_snapshot::handler))
        .routes(routes!(search_directory::handler))
        .routes(routes!(list_users::handler))
        .routes(routes!(export_users::handler))
        .routes(routes!(get_user::handler))
        .routes(routes!(list_user_groups::handler))
        .routes(routes!(list_user_history::handler))
        .routes(routes!(list_groups::handler))
        .routes(routes!(export_groups::handler))
        .routes(routes!(get_group::handler))
        .routes(routes!(list_group_members::handler))
        .routes(routes!(list_group_history::handler))
        .routes(routes!(list_cycles::handler))
        .routes(routes!(check_membership::handler))
        .with_state(directory)
}

/// Which users; everything that is set must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UserQuery {
    /// Words that must all be in the name, the user principal name or an address.
    q: Option<String>,
    /// In this state; without it active, disabled and in conflict.
    #[param(inline)]
    state: Option<StateName>,
    /// With this cause of a conflict or reason of an exclusion.
    cause: Option<String>,
    /// From this source.
    source: Option<SourceId>,
    /// From a source of this kind.
    #[param(inline)]
    source_kind: Option<SourceKind>,
    /// In this department, whatever the case.
    department: Option<String>,
    /// `Member` or `Guest`; users without a type are members.
    user_type: Option<String>,
    /// In this group, at any depth.
    group: Option<GroupId>,
}

impl From<UserQuery> for UserFilter {
    fn from(query: UserQuery) -> Self {
        Self {
            text: filled(query.q),
            state: query.state,
            cause: filled(query.cause),
            source: query.source,
            source_kind: query.source_kind,
            department: filled(query.department),
            user_type: filled(query.user_type),
            group: query.group,
        }
    }
}

/// Which groups; everything that is set must hold.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GroupQuery {
    /// Words that must all be in the name, the address or the description.
    q: Option<String>,
    /// In this state; without it active, disabled and in conflict.
    #[param(inline)]
    state: Option<StateName>,
    /// With this cause of a conflict or reason of an exclusion.
    cause: Option<String>,
    /// From this source.
    source: Option<SourceId>,
    /// Of this kind.
    #[param(inline)]
    kind: Option<GroupKind>,
    /// Whether a rule decides who is in it.
    dynamic: Option<bool>,
}

impl From<GroupQuery> for GroupFilter {
    fn from(query: GroupQuery) -> Self {
        Self {
            text: filled(query.q),
            state: query.state,
            cause: filled(query.cause),
            source: query.source,
            kind: query.kind,
            dynamic: query.dynamic,
        }
    }
}

/// By what a list is ordered.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SortQuery {
    /// A name; with `-` in front the greatest first. Users: `name`, `upn`, `changed_at`, `state`, `department`. Groups:
    /// `name`, `changed_at`, `state`, `kind`.
    #[param(default = "name", example = "-changed_at")]
    sort: Option<String>,
}

impl SortQuery {
    fn users(&self) -> Result<Order<UserSort>, DirectoryError> {
        let Some(sort) = &self.sort else { return Ok(Order::default()) };
        Order::parse(sort, UserSort::parse).ok_or_else(|| unknown_sort(sort))
    }

    fn groups(&self) -> Result<Order<GroupSort>, DirectoryError> {
        let Some(sort) = &self.sort else { return Ok(Order::default()) };
        Order::parse(sort, GroupSort::parse).ok_or_else(|| unknown_sort(sort))
    }
}

/// In which source the path's id is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SourceQuery {
    /// The source whose object id the path names; without it the path names ours.
    source: Option<SourceId>,
}

/// How far a question about groups goes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReachQuery {
    /// Also through nested groups, at any depth.
    #[param(default = true)]
    transitive: Option<bool>,
}

impl ReachQuery {
    fn reach(&self) -> crate::index::Reach {
        match self.transitive {
            Some(false) => crate::index::Reach::Direct,
            _ => crate::index::Reach::Transitive,
        }
    }
}

/// How an export looks.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormatQuery {
    /// `csv`: with a head line, safe to open in a spreadsheet; `jsonl`: one object a line.
    #[param(inline, default = "csv")]
    format: Option<ExportFormat>,
}

impl FormatQuery {
    fn format(&self) -> ExportFormat {
        self.format.unwrap_or(ExportFormat::Csv)
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn unknown_sort(sort: &str) -> DirectoryError {
    DirectoryError::Invalid(format!("this list cannot be ordered by {sort}"))
}

fn attachment(
    what: &str,
    format: ExportFormat,
    lines: impl Stream<Item = Result<String, DirectoryError>> + Send + 'static,
) -> Response {
    let name = format!("attachment; filename=\"vestibule-{what}.{format}\"");
    let headers = [(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, name)];
    (headers, Body::from_stream(lines)).into_response()
}
