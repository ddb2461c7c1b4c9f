//! Letters to people about what happened to how they sign in (NIST SP 800-63B §6.1.2.2 and §6.1.3): a job for each, queued
//! in the unit of work in which it happened, tried again until the mail server takes it.
//!
//! | a person is told when | by whom |
//! |---|---|
//! | a temporary code was made | an administrator |
//! | a factor, or a browser in which they agree to sign-ins, was added or removed; all were taken | the person, or an administrator |
//! | a factor was reported lost, an attempt was disowned | whoever is in the portal |
//! | they were locked | whoever guessed |
//!
//! A letter goes to the address that the directory has, in the language that it has, and in both where it has none. It never
//! holds a code, a key or a link that does anything. What it deliberately does not do: tell of imports in bulk.

mod words;

use async_trait::async_trait;
use directory::User;
use kernel::{Actor, OrganisationId, Timestamp, text_enum};
use mail::{MailError, Mailer};
use serde::{Deserialize, Serialize};
use signals::Entry;
use store::queue::{Job, NewJob};
use store::worker::{Handler, JobError, Outcome};
use store::{StoreError, Tx, queue};
use tokio::sync::watch;

pub(crate) use words::{About, Language, joined};

use crate::accounts::{suspended, user_of};
use crate::error::MfaError;
use crate::events::object;
use crate::factors::model::Factor;
use crate::model::{Account, AccountId, FactorKind, Origin, Provider};
use crate::outofband::address::masked_mail;
use crate::service::Mfa;
use crate::store::accounts;

/// The kind of the job.
pub const TELL: &str = "mfa.tell_person";
/// How often it is tried; with the queue's back-off that is most of a day.
const ATTEMPTS: u32 = 20;

text_enum!(
    /// What a person is told of.
    pub enum News {
        /// An administrator made a temporary code for them.
        CodeIssued = "code_issued",
        /// They have one more factor.
        FactorAdded = "factor_added",
        /// They have one less.
        FactorRemoved = "factor_removed",
        /// Everything was taken from them.
        Reset = "reset",
        /// A factor of theirs was reported lost.
        FactorLost = "factor_lost",
        /// They said that an attempt was somebody else's.
        NotMe = "not_me",
        /// They are locked.
        Locked = "locked",
    }
);

/// What happened, as far as a letter says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    news: News,
    at: Timestamp,
    /// What it happened to.
    kind: Option<FactorKind>,
    name: Option<String>,
    by_administrator: bool,
    reason: Option<String>,
    until: Option<Timestamp>,
    /// From where.
    address: Option<String>,
}

impl Notice {
    /// News of this moment.
    pub(crate) fn new(news: News, at: Timestamp) -> Self {
        Self { news, at, kind: None, name: None, by_administrator: false, reason: None, until: None, address: None }
    }

    /// What it happened to.
    pub(crate) fn about(self, factor: &Factor) -> Self {
        Self { kind: Some(factor.kind), name: Some(factor.name.clone()), ..self }
    }

    /// The same of what is no factor of its own: a kind, and what the person calls it.
    pub(crate) fn of(self, kind: FactorKind, name: &str) -> Self {
        Self { kind: Some(kind), name: Some(name.to_owned()), ..self }
    }

    /// From where the person acted.
    pub(crate) fn origin(self, origin: &Origin) -> Self {
        Self { address: origin.address.clone(), ..self }
    }

    /// That an administrator did it, and why.
    pub(crate) fn by_administrator(self, reason: &str) -> Self {
        Self { by_administrator: true, reason: Some(reason.to_owned()), ..self }
    }

    /// Until when it counts.
    pub(crate) fn until(self, until: Timestamp) -> Self {
        Self { until: Some(until), ..self }
    }
}

#[derive(Serialize, Deserialize)]
struct Payload {
    account: AccountId,
    notice: Notice,
}

/// Tells people.
pub(crate) struct TellHandler(pub(crate) Mfa);

#[async_trait]
impl Handler for TellHandler {
    fn kind(&self) -> &'static str {
        TELL
    }

    async fn handle(&self, job: &Job, _: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let payload: Payload = job.read()?;
        self.0.tell_person(job.organisation, &payload).await.map(|()| Outcome::Done)
    }
}

/// Whom a letter is for, as the directory knows them.
pub(crate) struct Reader {
    pub(crate) mail: Option<String>,
    pub(crate) language: Option<String>,
}

