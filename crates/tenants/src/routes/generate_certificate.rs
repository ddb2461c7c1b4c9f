//! `POST /api/v1/tenants/{tenant_id}/credentials/certificate`: make a certificate.

use axum::extract::State;
use web::{Caller, Created, Json, Path, Problem, Problems};

use crate::credentials::NewCertificate;
use crate::permissions::PutCredential;
use crate::views::CredentialView;
use crate::{TenantId, Tenants};

/// Makes a key and a certificate and stages them. Upload the certificate to the application; the key stays here.
#[utoipa::path(post, path = "/{tenant_id}/credentials/certificate", operation_id = "generate_certificate", tag = "tenants",
    request_body = NewCertificate,
    params(("tenant_id" = TenantId, Path, description = "Which tenant.")),
    responses((status = 201, body = CredentialView), Problems))]
pub async fn handler(
    caller: Caller,
    Path(tenant): Path<TenantId>,
    State(tenants): State<Tenants>,
    Json(body): Json<NewCertificate>,
) -> Result<Created<CredentialView>, Problem> {
    let record = tenants.generate_certificate(&caller.may(PutCredential { tenant })?, &body).await?;
    let location = format!("/api/v1/tenants/{tenant}/credentials");
    Ok(Created::new(location, CredentialView::at(record, tenants.now())))
}
