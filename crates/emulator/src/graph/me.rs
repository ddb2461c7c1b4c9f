//! `/me`: the person whom a delegated token is about. Nothing else of Graph is served to people's tokens.

use axum::response::Response;

use super::call::Call;
use super::error::GraphError;
use super::permission::READ_USERS;
use super::{options, single};
use crate::directory::Ref;

/// What opens one's own entry.
const READ_SELF: &[&str] = &["User.Read", "User.ReadWrite"];

/// `GET /me`. An application is nobody.
pub(crate) async fn get_me(call: Call) -> Result<Response, GraphError> {
    let user = call.caller.user.ok_or_else(nobody)?;
    let held = |any: &[&str]| call.caller.scopes.iter().any(|scope| any.contains(&scope.as_str()));
    let about_others = call.options.expand.is_some();
    if !held(READ_USERS) && (about_others || !held(READ_SELF)) {
        return Err(GraphError::denied());
    }
    let directory = call.caller.tenant.directory();
    let view = call.view(&directory);
    let missing = || GraphError::not_found(&user.to_string());
    let ordinal = view.find_user(&user.to_string()).ok_or_else(missing)?;
    single::answer(&call, view, Ref::user(ordinal), "users", false)
}

/// What else there is of a person.
pub(crate) async fn get_more(call: Call) -> GraphError {
    if call.caller.user.is_some() { GraphError::denied() } else { nobody() }
}

fn nobody() -> GraphError {
    options::bad("/me request is only valid with delegated authentication flow.")
}
