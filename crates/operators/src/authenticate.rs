//! Who is behind a session's cookie or a bearer token: fills `web::Authenticate`.

use async_trait::async_trait;
use kernel::{Actor, ActorKind, Secret};
use store::StoreError;
use web::{AuthenticateError, Credentials, RequestContext};

use crate::Operators;
use crate::sessions::TOUCH_EVERY;
use crate::store::{sessions, tokens};
use crate::tokens::{secret_fits, split};

/// Where a password is changed.
const PASSWORD_PAGE: &str = "/change-password";

#[async_trait]
impl web::Authenticate for Operators {
    async fn authenticate(
        &self,
        credentials: Credentials,
        request: &RequestContext,
    ) -> Result<Actor, AuthenticateError> {
        match credentials {
            Credentials::Session(token) => self.by_session(&token, request).await,
            Credentials::Bearer(text) => self.by_token(&text, request).await,
        }
    }
}

impl Operators {
    async fn by_session(&self, token: &Secret<String>, request: &RequestContext) -> Result<Actor, AuthenticateError> {
        let found = self.find_session(token).await.map_err(unavailable)?.ok_or(AuthenticateError::Refused)?;
        let now = self.env.now();
        if now.since(found.last_seen_at) >= TOUCH_EVERY {
            quietly(self.touch(async |tx| sessions::touch(tx, found.id, now).await).await);
        }
        if found.must_change_password {
            return Err(AuthenticateError::Restricted {
                code: "operators.password_change_due",
                detail: "choose a new password first".to_owned(),
                page: PASSWORD_PAGE,
            });
        }
        let kind = ActorKind::Operator { id: found.operator, name: found.user_name };
        let (organisation, role) = (found.organisation, found.role);
        Ok(Actor { kind, organisation, role, request_id: request.request_id, address: request.address })
    }

    async fn by_token(&self, text: &Secret<String>, request: &RequestContext) -> Result<Actor, AuthenticateError> {
        let (id, secret) = split(text.expose()).ok_or(AuthenticateError::Refused)?;
        let now = self.env.now();
        let find = async { tokens::find_secret(&mut self.store.read().await?, id).await };
        let found = find.await.map_err(unavailable)?.ok_or(AuthenticateError::Refused)?;
        if !secret_fits(secret, &found.secret_hash) || !found.works(now) {
            return Err(AuthenticateError::Refused);
        }
        if found.last_used_at.is_none_or(|last| now.since(last) >= TOUCH_EVERY) {
            quietly(self.touch(async |tx| tokens::touch(tx, id, now).await).await);
        }
        let kind = ActorKind::Token { id, name: found.label, operator: found.maker };
        let (organisation, role) = (found.organisation, found.role);
        Ok(Actor { kind, organisation, role, request_id: request.request_id, address: request.address })
    }

    async fn touch(&self, touch: impl AsyncFnOnce(&mut store::Tx) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        touch(&mut tx).await?;
        tx.commit().await
    }
}

/// Who was here when is good to know, and no reason to turn anybody away.
fn quietly(result: Result<(), StoreError>) {
    if let Err(error) = result {
        tracing::warn!(error = &error as &dyn std::error::Error, "the last use of credentials was not written down");
    }
}

fn unavailable(error: StoreError) -> AuthenticateError {
    AuthenticateError::Unavailable(Box::new(error))
}
