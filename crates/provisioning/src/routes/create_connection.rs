//! `POST /api/v1/provisioning/connections`: connect an application that pushes.

use axum::extract::State;
use web::{Caller, Created, Json, Problem, Problems};

use crate::permissions::CreateConnection;
use crate::{ConnectionView, NewConnection, Provisioning};

/// Connects an application that pushes. It calls with a key of its own, which is made next.
#[utoipa::path(post, path = "/connections", operation_id = "create_connection", tag = "provisioning",
    request_body = NewConnection, responses((status = 201, body = ConnectionView), Problems))]
pub async fn handler(
    caller: Caller,
    State(provisioning): State<Provisioning>,
    Json(body): Json<NewConnection>,
) -> Result<Created<ConnectionView>, Problem> {
    let made = provisioning.create_connection(&caller.may(CreateConnection {})?, body).await?;
    Ok(Created::new(format!("/api/v1/provisioning/connections/{}", made.id), made))
}
