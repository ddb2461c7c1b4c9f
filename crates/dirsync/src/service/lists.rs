//! Exceptions and additions.

use kernel::{May, Page, PageRequest, Timestamp};
use signals::{Entry, Object};
use store::Tx;

use super::Dirsync;
use crate::error::DirsyncError;
use crate::lists::{Addition, AdditionState, Exception, ExceptionKind};
use crate::model::{AdditionId, ExceptionId, RunKind};
use crate::permissions::{EditLists, ReadSync};
use crate::settings::Mode;
use crate::store::{lists, runs};

/// An exception to be made.
#[derive(Debug, Clone)]
pub struct NewException {
    /// User, group or alias.
    pub kind: ExceptionKind,
    /// The object id in the source, or the alias.
    pub value: String,
    /// What people call it; the value where nothing is said.
    pub label: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// Days that an addition waits for its user.
const EXPECTED_DAYS: u64 = 30;

impl Dirsync {
    /// Exceptions, newest first.
    pub async fn list_exceptions(
        &self,
        may: &May<ReadSync>,
        page: &PageRequest,
    ) -> Result<Page<Exception>, DirsyncError> {
        let mut tx = self.store.read().await?;
        Ok(lists::list_exceptions(&mut tx, may.actor().organisation, page).await?)
    }

    /// Makes an exception and looks again at whom it is about.
    pub async fn create_exception(&self, may: &May<EditLists>, new: NewException) -> Result<Exception, DirsyncError> {
        let value = checked_value(new.kind, &new.value)?;
        let text = |name, text: &str| bounded(name, text);
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let kept = self.kept(&mut tx, actor.organisation, may.source).await?;
        let exception = Exception {
            id: self.env.new_id(),
            organisation: actor.organisation,
            source_id: may.source,
            kind: new.kind,
            label: new.label.filter(|label| !label.trim().is_empty()).unwrap_or_else(|| value.clone()),
            value,
            owner: text("owner", &new.owner)?,
            reason: text("reason", &new.reason)?,
            expires_at: self.in_future(new.expires_at)?,
            created_at: self.env.now(),
            created_by: actor.label(),
        };
        lists::insert_exception(&mut tx, &exception).await.map_err(|error| match error {
            store::StoreError::Duplicate { .. } => {
                DirsyncError::Invalid(format!("there is an exception for this {} already", exception.kind))
            }
            other => other.into(),
        })?;
        let entry = Entry::act("dirsync.exception_created").reason(exception.reason.clone()).after(&exception);
        let object = Object::new("exception", exception.id, exception.label.clone());
        self.log(&mut tx, actor, object, entry).await?;
        self.look_again(&mut tx, may.actor(), &kept).await?;
        tx.commit().await?;
        Ok(exception)
    }

