//! Operators: created, updated, disabled, removed. Whoever loses rights loses their sessions with them.

use kernel::{Actor, May, OperatorId, OrganisationId, Page, PageRequest, Role, Secret, Timestamp};
use serde::{Deserialize, Serialize};
use signals::Entry;
use store::{StoreError, Tx};

use crate::permissions::{
    CreateOperator, DisableOperator, ReadOperators, RemoveOperator, UnlockOperator, UpdateOperator,
};
use crate::service::object_of;
use crate::store::operators::{self, Presence, Record};
use crate::store::{organisations, sessions};
use crate::{Link, NewOperator, OperatorState, OperatorUpdate, OperatorView, Operators, OperatorsError, rules};

/// What the log shows of an operator.
#[derive(Serialize)]
struct Facts<'a> {
    user_name: &'a str,
    display_name: &'a str,
    email: Option<&'a str>,
    role: Role,
    state: OperatorState,
}

/// What an entry says somebody was before it.
#[derive(Deserialize)]
struct Was {
    role: Role,
    state: OperatorState,
}

impl Operators {
    /// The organisation's operators, by user name.
    pub async fn list_operators(
        &self,
        may: &May<ReadOperators>,
        page: &PageRequest,
    ) -> Result<Page<OperatorView>, OperatorsError> {
        let mut tx = self.store.read().await?;
        Ok(operators::list(&mut tx, may.actor().organisation, self.limits(), page).await?)
    }

    /// The mail address of an operator who may sign in, by user name: for letters of the server, never for a caller.
    pub async fn mail_of(&self, organisation: OrganisationId, user_name: &str) -> Result<Option<String>, StoreError> {
        let mut tx = self.store.read().await?;
        let found = operators::find_by_name(&mut tx, user_name).await?;
        let theirs = |record: &Record| record.organisation == organisation && record.state == OperatorState::Active;
        Ok(found.filter(theirs).and_then(|record| record.email))
    }

    /// The mail addresses of the operators who have one of these roles and may sign in, each once: for letters of the
    /// server, never for a caller.
    pub async fn mails_of(&self, organisation: OrganisationId, roles: &[Role]) -> Result<Vec<String>, StoreError> {
        operators::mails(&mut self.store.read().await?, organisation, roles).await
    }

    /// Whether an operator beside `but` has one of these roles, or had until some time after `since`: whoever took the
    /// others away just now is not alone yet.
    pub async fn others_able(
        &self,
        organisation: OrganisationId,
        but: OperatorId,
        roles: &[Role],
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.store.read().await?;
        if operators::others_active(&mut tx, organisation, but, roles).await? {
            return Ok(true);
        }
        let names = ["operators.disabled", "operators.removed", "operators.updated"].map(str::to_owned).to_vec();
        let lately = signals::Filter { names, from: Some(since), ..signals::Filter::default() };
        let entries = signals::oldest_first(&mut tx, organisation, &lately, 0, 1_000).await?;
        Ok(entries.iter().any(|entry| {
            let other = entry.object.as_ref().is_some_and(|object| object.id != but.0);
            let was = entry.before.as_ref().and_then(|json| serde_json::from_str::<Was>(json.get()).ok());
            other && was.is_some_and(|was| was.state == OperatorState::Active && roles.contains(&was.role))
        }))
    }

    /// One operator.
    pub async fn get_operator(&self, may: &May<ReadOperators>, id: OperatorId) -> Result<OperatorView, OperatorsError> {
        let mut tx = self.store.read().await?;
        let found = operators::find_view(&mut tx, may.actor().organisation, id, self.limits()).await?;
        found.ok_or(OperatorsError::NoSuchOperator(id))
    }

    /// Creates an operator: with a first password that must be changed, or with a link to choose one.
    pub async fn create_operator(
        &self,
        may: &May<CreateOperator>,
        new: NewOperator,
    ) -> Result<(OperatorView, Option<Link>), OperatorsError> {
        let actor = may.actor();
        let user_name = rules::user_name(&new.user_name)?;
        let mut record = self.fresh(actor.organisation, user_name, new.role, None);
        if let Some(name) = &new.display_name {
            record.display_name = rules::label("display_name", name, 120)?;
        }
        record.email = rules::email(new.email.as_deref().unwrap_or_default())?;
        if let Some(password) = &new.password {
            rules::check_password(&record.user_name, password.expose())?;
            record.password_hash = Some(self.hasher.hash(password).await?);
            record.must_change_password = true;
        }
        let mut tx = self.store.begin().await?;
        self.insert_operator(&mut tx, &record).await?;
        let link = match record.password_hash {
            Some(_) => None,
            None => Some(self.password_link(&mut tx, record.organisation, record.id).await?),
        };
        self.note_created(&mut tx, actor, &record).await?;
        tx.commit().await?;
        Ok((record.view(Presence::default()), link))
    }

    /// Creates an owner who may sign in at once: for the demo and for tests.
    pub async fn create_owner(
        &self,
        may: &May<CreateOperator>,
        user_name: &str,
        password: &Secret<String>,
    ) -> Result<OperatorView, OperatorsError> {
        let user_name = rules::user_name(user_name)?;
        rules::check_password(&user_name, password.expose())?;
        let hash = self.hasher.hash(password).await?;
        let record = self.fresh(may.actor().organisation, user_name, Role::Owner, Some(hash));
        let mut tx = self.store.begin().await?;
        self.insert_operator(&mut tx, &record).await?;
        self.note_created(&mut tx, may.actor(), &record).await?;
        tx.commit().await?;
        Ok(record.view(Presence::default()))
    }

