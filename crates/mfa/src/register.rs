//! People are registered for the method in Entra on their behalf (Graph: externalAuthenticationMethod): who can pass here
//! already need not do it themselves with the next sign-in. Previewed, then done by one job; what it made can be undone.
//!
//! ```text
//! who can pass here ──► preview ──► start ──► twenty at a time: registered already? ──► asked ──► registered | failed
//!  all, or of a group    already?    one                yes: left alone                  └── undo: taken back, one by one
//! ```
//!
//! Nobody is registered twice, also where a node dies in between: whoever was asked for without an answer is looked up
//! before anything else. What it deliberately does not do: take back what people, or other programs, registered.

mod people;
mod work;

use kernel::{May, Page, PageRequest, Timestamp, id_type, text_enum};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::Tx;
use store::queue::{self, NewJob};
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

pub use people::{Candidate, RegistrationPreview};
pub(crate) use work::RegisterHandler;

use crate::error::MfaError;
use crate::lists;
use crate::method::Method;
use crate::model::{AccountId, Provider};
use crate::permissions::{ReadMfa, RegisterPeople};
use crate::service::Mfa;
use crate::store::registrations as rows;

/// The permission that it takes.
pub const WRITER: &str = "UserAuthMethod-External.ReadWrite.All";
/// How often the job may fail; what Graph puts off does not count.
const ATTEMPTS: u32 = 20;
/// How many former runs are shown.
const SHOWN: usize = 20;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

id_type!(
    /// A run that registers people.
    RegistrationId
);

text_enum!(
    /// How far a run is.
    pub enum RegistrationState {
        /// People are registered.
        Running = "running",
        /// Everybody was come to.
        Done = "done",
        /// Somebody stopped it.
        Stopped = "stopped",
        /// What it made is taken back.
        Undoing = "undoing",
        /// It was taken back.
        Undone = "undone",
    }
);

text_enum!(
    /// What became of a person.
    pub enum RegisteredState {
        /// Nothing yet.
        Waiting = "waiting",
        /// Entra was asked, and has not answered.
        Asked = "asked",
        /// Registered by this run.
        Registered = "registered",
        /// They were registered before.
        Already = "already",
        /// Entra refused.
        Failed = "failed",
        /// Registered by this run, and taken back.
        Removed = "removed",
        /// Registered by this run; Entra refused to take it back.
        Kept = "kept",
    }
);

/// Whom to register.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMfaRegistration)]
pub struct NewRegistration {
    /// Members of this group (object id), directly or through another; left out: everybody.
    #[serde(default)]
    pub group: Option<Uuid>,
    /// Why. Logged.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A run, with how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaRegistration)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// The tenant.
    pub provider: TenantId,
    /// Whose organisation.
    #[serde(skip)]
    pub organisation: kernel::OrganisationId,
    /// The group that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<Uuid>,
    /// The method's id in Entra.
    #[serde(skip)]
    pub configuration: String,
    /// The method's name: what the registration is called.
    pub name: String,
    /// How far it is.
    pub state: RegistrationState,
    /// How many people it is for.
    pub people: u64,
    /// Whom it registered.
    pub registered: u64,
    /// Who was asked for without an answer yet.
    pub asked: u64,
    /// Who was registered before.
    pub already: u64,
    /// Whom Entra refused.
    pub failed: u64,
    /// Whose registration was taken back.
    pub removed: u64,
    /// Whose could not be taken back.
    pub kept: u64,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it waits, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// Who began it.
    pub started_by: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// A person of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaRegisteredPerson)]
pub struct RegisteredPerson {
    /// The object id in the tenant.
    pub object_id: Uuid,
    /// The account.
    pub account: AccountId,
    /// What people call them.
    pub name: String,
    /// The user principal name.
    pub upn: String,
    /// What became of them.
    pub state: RegisteredState,
    /// Entra's id of the registration that was made.
    #[serde(skip)]
    pub method: Option<String>,
    /// Entra's code, where it refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Entra's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Mfa {
    /// Begins to register people. One run of a tenant goes at a time.
    pub async fn start_registration(
        &self,
        may: &May<RegisterPeople>,
        new: &NewRegistration,
    ) -> Result<Registration, MfaError> {
        let (actor, now) = (may.actor(), self.env().now());
        let reason = new.reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
        if reason.is_some_and(|text| text.chars().count() > LONGEST_REASON) {
            return Err(MfaError::Invalid(format!("reason has at most {LONGEST_REASON} characters")));
        }
        let (provider, client) = self.register_at(actor.organisation, may.tenant).await?;
        let method = self.method_there(&provider, &client).await?;
        let found = self.candidates(&provider, new.group).await?;
        if found.people.is_empty() {
            return Err(MfaError::Conflict("nobody of them can pass here: there is nobody to register".to_owned()));
        }
        let mut run = begun(self.env().new_id(), &provider, method, (now, actor.label()));
        run.people = u64::try_from(found.people.len()).unwrap_or(u64::MAX);
        (run.group, run.reason) = (new.group, reason.map(str::to_owned));
        let mut tx = self.store().begin().await?;
        if !rows::insert(&mut tx, &run).await? {
            return Err(MfaError::Conflict("people of this tenant are being registered already".to_owned()));
        }
        rows::insert_people(&mut tx, run.id, &found.people).await?;
        queue::enqueue(&mut tx, self.env(), job(&run, now)).await?;
        let mut entry = Entry::act("mfa.registration_started").object(object(&run)).after(&run);
        if let Some(reason) = reason {
            entry = entry.reason(reason);
        }
        self.tell(&mut tx, actor, entry).await?;
        tx.commit().await?;
        Ok(run)
    }