    /// Removes an exception and looks again at whom it was about.
    pub async fn delete_exception(&self, may: &May<EditLists>, id: ExceptionId) -> Result<(), DirsyncError> {
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let gone = lists::delete_exception(&mut tx, actor.organisation, id).await?;
        let gone = gone.ok_or(DirsyncError::NotFound("exception"))?;
        let entry = Entry::act("dirsync.exception_deleted").change_of(Some(&gone), None::<&()>);
        self.log(&mut tx, actor, Object::new("exception", gone.id, gone.label.clone()), entry).await?;
        let kept = self.kept(&mut tx, actor.organisation, gone.source_id).await?;
        self.look_again(&mut tx, actor, &kept).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Additions, newest first.
    pub async fn list_additions(
        &self,
        may: &May<ReadSync>,
        page: &PageRequest,
    ) -> Result<Page<Addition>, DirsyncError> {
        let mut tx = self.store.read().await?;
        Ok(lists::list_additions(&mut tx, may.actor().organisation, page).await?)
    }

    /// Adds a user by address: looked up in the source at once, expected where the source does not have it yet.
    pub async fn create_addition(
        &self,
        may: &May<EditLists>,
        email: &str,
        reason: &str,
    ) -> Result<Addition, DirsyncError> {
        let email = checked_address(email)?;
        let actor = may.actor();
        let source = self.sources.open(actor.organisation, may.source).await?;
        // A source out of reach is no reason to refuse: the user is expected until it answers.
        let found = source.find_by_address(&email).await.unwrap_or_default();
        let now = self.env.now();
        let addition = Addition {
            id: self.env.new_id(),
            organisation: actor.organisation,
            source_id: may.source,
            state: if found.is_some() { AdditionState::Found } else { AdditionState::Expected },
            object_id: found.as_ref().map(|(id, _)| *id),
            reason: bounded("reason", reason)?,
            created_at: now,
            created_by: actor.label(),
            seen_at: found.as_ref().map(|_| now),
            expires_at: now.plus(std::time::Duration::from_secs(EXPECTED_DAYS * 86_400)),
            email,
        };
        let mut tx = self.store.begin().await?;
        let kept = self.kept(&mut tx, actor.organisation, may.source).await?;
        lists::put_addition(&mut tx, &addition).await.map_err(|error| match error {
            store::StoreError::Duplicate { .. } => {
                DirsyncError::Invalid(format!("{} is among the additions already", addition.email))
            }
            other => other.into(),
        })?;
        let entry = Entry::act("dirsync.addition_created").reason(addition.reason.clone()).after(&addition);
        self.log(&mut tx, actor, Object::new("addition", addition.id, addition.email.clone()), entry).await?;
        let idle = runs::open(&mut tx, may.source).await?.is_none();
        if addition.object_id.is_some() && kept.settings.mode == Mode::On && idle {
            let subject = Some(addition.email.clone());
            self.queue_run(&mut tx, actor, &kept, RunKind::Single, false, subject).await?;
        }
        tx.commit().await?;
        Ok(addition)
    }

    /// Removes an addition; the settings decide about its user again.
    pub async fn delete_addition(&self, may: &May<EditLists>, id: AdditionId) -> Result<(), DirsyncError> {
        let actor = may.actor();
        let mut tx = self.store.begin().await?;
        let gone = lists::delete_addition(&mut tx, actor.organisation, id).await?;
        let gone = gone.ok_or(DirsyncError::NotFound("addition"))?;
        let entry = Entry::act("dirsync.addition_deleted").change_of(Some(&gone), None::<&()>);
        self.log(&mut tx, actor, Object::new("addition", gone.id, gone.email.clone()), entry).await?;
        let kept = self.kept(&mut tx, actor.organisation, gone.source_id).await?;
        self.look_again(&mut tx, actor, &kept).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Looks at what is known with the rules of now, unless a run is under way that will.
    async fn look_again(
        &self,
        tx: &mut Tx,
        actor: &kernel::Actor,
        kept: &crate::store::settings::Kept,
    ) -> Result<(), DirsyncError> {
        let read_before = runs::last_good(tx, kept.source_id, RunKind::Full).await?.is_some();
        let idle = runs::open(tx, kept.source_id).await?.is_none();
        if kept.settings.mode == Mode::On && read_before && idle {
            self.queue_run(tx, actor, kept, RunKind::Rescope, false, None).await?;
        }
        Ok(())
    }

    fn in_future(&self, moment: Option<Timestamp>) -> Result<Option<Timestamp>, DirsyncError> {
        match moment {
            Some(moment) if moment <= self.env.now() => {
                Err(DirsyncError::Invalid("the expiry must lie in the future".to_owned()))
            }
            other => Ok(other),
        }
    }
}

fn bounded(name: &str, text: &str) -> Result<String, DirsyncError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DirsyncError::Invalid(format!("{name} is missing")));
    }
    if text.chars().count() > 500 {
        return Err(DirsyncError::Invalid(format!("{name} is longer than 500 characters")));
    }
    Ok(text.to_owned())
}

fn checked_value(kind: ExceptionKind, value: &str) -> Result<String, DirsyncError> {
    match kind {
        ExceptionKind::User | ExceptionKind::Group => {
            let id: uuid::Uuid = value
                .trim()
                .parse()
                .map_err(|_| DirsyncError::Invalid(format!("a {kind} is named by its object id in the source")))?;
            Ok(id.to_string())
        }
        ExceptionKind::Alias => checked_address(value),
    }
}

/// An address in lower case. Deliberately loose: whether it exists is the source's business.
fn checked_address(address: &str) -> Result<String, DirsyncError> {
    let address = address.trim().to_lowercase();
    let whole = address.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'));
    if !whole || address.len() > 320 || address.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err(DirsyncError::Invalid(format!("{address:?} is not a mail address")));
    }
    Ok(address)
}
