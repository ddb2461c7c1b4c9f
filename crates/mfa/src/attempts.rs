//! Every attempt, passed or not, with its reason: what administrators read when somebody says "it does not let me in".

mod export;

use directory::service::ExportFormat;
use futures_util::{Stream, stream};
use kernel::{May, OrganisationId, Page, PageRequest, Timestamp, text_enum};
use serde::Serialize;
use store::Tx;
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::MfaError;
use crate::lists;
use crate::model::{Account, AccountId, AttemptId, FactorKind, Origin, Provider};
use crate::permissions::ReadMfa;
use crate::policy::Ruled;
use crate::service::Mfa;
use crate::store::{attempts as rows, ceremonies, devices, failures, message_log, messages, portal, pushes};

/// Attempts that are dropped in one statement.
const PRUNED_AT_ONCE: u64 = 5_000;
/// The longest text kept, in characters.
const LONGEST: usize = 300;

text_enum!(
    /// How an attempt ended.
    pub enum Outcome {
        /// The person proved themselves.
        Passed = "passed",
        /// They did not.
        Refused = "refused",
        /// They gave it up, or said it was not them.
        Declined = "declined",
        /// What Entra asked was refused, or could not be answered.
        Error = "error",
    }
);

/// An attempt.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaAttempt)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// Whose it is.
    #[serde(skip)]
    pub organisation: OrganisationId,
    /// The tenant.
    pub provider: TenantId,
    /// The person's account, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// When.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// A stable word for why.
    pub reason: String,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What the person is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// By which kind of factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor_kind: Option<FactorKind>,
    /// By which factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor_name: Option<String>,
    /// From where.
    #[serde(flatten)]
    pub origin: Origin,
    /// When the person said that it was somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_me_at: Option<Timestamp>,
    /// Which policies gave the rules that it was judged by; absent where the tenant's settings gave all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ruled: Option<Ruled>,
}

/// Which attempts are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptFilter {
    /// Of this tenant.
    pub provider: Option<TenantId>,
    /// Of this person.
    pub account: Option<AccountId>,
    /// That ended so.
    pub outcome: Option<Outcome>,
    /// For this reason.
    pub reason: Option<String>,
    /// By this kind of factor.
    pub factor_kind: Option<FactorKind>,
    /// Of people whose label has this in it.
    pub label: Option<String>,
    /// From this address.
    pub address: Option<String>,
    /// Of this sign-in, as Entra's log names it.
    pub correlation_id: Option<String>,
    /// That a custom control asked for, the old way; or none of those.
    pub custom_control: Option<bool>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

impl Attempt {
    /// An attempt with a tenant's provider, now.
    pub(crate) fn new(mfa: &Mfa, provider: &Provider, outcome: Outcome, reason: &str, origin: &Origin) -> Self {
        let shorten = |text: &Option<String>| text.as_ref().map(|text| short(text));
        Self {
            id: mfa.env().new_id(),
            organisation: provider.organisation,
            provider: provider.tenant,
            account: None,
            at: mfa.env().now(),
            outcome,
            reason: short(reason),
            detail: None,
            label: None,
            factor_kind: None,
            factor_name: None,
            origin: Origin {
                address: shorten(&origin.address),
                user_agent: shorten(&origin.user_agent),
                correlation_id: shorten(&origin.correlation_id),
                custom_control: origin.custom_control,
            },
            not_me_at: None,
            ruled: provider.ruled.clone(),
        }
    }

    /// Of this person.
    #[must_use]
    pub(crate) fn by(mut self, account: &Account) -> Self {
        self.account = Some(account.id);
        self.label(&account.label)
    }

    /// Of somebody who is called so.
    #[must_use]
    pub(crate) fn label(mut self, label: &str) -> Self {
        self.label = Some(short(label));
        self
    }

    /// With this factor.
    #[must_use]
    pub(crate) fn with(mut self, kind: FactorKind, name: Option<&str>) -> Self {
        self.factor_kind = Some(kind);
        self.factor_name = name.map(short);
        self
    }

    /// More about it.
    #[must_use]
    pub(crate) fn detail(mut self, detail: impl AsRef<str>) -> Self {
        self.detail = Some(short(detail.as_ref()));
        self
    }
}

