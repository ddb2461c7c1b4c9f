//! Accounts of people who were never asked here: opened by an administrator, so that a first temporary code can be given before
//! the first sign-in (SYM-23, SYM-24).

use directory::permissions::ReadDirectory;
use directory::{Source, SourceId, SourceKind, User};
use kernel::{Actor, May};
use serde::Deserialize;
use signals::Entry;
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AccountView, is_guest, user_of};
use crate::error::MfaError;
use crate::events::object;
use crate::model::{Person, Provider};
use crate::permissions::OpenAccount;
use crate::service::Mfa;
use crate::store::accounts as rows;

/// Whose account is opened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMfaAccount)]
pub struct NewAccount {
    /// In which connected tenant.
    pub tenant: TenantId,
    /// Who: the object id, or the user principal name.
    pub person: String,
}

impl Mfa {
    /// Opens the account of somebody whom the directory holds, and answers the one that is there already as it is.
    pub async fn open_account(&self, may: &May<OpenAccount>, person: &str) -> Result<AccountView, MfaError> {
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, may.tenant).await?;
        drop(tx);
        let nobody = || MfaError::Invalid("nobody of that object id is in the directory of this tenant".to_owned());
        let (_, user) = self.person_of(may.actor(), &provider, person).await?.map_err(MfaError::Invalid)?;
        let user = user.ok_or_else(nobody)?;
        let mut tx = self.store().begin().await?;
        let known = rows::find(&mut tx, provider.tenant, user.object_id).await?;
        let account = if let Some(account) = known {
            account
        } else {
            let account = self.make_account(&mut tx, &provider, &person_in(&user)).await?;
            self.tell(&mut tx, may.actor(), Entry::act("mfa.account_opened").object(object(&account))).await?;
            account
        };
        tx.commit().await?;
        self.account_views(vec![account]).await?.pop().ok_or(MfaError::NotFound("account"))
    }

    /// Whom a text means, an object id or a user principal name, and the person where the directory holds them.
    pub(crate) async fn person_of(
        &self,
        actor: &Actor,
        provider: &Provider,
        text: &str,
    ) -> Result<Result<(Uuid, Option<User>), String>, MfaError> {
        let text = text.trim();
        if let Ok(object_id) = Uuid::parse_str(text) {
            let mut tx = self.store().read().await?;
            let user = user_of(&mut tx, provider.tenant, object_id).await?;
            return Ok(Ok((object_id, user)));
        }
        let Ok(read) = actor.may(ReadDirectory {}) else {
            return Ok(Err("names need leave to read the directory: use object ids".to_owned()));
        };
        let id = SourceId(provider.tenant.into());
        let source = Source { organisation: provider.organisation, kind: SourceKind::Graph, id };
        let users = self.parts.directory.find_users_by_attribute(&read, source, "userPrincipalName", text).await?;
        Ok(match users.as_slice() {
            [user] => Ok((user.object_id, Some(user.clone()))),
            [] => Err("nobody of that name is in the directory of this tenant".to_owned()),
            _ => Err("more than one person has that name".to_owned()),
        })
    }
}

/// A person as the directory has them; a sign-in says later what Entra calls them.
fn person_in(user: &User) -> Person {
    let label = user.attributes.user_principal_name.clone().unwrap_or_else(|| user.name());
    Person { object_id: user.object_id, label, name: Some(user.name()), guest: is_guest(user) }
}