impl Reader {
    /// Where and how a user reads; nobody where the directory has them disabled or deleted.
    pub(crate) fn of(user: Option<User>) -> Option<Self> {
        let Some(user) = user else { return Some(Self { mail: None, language: None }) };
        if suspended(&user).is_some() {
            return None;
        }
        let mail = user.attributes.mail.filter(|mail| mail::is_address(mail));
        Some(Self { mail, language: user.attributes.preferred_language })
    }
}

impl Mfa {
    /// Who sends letters; nobody where no mail server is configured.
    pub(crate) fn mailer(&self) -> Option<&Mailer> {
        self.out_of_band.post.as_ref().and_then(|post| post.mailer.as_ref())
    }

    /// Queues a letter to a person, in the unit of work in which it happened.
    pub(crate) async fn notify(&self, tx: &mut Tx, account: &Account, notice: Notice) -> Result<(), StoreError> {
        if self.mailer().is_none() {
            return Ok(());
        }
        let payload = Payload { account: account.id, notice };
        let job = NewJob {
            organisation: account.organisation,
            kind: TELL,
            unique_key: None,
            payload: serde_json::to_value(&payload).unwrap_or_default(),
            run_at: self.env().now(),
            max_attempts: ATTEMPTS,
        };
        queue::enqueue(tx, self.env(), job).await.map(drop)
    }

    async fn tell_person(&self, organisation: OrganisationId, payload: &Payload) -> Result<(), JobError> {
        let failed = |error: MfaError| JobError::from_error(&error);
        let found = self.reader_of(organisation, payload.account).await.map_err(failed)?;
        let (Some((account, provider, reader)), Some(mailer)) = (found, self.mailer()) else { return Ok(()) };
        let news = payload.notice.news;
        let Some(to) = reader.mail else {
            let why = "the directory has no mail address of theirs";
            return self.note_telling(&account, news, Err(why)).await.map_err(failed);
        };
        let tenant =
            self.parts.tenants.find(organisation, provider.tenant).await.map_err(|error| failed(error.into()))?;
        let about = self.about_person(&account, &provider, &tenant.name);
        let languages = Language::of(reader.language.as_deref());
        let letter = words::letter(&payload.notice, &about, languages, &to);
        let told = match mailer.send(&letter).await {
            Ok(()) => Ok(masked_mail(&to)),
            Err(error) if error.passes() => return Err(JobError::from_error(&error)),
            // Errors of the kind that name the address name it whole, and so do the words of mail servers below an error.
            Err(MailError::Address(_)) => Err("the address is none".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        self.note_telling(&account, news, told.as_deref().map_err(String::as_str)).await.map_err(failed)
    }

    /// Who is told, unless the tenant's settings or the directory say otherwise.
    async fn reader_of(
        &self,
        organisation: OrganisationId,
        id: AccountId,
    ) -> Result<Option<(Account, Provider, Reader)>, MfaError> {
        let mut tx = self.store().read().await?;
        let Some(account) = accounts::get(&mut tx, organisation, id).await? else { return Ok(None) };
        let provider = self.provider(&mut tx, account.provider).await?;
        let user = user_of(&mut tx, account.provider, account.object_id).await?;
        let reader = Reader::of(user).filter(|_| provider.settings.notices.enabled);
        Ok(reader.map(|reader| (account, provider, reader)))
    }

    /// What every letter to a person says of where it comes from.
    pub(crate) fn about_person<'a>(&self, account: &'a Account, provider: &'a Provider, tenant: &'a str) -> About<'a> {
        About {
            name: account.name.as_deref().unwrap_or(&account.label),
            tenant,
            portal: format!("{}/me/{}", self.parts.url, provider.tenant),
            contact: provider.settings.notices.contact.as_deref(),
        }
    }

    async fn note_telling(&self, account: &Account, news: News, told: Result<&str, &str>) -> Result<(), MfaError> {
        let entry = match told {
            Ok(to) => Entry::act("mfa.person_told").after(&serde_json::json!({ "news": news, "to": to })),
            Err(why) => Entry::act("mfa.person_not_told").reason(why).after(&serde_json::json!({ "news": news })),
        };
        let actor = Actor::system("a letter to a person", account.organisation, self.env().new_id());
        let mut tx = self.store().begin().await?;
        self.tell(&mut tx, &actor, entry.object(object(account))).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests;
