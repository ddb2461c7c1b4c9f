//! API tokens: `vst_<id>_<secret>`, shown once. A token does what its role allows, for as long as its maker may do the
//! same.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use kernel::{ActorKind, May, OperatorId, Page, PageRequest, Role, Secret, TokenId};
use signals::{Entry, Object};
use store::Tx;
use uuid::Uuid;

use crate::permissions::{CreateToken, ReadTokens, RevokeToken};
use crate::service::hash_of;
use crate::sessions::operator_of;
use crate::store::{operators, tokens};
use crate::{IssuedToken, NewToken, Operators, OperatorsError, TokenView, rules};

/// What every token begins with, so that scanners find leaked ones.
pub const PREFIX: &str = "vst_";
/// The longest a token works.
const LONGEST_DAYS: u32 = 365;
const DAY: Duration = Duration::from_hours(24);

impl Operators {
    /// Makes a token for the operator who acts; the server itself makes it for the organisation's first owner.
    pub async fn create_token(&self, may: &May<CreateToken>, new: &NewToken) -> Result<IssuedToken, OperatorsError> {
        let actor = may.actor();
        let label = rules::label("label", &new.label, 80)?;
        if !(1..=LONGEST_DAYS).contains(&new.expires_in_days) {
            return Err(OperatorsError::invalid("expires_in_days", "must be from 1 to 365"));
        }
        if !rules::covers(actor.role, new.role) {
            return Err(OperatorsError::RoleTooHigh(new.role));
        }
        let mut tx = self.store.begin().await?;
        let (operator, user_name) = self.maker(&mut tx, may).await?;
        let now = self.env.now();
        let token = TokenView {
            id: self.env.new_id(),
            operator,
            user_name,
            label,
            role: new.role,
            created_at: now,
            expires_at: now.plus(DAY * new.expires_in_days),
            last_used_at: None,
            works: true,
        };
        let secret = Secret::new(self.env.rng.token::<32>());
        tokens::insert(&mut tx, actor.organisation, &token, hash_of(&secret)).await?;
        let entry = Entry::act("operators.token_created").object(object_of(&token)).after(&token);
        self.note(&mut tx, actor, entry).await?;
        tx.commit().await?;
        let text = Secret::new(format!("{PREFIX}{}_{}", token.id.0.simple(), secret.expose()));
        Ok(IssuedToken { text, token })
    }

    /// An administrator's own tokens; everybody's for owners and auditors.
    pub async fn list_tokens(
        &self,
        may: &May<ReadTokens>,
        page: &PageRequest,
    ) -> Result<Page<TokenView>, OperatorsError> {
        let only_of = match may.actor().role {
            Role::Owner | Role::Auditor => None,
            Role::Administrator | Role::Helpdesk => Some(operator_of(may.actor())?),
        };
        let mut tx = self.store.read().await?;
        Ok(tokens::list(&mut tx, may.actor().organisation, only_of, self.env.now(), page).await?)
    }

    /// Revokes a token: an owner any, an administrator their own.
    pub async fn revoke_token(&self, may: &May<RevokeToken>) -> Result<(), OperatorsError> {
        let actor = may.actor();
        let own = |token: &TokenView| actor.role == Role::Owner || operator_of(actor).ok() == Some(token.operator);
        let mut tx = self.store.begin().await?;
        let found = tokens::find(&mut tx, actor.organisation, may.token, self.env.now()).await?;
        let token = found.filter(own).ok_or(OperatorsError::NoSuchToken(may.token))?;
        tokens::delete(&mut tx, actor.organisation, token.id).await?;
        let entry = Entry::act("operators.token_revoked").object(object_of(&token));
        self.note(&mut tx, actor, entry.change_of(Some(&token), None::<&()>)).await?;
        Ok(tx.commit().await?)
    }

    /// Whose token it will be. A token makes no tokens: it would outlive its own end.
    async fn maker(&self, tx: &mut Tx, may: &May<CreateToken>) -> Result<(OperatorId, String), OperatorsError> {
        let actor = may.actor();
        match &actor.kind {
            ActorKind::Operator { id, name } => Ok((*id, name.clone())),
            ActorKind::Token { .. } | ActorKind::Source { .. } => Err(OperatorsError::NeedsOperator),
            ActorKind::System { .. } => {
                let owner = operators::first_owner(tx, actor.organisation).await?;
                owner.map(|owner| (owner.id, owner.user_name)).ok_or(OperatorsError::NeedsOperator)
            }
        }
    }
}

fn object_of(token: &TokenView) -> Object {
    Object::new("token", token.id, &token.label)
}

/// The id and the secret of a token's text.
pub(crate) fn split(text: &str) -> Option<(TokenId, &str)> {
    // The secret may hold underscores itself.
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    (id.len() == 32).then(|| Uuid::try_parse(id).ok()).flatten().map(|id| (TokenId(id), secret))
}

/// Whether a secret is the one whose hash is stored.
pub(crate) fn secret_fits(secret: &str, stored: &[u8]) -> bool {
    verify_slices_are_equal(&hash_of(&Secret::new(secret.to_owned())), stored).is_ok()
}
