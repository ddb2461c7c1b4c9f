//! `GET /oidc/userinfo`: who the bearer of an access token for Graph is (OpenID Connect Core §5.3).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde_json::{Map, json};

use super::claims::pairwise;
use super::person::Person;
use crate::World;
use crate::auth;
use crate::graph::error::GraphError;
use crate::links::Links;

/// Answers.
pub async fn read(State(world): State<Arc<World>>, links: Links, headers: HeaderMap) -> Result<Response, GraphError> {
    let token = auth::verify(&world, &headers, &links)?;
    let person = token.user.and_then(|user| Person::of(&token.tenant, user)).ok_or_else(GraphError::denied)?;
    if !token.scopes.iter().any(|scope| scope == "openid") {
        return Err(GraphError::denied());
    }
    let mut body = Map::new();
    body.insert("sub".to_owned(), json!(pairwise(token.tenant.id, token.app_id, person.id)));
    if token.scopes.iter().any(|scope| scope == "profile") {
        body.insert("name".to_owned(), json!(person.name));
        body.insert("given_name".to_owned(), json!(person.given_name));
        body.insert("family_name".to_owned(), json!(person.family_name));
        body.insert("picture".to_owned(), json!(links.graph("v1.0", "/me/photo/$value")));
    }
    if let Some(mail) = person.mail.filter(|_| token.scopes.iter().any(|scope| scope == "email")) {
        body.insert("email".to_owned(), json!(mail));
    }
    Ok(Json(body).into_response())
}