/// Without what no database keeps, and not too long.
fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}

impl Mfa {
    /// Writes an attempt down, in the unit of work that decided it.
    pub(crate) async fn record(&self, tx: &mut Tx, attempt: &Attempt) -> Result<(), MfaError> {
        let (outcome, reason) = (attempt.outcome.as_str(), attempt.reason.clone());
        metrics::counter!("mfa_attempts_total", "outcome" => outcome, "reason" => reason).increment(1);
        Ok(rows::insert(tx, attempt).await?)
    }

    /// One page of attempts, newest first.
    pub async fn list_attempts(
        &self,
        may: &May<ReadMfa>,
        filter: &AttemptFilter,
        page: &PageRequest,
    ) -> Result<Page<Attempt>, MfaError> {
        let after = lists::after(page)?.map(|(at, id)| (Timestamp::from_micros(at), id));
        let mut tx = self.store().read().await?;
        let found = rows::list(&mut tx, may.actor().organisation, filter, page.limit, after).await?;
        Ok(Page::from_rows(found, page.limit, |attempt| (attempt.at.micros(), Uuid::from(attempt.id))))
    }

    /// One attempt.
    pub async fn get_attempt(&self, may: &May<ReadMfa>, id: AttemptId) -> Result<Attempt, MfaError> {
        let mut tx = self.store().read().await?;
        rows::get(&mut tx, may.actor().organisation, id).await?.ok_or(MfaError::NotFound("attempt"))
    }

    /// Every matching attempt, newest first, to be taken along.
    pub async fn export_attempts(
        &self,
        may: &May<ReadMfa>,
        filter: AttemptFilter,
        format: ExportFormat,
    ) -> Result<impl Stream<Item = Result<String, MfaError>> + Send + use<>, MfaError> {
        // What cannot be asked is refused before the answer begins.
        self.list_attempts(may, &filter, &PageRequest::first(1)).await?;
        let first = (self.clone(), may.clone(), Some(PageRequest::first(PageRequest::MOST)));
        Ok(stream::try_unfold(first, move |(mfa, may, page)| {
            let filter = filter.clone();
            async move {
                let Some(page) = page else { return Ok(None) };
                let found = mfa.list_attempts(&may, &filter, &page).await?;
                let mut text = export::head(format, page.after.is_none());
                found.items.iter().for_each(|attempt| text.push_str(&export::line(format, attempt)));
                let next = found.next.map(|next| PageRequest::new(PageRequest::MOST, Some(next)));
                Ok(Some((text, (mfa, may, next))))
            }
        }))
    }

    /// Drops attempts and messages that are older than the configuration keeps; returns how many.
    pub async fn prune_attempts(&self) -> Result<u64, MfaError> {
        let keep = std::time::Duration::from_hours(24 * u64::from(self.config().keep_attempts_days));
        let before = self.env().now().minus(keep);
        let mut dropped = 0;
        loop {
            let mut tx = self.store().begin().await?;
            let attempts = rows::prune(&mut tx, before, PRUNED_AT_ONCE).await?;
            let messages = message_log::prune(&mut tx, before, PRUNED_AT_ONCE).await?;
            tx.commit().await?;
            dropped += attempts + messages;
            if attempts.max(messages) < PRUNED_AT_ONCE {
                return Ok(dropped + self.prune_expired(before).await?);
            }
        }
    }

    /// Drops ceremonies, sessions and remembered browsers that have expired, and failures that count for nobody any more.
    async fn prune_expired(&self, before: Timestamp) -> Result<u64, MfaError> {
        let now = self.env().now();
        let mut tx = self.store().begin().await?;
        let dropped = ceremonies::prune(&mut tx, now).await?
            + devices::prune(&mut tx, now).await?
            + messages::prune(&mut tx, now).await?
            + pushes::prune(&mut tx, now).await?
            + self.prune_early_receipts(&mut tx).await?
            + failures::prune(&mut tx, before).await?
            + portal::prune(&mut tx, now).await?;
        tx.commit().await?;
        Ok(dropped)
    }
}