    /// Changes an operator's names and role.
    pub async fn update_operator(
        &self,
        may: &May<UpdateOperator>,
        update: &OperatorUpdate,
    ) -> Result<OperatorView, OperatorsError> {
        self.change(may.actor(), may.operator, "operators.updated", |after| {
            if let Some(name) = &update.display_name {
                after.display_name = rules::label("display_name", name, 120)?;
            }
            if let Some(email) = &update.email {
                after.email = rules::email(email)?;
            }
            after.role = update.role.unwrap_or(after.role);
            Ok(())
        })
        .await
    }

    /// Keeps an operator from signing in; sessions end and tokens stop.
    pub async fn disable_operator(&self, may: &May<DisableOperator>) -> Result<OperatorView, OperatorsError> {
        self.change(may.actor(), may.operator, "operators.disabled", |after| {
            after.state = OperatorState::Disabled;
            Ok(())
        })
        .await
    }

    /// Lets an operator sign in again.
    pub async fn enable_operator(&self, may: &May<DisableOperator>) -> Result<OperatorView, OperatorsError> {
        self.change(may.actor(), may.operator, "operators.enabled", |after| {
            after.state = OperatorState::Active;
            Ok(())
        })
        .await
    }

    /// Forgets an operator's failures, so that they can sign in at once.
    pub async fn unlock_operator(&self, may: &May<UnlockOperator>) -> Result<OperatorView, OperatorsError> {
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let found = operators::find(&mut tx, actor.organisation, may.operator).await?;
        let before = found.ok_or(OperatorsError::NoSuchOperator(may.operator))?;
        operators::unlock(&mut tx, before.id).await?;
        if before.locked_until.is_some() {
            self.note(&mut tx, actor, Entry::act("operators.unlocked").object(object_of(&before))).await?;
        }
        let found = operators::find_view(&mut tx, actor.organisation, before.id, self.limits()).await?;
        tx.commit().await?;
        found.ok_or(OperatorsError::NoSuchOperator(may.operator))
    }

    /// Removes an operator with their sessions, tokens and links. What they did stays in the log.
    pub async fn remove_operator(&self, may: &May<RemoveOperator>) -> Result<(), OperatorsError> {
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let (before, others) = self.with_others(&mut tx, actor.organisation, may.operator).await?;
        rules::may_change(&actor.kind, before.standing(), None, others)?;
        operators::delete(&mut tx, actor.organisation, before.id).await?;
        let entry = Entry::act("operators.removed").object(object_of(&before));
        self.note(&mut tx, actor, entry.change_of(Some(&facts(&before)), None::<&()>)).await?;
        Ok(tx.commit().await?)
    }

    async fn change(
        &self,
        actor: &Actor,
        id: OperatorId,
        event: &'static str,
        edit: impl FnOnce(&mut Record) -> Result<(), OperatorsError>,
    ) -> Result<OperatorView, OperatorsError> {
        let mut tx = self.store.begin().await?;
        let (before, others) = self.with_others(&mut tx, actor.organisation, id).await?;
        let mut after = before.clone();
        edit(&mut after)?;
        rules::may_change(&actor.kind, before.standing(), Some(after.standing()), others)?;
        if serde_json::json!(facts(&before)) != serde_json::json!(facts(&after)) {
            operators::update(&mut tx, &after).await?;
            if (after.state, after.role) != (before.state, before.role) {
                sessions::delete_all(&mut tx, id).await?;
            }
            let entry = Entry::act(event).object(object_of(&after));
            self.note(&mut tx, actor, entry.change_of(Some(&facts(&before)), Some(&facts(&after)))).await?;
        }
        let found = operators::find_view(&mut tx, actor.organisation, id, self.limits()).await?;
        tx.commit().await?;
        found.ok_or(OperatorsError::NoSuchOperator(id))
    }

    /// An operator, and how many other active owners there are; nobody can change that until this unit of work ends.
    async fn with_others(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        id: OperatorId,
    ) -> Result<(Record, u64), OperatorsError> {
        organisations::lock(tx, organisation).await?;
        let found = operators::find(tx, organisation, id).await?;
        let record = found.ok_or(OperatorsError::NoSuchOperator(id))?;
        let others = operators::other_owners(tx, organisation, id).await?;
        Ok((record, others))
    }

    /// An operator who is not stored yet.
    pub(crate) fn fresh(
        &self,
        organisation: OrganisationId,
        user_name: String,
        role: Role,
        password_hash: Option<String>,
    ) -> Record {
        Record {
            id: self.env.new_id(),
            organisation,
            display_name: user_name.clone(),
            user_name,
            email: None,
            role,
            state: OperatorState::Active,
            password_hash,
            must_change_password: false,
            failed_attempts: 0,
            locked_until: None,
            last_sign_in_at: None,
            created_at: self.env.now(),
        }
    }

    pub(crate) async fn insert_operator(&self, tx: &mut Tx, record: &Record) -> Result<(), OperatorsError> {
        operators::insert(tx, record).await.map_err(|error| match error {
            StoreError::Duplicate { .. } => OperatorsError::NameTaken(record.user_name.clone()),
            other => other.into(),
        })
    }

    async fn note_created(&self, tx: &mut Tx, actor: &Actor, record: &Record) -> Result<(), StoreError> {
        self.note(tx, actor, Entry::act("operators.created").object(object_of(record)).after(&facts(record))).await
    }
}

fn facts(record: &Record) -> Facts<'_> {
    Facts {
        user_name: &record.user_name,
        display_name: &record.display_name,
        email: record.email.as_deref(),
        role: record.role,
        state: record.state,
    }
}
