//! One-time links: the first start, a new organisation, an invitation, a forgotten password. A link holds 256 random
//! bits, is stored as a hash, works once, and for a day.

use std::time::Duration;

use kernel::{Actor, May, OperatorId, OrganisationId, RequestId, Role, Secret};
use signals::Entry;
use store::{StoreError, Tx};

use crate::permissions::ResetPassword;
use crate::service::{hash_of, object_of};
use crate::store::operators::{self, Presence, Record};
use crate::store::{links, organisations, sessions};
use crate::{Link, LinkPurpose, LinkView, OperatorState, OperatorView, Operators, OperatorsError, Origin, rules};

/// How long a link works.
pub const LIFETIME: Duration = Duration::from_hours(24);

/// What the bearer of a set-up link chooses.
#[derive(Debug, Clone, Copy)]
pub struct SetUp<'a> {
    /// What they will sign in with.
    pub user_name: &'a str,
    /// Their password.
    pub password: &'a Secret<String>,
    /// What the organisation is called; as it is when left out.
    pub organisation: Option<&'a str>,
}

impl Operators {
    /// While nobody can sign in to this server: a link that makes the first owner. `None` once somebody can.
    ///
    /// Every start makes a link of its own; the first one used ends them all.
    pub async fn ensure_first_start(&self) -> Result<Option<Link>, OperatorsError> {
        let mut tx = self.store.begin().await?;
        let organisation = self.first_organisation(&mut tx).await?.id;
        let link = if operators::any(&mut tx).await? {
            None
        } else {
            let link = self.set_up_link(&mut tx, organisation).await?;
            let actor = Actor::system("first start", organisation, self.env.new_id::<RequestId>());
            let after = serde_json::json!({ "expires_at": link.expires_at });
            self.note(&mut tx, &actor, Entry::act("operators.set_up_link_made").after(&after)).await?;
            Some(link)
        };
        tx.commit().await?;
        Ok(link)
    }

    /// What a link is for, without using it.
    pub async fn find_link(&self, token: &Secret<String>) -> Result<LinkView, OperatorsError> {
        let mut tx = self.store.read().await?;
        links::look(&mut tx, &hash_of(token), self.env.now()).await?.ok_or(OperatorsError::LinkRefused)
    }

    /// Uses a set-up link: makes the organisation's first owner, and may rename the organisation.
    pub async fn complete_set_up(
        &self,
        token: &Secret<String>,
        wish: &SetUp<'_>,
        origin: &Origin,
    ) -> Result<OperatorView, OperatorsError> {
        self.find_link(token).await?;
        let SetUp { user_name, password, organisation } = *wish;
        let name = organisation.map(|name| rules::label("organisation", name, 120)).transpose()?;
        let user_name = rules::user_name(user_name)?;
        rules::check_password(&user_name, password.expose())?;
        let hash = self.hasher.hash(password).await?;
        let mut tx = self.store.begin().await?;
        let used = links::take(&mut tx, LinkPurpose::SetUp, &hash_of(token), self.env.now()).await?;
        let organisation = used.ok_or(OperatorsError::LinkRefused)?.organisation;
        links::delete_set_up(&mut tx, organisation).await?;
        if let Some(name) = &name {
            organisations::rename(&mut tx, organisation, name).await?;
        }
        let record = self.fresh(organisation, user_name, Role::Owner, Some(hash));
        self.insert_operator(&mut tx, &record).await?;
        let actor = origin.operator(organisation, record.id, &record.user_name, record.role);
        let after = serde_json::json!({ "organisation": name, "role": record.role });
        self.note(&mut tx, &actor, Entry::act("operators.set_up").object(object_of(&record)).after(&after)).await?;
        tx.commit().await?;
        Ok(record.view(Presence::default()))
    }

    /// Makes a link by which an operator chooses a new password. Until it is used nothing changes.
    pub async fn reset_password(&self, may: &May<ResetPassword>) -> Result<Link, OperatorsError> {
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let found = operators::find(&mut tx, actor.organisation, may.operator).await?;
        let record = found.ok_or(OperatorsError::NoSuchOperator(may.operator))?;
        let link = self.password_link(&mut tx, record.organisation, record.id).await?;
        let after = serde_json::json!({ "expires_at": link.expires_at });
        let entry = Entry::act("operators.password_link_made").object(object_of(&record)).after(&after);
        self.note(&mut tx, actor, entry).await?;
        tx.commit().await?;
        Ok(link)
    }

