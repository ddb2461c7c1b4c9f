//! `GET /api/v1/provisioning/groups`: user groups.

use axum::extract::State;
use directory::{GroupFilter, GroupKind, GroupSort, Order, ReadDirectory, SourceId, StateName};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Caller, PageBody, PageQuery, Problem, Problems, Query};

use crate::user_groups::UserGroupView;
use crate::{Provisioning, ProvisioningError};

/// Which groups; everything that is set must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// An object id, a SCIM id, a SID in the cloud or on the premises; or words that must all be in the name, the address
    /// or the description.
    q: Option<String>,
    /// From this source: a tenant's id, or a connection's.
    source: Option<SourceId>,
    /// In this state; without it active, disabled and in conflict.
    #[param(inline)]
    state: Option<StateName>,
    /// Of this kind.
    #[param(inline)]
    kind: Option<GroupKind>,
    /// `name`, `changed_at`, `state` or `kind`; with `-` in front the greatest first.
    #[param(default = "name", example = "-changed_at")]
    sort: Option<String>,
}

/// Pages through every group of the organisation, wherever it comes from, each with its unique ids, its members, who
/// pushes it and what it is used for.
#[utoipa::path(get, path = "/groups", operation_id = "list_known_groups", tag = "provisioning",
    params(Wanted, PageQuery), responses((status = 200, body = PageBody<UserGroupView>), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Query(wanted): Query<Wanted>,
    page: PageQuery,
) -> Result<PageBody<UserGroupView>, Problem> {
    let may = caller.may(ReadDirectory {})?;
    let sort = wanted.sort.as_deref().unwrap_or("name");
    let order = Order::parse(sort, GroupSort::parse)
        .ok_or_else(|| ProvisioningError::Invalid(format!("this list cannot be ordered by {sort}")))?;
    let filter = GroupFilter {
        text: super::filled(wanted.q),
        source: wanted.source,
        state: wanted.state,
        kind: wanted.kind,
        ..GroupFilter::default()
    };
    Ok(provisioning.list_known_groups(&may, &filter, order, &page.request()).await?.into())
}
