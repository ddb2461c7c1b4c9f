//! Microsoft Graph v1.0 as the directory half serves it: users, groups, members, delta, deleted items,
//! subscriptions, batches. `/beta` is the same.
//!
//! | file | what it is for |
//! |---|---|
//! | `call` | one call: who, what options, how the answer leaves |
//! | `options`, `select`, `filter`, `search`, `order`, `expand` | query options |
//! | `list`, `single`, `entity` | writing lists and objects |
//! | `users`, `groups`, `members`, `objects`, `deleted` | the resources |
//! | `me` | a person's own token |
//! | `delta` | changes since |
//! | `subscriptions`, `batch` | notifications; several calls in one |
//! | `permission`, `quota`, `view` | who may, how much, and what is seen |

mod batch;
pub(crate) mod call;
mod deleted;
mod delta;
mod entity;
pub mod error;
mod expand;
mod filter;
mod groups;
mod list;
mod me;
mod members;
mod objects;
mod options;
mod order;
mod permission;
mod quota;
mod search;
mod select;
mod single;
pub(crate) mod subscriptions;
mod token;
mod users;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::World;

/// What Graph remembers between calls.
#[derive(Debug, Default)]
pub struct Memory {
    quota: quota::Quota,
    pub(crate) subscriptions: subscriptions::Subscriptions,
}

/// The routes below `/v1.0` and `/beta` that the directory half serves.
pub fn routes() -> Router<Arc<World>> {
    user_routes().merge(group_routes()).merge(other_routes())
}

fn user_routes() -> Router<Arc<World>> {
    Router::new()
        .route("/users", get(users::list_users).post(users::create_user))
        .route("/users/$count", get(users::count_users))
        .route("/users/delta", get(delta::users_delta))
        .route("/users/{id}", get(users::get_user).patch(users::update_user).delete(users::delete_user))
        .route("/users/{id}/manager", get(users::get_manager))
        .route(
            "/users/{id}/manager/$ref",
            get(users::get_manager_ref).put(users::set_manager).delete(users::clear_manager),
        )
        .route("/users/{id}/directReports", get(users::list_reports))
        .route("/users/{id}/memberOf", get(users::list_groups_of))
        .route("/users/{id}/memberOf/{cast}", get(users::list_groups_of_cast))
        .route("/users/{id}/memberOf/{cast}/$count", get(users::list_groups_of_cast))
        .route("/users/{id}/transitiveMemberOf", get(users::list_groups_of))
        .route("/users/{id}/transitiveMemberOf/{cast}", get(users::list_groups_of_cast))
        .route("/users/{id}/transitiveMemberOf/{cast}/$count", get(users::list_groups_of_cast))
        .route("/users/{id}/checkMemberGroups", post(objects::check_member_groups))
        .route("/users/{id}/checkMemberObjects", post(objects::check_member_groups))
        .route("/users/{id}/getMemberGroups", post(objects::get_member_groups))
        .route("/users/{id}/getMemberObjects", post(objects::get_member_groups))
        .route("/users/{id}/revokeSignInSessions", post(users::revoke_sessions))
}

fn group_routes() -> Router<Arc<World>> {
    Router::new()
        .route("/groups", get(groups::list_groups).post(groups::create_group))
        .route("/groups/$count", get(groups::count_groups))
        .route("/groups/delta", get(delta::groups_delta))
        .route("/groups/{id}", get(groups::get_group).patch(groups::update_group).delete(groups::delete_group))
        .route("/groups/{id}/members", get(members::list_members))
        .route("/groups/{id}/members/$count", get(members::list_members))
        .route("/groups/{id}/members/$ref", post(members::add_member))
        .route("/groups/{id}/members/{member}", get(members::list_members_cast).delete(members::delete_member))
        .route("/groups/{id}/members/{member}/$count", get(members::list_members_cast))
        .route("/groups/{id}/members/{member}/$ref", delete(members::remove_member))
        .route("/groups/{id}/transitiveMembers", get(members::list_members))
        .route("/groups/{id}/transitiveMembers/$count", get(members::list_members))
        .route("/groups/{id}/transitiveMembers/{cast}", get(members::list_members_cast))
        .route("/groups/{id}/transitiveMembers/{cast}/$count", get(members::list_members_cast))
        .route("/groups/{id}/owners", get(members::list_members))
        .route("/groups/{id}/memberOf", get(groups::list_parents))
        .route("/groups/{id}/memberOf/{cast}", get(groups::list_parents_cast))
        .route("/groups/{id}/transitiveMemberOf", get(groups::list_parents))
        .route("/groups/{id}/transitiveMemberOf/{cast}", get(groups::list_parents_cast))
        .route("/groups/{id}/checkMemberGroups", post(objects::check_member_groups))
        .route("/groups/{id}/getMemberGroups", post(objects::get_member_groups))
}

fn other_routes() -> Router<Arc<World>> {
    Router::new()
        .route("/directoryObjects/getByIds", post(objects::get_by_ids))
        .route("/directoryObjects/{id}", get(objects::get_object))
        .route("/directoryObjects/{id}/checkMemberGroups", post(objects::check_member_groups))
        .route("/directoryObjects/{id}/getMemberGroups", post(objects::get_member_groups))
        .route("/directory/deletedItems", get(deleted::refuse_uncast))
        .route("/directory/deletedItems/{id}", get(deleted::get_deleted).delete(deleted::purge))
        .route("/directory/deletedItems/{id}/$count", get(deleted::count_deleted))
        .route("/directory/deletedItems/{id}/restore", post(deleted::restore))
        .route("/subscriptions", get(subscriptions::list_subscriptions).post(subscriptions::create_subscription))
        .route(
            "/subscriptions/{id}",
            get(subscriptions::get_subscription)
                .patch(subscriptions::update_subscription)
                .delete(subscriptions::delete_subscription),
        )
        .route("/subscriptions/{id}/reauthorize", post(subscriptions::reauthorize))
        .route("/$batch", post(batch::batch))
        .route("/me", get(me::get_me))
        .route("/me/{*rest}", get(me::get_more))
}

#[cfg(test)]
mod tests;