    /// Makes such a link for whoever can open the database: the way back in where nobody can sign in any more. None where
    /// nobody of this name may sign in.
    pub async fn recover(&self, user_name: &str) -> Result<Option<Link>, OperatorsError> {
        let mut tx = self.store.begin().await?;
        let found = operators::find_by_name(&mut tx, user_name.trim()).await?;
        let Some(record) = found.filter(|record| record.state == OperatorState::Active) else { return Ok(None) };
        let link = self.password_link(&mut tx, record.organisation, record.id).await?;
        let actor = Actor::system("recover command", record.organisation, self.env.new_id::<RequestId>());
        let after = serde_json::json!({ "expires_at": link.expires_at });
        let entry = Entry::act("operators.password_link_made").object(object_of(&record)).after(&after);
        self.note(&mut tx, &actor, entry).await?;
        tx.commit().await?;
        Ok(Some(link))
    }

    /// Uses a link to choose a password: unlocks the account and ends its sessions.
    pub async fn choose_password(
        &self,
        token: &Secret<String>,
        password: &Secret<String>,
        origin: &Origin,
    ) -> Result<OperatorView, OperatorsError> {
        let link = self.find_link(token).await?;
        rules::check_password(link.user_name.as_deref().unwrap_or_default(), password.expose())?;
        let hash = self.hasher.hash(password).await?;
        let mut tx = self.store.begin().await?;
        let used = links::take(&mut tx, LinkPurpose::Password, &hash_of(token), self.env.now()).await?;
        let used = used.ok_or(OperatorsError::LinkRefused)?;
        let record = match used.operator {
            Some(operator) => operators::find(&mut tx, used.organisation, operator).await?,
            None => None,
        };
        let active = |record: &Record| record.state == OperatorState::Active;
        let record = record.filter(active).ok_or(OperatorsError::LinkRefused)?;
        self.settle_password(&mut tx, &record, &hash).await?;
        let actor = origin.operator(record.organisation, record.id, &record.user_name, record.role);
        self.note(&mut tx, &actor, Entry::act("operators.password_chosen").object(object_of(&record))).await?;
        let record = operators::find(&mut tx, record.organisation, record.id).await?.unwrap_or(record);
        tx.commit().await?;
        Ok(record.view(Presence::default()))
    }

    async fn settle_password(&self, tx: &mut Tx, record: &Record, hash: &str) -> Result<(), StoreError> {
        operators::set_password(tx, record.id, hash, false).await?;
        operators::unlock(tx, record.id).await?;
        links::delete_of_operator(tx, record.id).await?;
        sessions::delete_all(tx, record.id).await.map(drop)
    }

    /// A link that makes an organisation's first owner, in this unit of work.
    pub(crate) async fn set_up_link(&self, tx: &mut Tx, organisation: OrganisationId) -> Result<Link, StoreError> {
        self.insert_link(tx, organisation, LinkPurpose::SetUp, None).await
    }

    /// A link that chooses an operator's password, in this unit of work; earlier ones stop.
    pub(crate) async fn password_link(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        operator: OperatorId,
    ) -> Result<Link, StoreError> {
        links::delete_of_operator(tx, operator).await?;
        self.insert_link(tx, organisation, LinkPurpose::Password, Some(operator)).await
    }

    async fn insert_link(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        purpose: LinkPurpose,
        operator: Option<OperatorId>,
    ) -> Result<Link, StoreError> {
        let now = self.env.now();
        let link = Link { purpose, token: Secret::new(self.env.rng.token::<32>()), expires_at: now.plus(LIFETIME) };
        let new = links::NewLink {
            id: self.env.new_id(),
            organisation,
            purpose,
            operator,
            token_hash: hash_of(&link.token),
            created_at: now,
            expires_at: link.expires_at,
        };
        links::insert(tx, new).await?;
        Ok(link)
    }
}