    /// The last runs of a tenant, newest first.
    pub async fn list_registrations(
        &self,
        may: &May<ReadMfa>,
        tenant: TenantId,
    ) -> Result<Vec<Registration>, MfaError> {
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        Ok(rows::list(&mut tx, tenant, SHOWN).await?)
    }

    /// One run.
    pub async fn get_registration(
        &self,
        may: &May<ReadMfa>,
        tenant: TenantId,
        id: RegistrationId,
    ) -> Result<Registration, MfaError> {
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        own(&mut tx, tenant, id).await
    }

    /// One page of a run's people, by object id.
    pub async fn list_registered(
        &self,
        may: &May<ReadMfa>,
        (tenant, id): (TenantId, RegistrationId),
        state: Option<RegisteredState>,
        page: &PageRequest,
    ) -> Result<Page<RegisteredPerson>, MfaError> {
        let after: Option<Uuid> = lists::after(page)?;
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        own(&mut tx, tenant, id).await?;
        let found = rows::people(&mut tx, id, state, page.limit, after).await?;
        Ok(Page::from_rows(found, page.limit, |one| one.object_id))
    }

    /// Stops a run: who was not come to yet is not registered.
    pub async fn stop_registration(
        &self,
        may: &May<RegisterPeople>,
        id: RegistrationId,
    ) -> Result<Registration, MfaError> {
        let mut tx = self.store().begin().await?;
        self.own_provider(&mut tx, may.actor().organisation, may.tenant).await?;
        own(&mut tx, may.tenant, id).await?;
        let now = self.env().now();
        if !rows::turn(&mut tx, id, RegistrationState::Running, RegistrationState::Stopped, Some(now)).await? {
            return Err(MfaError::Conflict("it does not run".to_owned()));
        }
        let run = self.told_of(&mut tx, may, id, "mfa.registration_stopped").await?;
        tx.commit().await?;
        Ok(run)
    }

    /// Takes back what a run made, one by one.
    pub async fn undo_registration(
        &self,
        may: &May<RegisterPeople>,
        id: RegistrationId,
    ) -> Result<Registration, MfaError> {
        self.register_at(may.actor().organisation, may.tenant).await?;
        let mut tx = self.store().begin().await?;
        let run = own(&mut tx, may.tenant, id).await?;
        if run.registered + run.kept + run.asked == 0 {
            return Err(MfaError::Conflict("it has registered nobody who still is".to_owned()));
        }
        let ended =
            matches!(run.state, RegistrationState::Done | RegistrationState::Stopped | RegistrationState::Undone);
        let busy = || MfaError::Conflict("people of this tenant are being registered: stop that first".to_owned());
        if !ended || rows::any_running(&mut tx, may.tenant).await? {
            return Err(busy());
        }
        if !rows::turn(&mut tx, id, run.state, RegistrationState::Undoing, None).await? {
            return Err(busy());
        }
        rows::try_again(&mut tx, id).await?;
        queue::enqueue(&mut tx, self.env(), job(&run, self.env().now())).await?;
        let run = self.told_of(&mut tx, may, id, "mfa.registration_undoing").await?;
        tx.commit().await?;
        Ok(run)
    }

    /// Writes down what was done to a run.
    async fn told_of(
        &self,
        tx: &mut Tx,
        may: &May<RegisterPeople>,
        id: RegistrationId,
        event: &'static str,
    ) -> Result<Registration, MfaError> {
        let run = own(tx, may.tenant, id).await?;
        self.tell(tx, may.actor(), Entry::act(event).object(object(&run)).after(&run)).await?;
        Ok(run)
    }
}

/// A run that has come to nobody yet.
fn begun(id: RegistrationId, provider: &Provider, method: Method, (now, by): (Timestamp, String)) -> Registration {
    Registration {
        id,
        provider: provider.tenant,
        organisation: provider.organisation,
        group: None,
        configuration: method.id,
        name: method.name,
        state: RegistrationState::Running,
        people: 0,
        registered: 0,
        asked: 0,
        already: 0,
        failed: 0,
        removed: 0,
        kept: 0,
        reason: None,
        trouble: None,
        started_at: now,
        started_by: by,
        ended_at: None,
    }
}

/// A run of the tenant.
async fn own(tx: &mut Tx, tenant: TenantId, id: RegistrationId) -> Result<Registration, MfaError> {
    let found = rows::find(tx, id).await?.filter(|found| found.provider == tenant);
    found.ok_or(MfaError::NotFound("registration"))
}

fn job(run: &Registration, now: Timestamp) -> NewJob {
    NewJob {
        organisation: run.organisation,
        kind: work::REGISTER,
        unique_key: Some(run.id.to_string()),
        payload: serde_json::json!({ "registration": run.id }),
        run_at: now,
        max_attempts: ATTEMPTS,
    }
}

fn object(run: &Registration) -> Object {
    Object::new("tenant", run.provider, format!("registration {}", run.id))
}
