//! Codes that administrators give: for a person who has lost everything, or has nothing yet.
//!
//! | given to | the code is |
//! |---|---|
//! | anybody | active at once |
//! | a member of a privileged group | pending: shown to whom asked, and worth nothing until another operator has agreed |
//!
//! It is over when it expires, when it was used (one that counts once), and when the person has registered a usual factor.

use std::time::Duration;

use kernel::{May, Secret, Timestamp};
use serde::Deserialize;
use signals::Entry;
use store::Tx;
use utoipa::ToSchema;

use super::FactorView;
use super::model::{Details, TemporaryCode};
use crate::accounts::{reason_of, suspension, user_of};
use crate::error::MfaError;
use crate::events::object;
use crate::model::{Account, FactorId, FactorKind, FactorState, Provider};
use crate::notices::{News, Notice};
use crate::permissions::IssueCode;
use crate::policy::Door;
use crate::service::Mfa;
use crate::store::{accounts, factors as rows};

/// The longest ticket, in characters.
const LONGEST_TICKET: usize = 300;
/// How long an expired code is kept: so long the log of attempts says why it does not count.
const EXPLAINED: Duration = Duration::from_hours(7 * 24);
/// What such a code is called.
const NAME: &str = "Temporary code";

/// A code to be given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMfaCode)]
pub struct NewCode {
    /// Why. Logged, and shown to the person.
    pub reason: String,
    /// The ticket it was asked for in.
    pub ticket: Option<String>,
    /// Minutes that it is valid; the tenant's settings say what it is otherwise, and the most.
    pub valid_minutes: Option<u32>,
    /// Whether it counts as often as needed until it expires; otherwise once.
    #[serde(default)]
    pub several_uses: bool,
}

/// A code that was given. Shown once.
#[derive(Debug)]
pub struct IssuedCode {
    /// The factor that it is.
    pub factor: FactorView,
    /// The code, to be told to the person.
    pub code: Secret<String>,
    /// Whether a second administrator has to agree first.
    pub needs_approval: bool,
}

impl Mfa {
    /// Gives a person a temporary code. One that was given before is worth nothing from now on.
    pub async fn issue_code(&self, may: &May<IssueCode>, wanted: &NewCode) -> Result<IssuedCode, MfaError> {
        let (provider, needs_approval) = self.rules_for(may).await?;
        let until = self.valid_until(&provider, wanted)?;
        let mut tx = self.store().begin().await?;
        let account = self.own_account(&mut tx, may.actor().organisation, may.account).await?;
        self.may_have_code(&mut tx, &provider, &account).await?;
        for factor in rows::of(&mut tx, account.id).await? {
            if factor.kind == FactorKind::Temporary {
                rows::delete(&mut tx, factor.id).await?;
            }
        }
        let details = Details::Temporary(TemporaryCode {
            reason: wanted.reason.trim().to_owned(),
            ticket: wanted.ticket.clone().filter(|ticket| !ticket.trim().is_empty()),
            once: !wanted.several_uses,
            issued_by: may.actor().label(),
            issuer: may.actor().person().map(Into::into),
            approved_by: None,
        });
        let mut factor = self.written_factor(&account, FactorKind::Temporary, NAME, details);
        factor.state = if needs_approval { FactorState::Pending } else { FactorState::Active };
        factor.expires_at = Some(until);
        let drawn = self.draw_codes(&mut tx, account.id, 1).await?;
        self.put_codes(&mut tx, &factor, &drawn).await?;
        let view = factor.view(Some(1));
        let entry = Entry::act("mfa.code_issued").object(object(&account)).reason(&wanted.reason).after(&view);
        self.tell(&mut tx, may.actor(), entry).await?;
        let news = Notice::new(News::CodeIssued, self.env().now()).by_administrator(wanted.reason.trim()).until(until);
        self.notify(&mut tx, &account, news).await?;
        tx.commit().await?;
        let code = drawn.into_iter().next().ok_or(MfaError::NotFound("code"))?.shown();
        Ok(IssuedCode { factor: view, code, needs_approval })
    }

    /// Agrees to a code that another operator gave to a privileged person.
    pub async fn approve_code(&self, may: &May<IssueCode>, factor: FactorId) -> Result<FactorView, MfaError> {
        let mut tx = self.store().begin().await?;
        let account = self.own_account(&mut tx, may.actor().organisation, may.account).await?;
        let mut factor = self.own_factor(&mut tx, account.id, factor).await?;
        let approver = may.actor().person();
        let Details::Temporary(code) = &mut factor.details else { return Err(MfaError::NotFound("code")) };
        if factor.state != FactorState::Pending || factor.expires_at.is_none_or(|end| end <= self.env().now()) {
            return Err(MfaError::Conflict("the code does not wait for anybody".to_owned()));
        }
        if approver.is_none() || approver.map(Into::into) == code.issuer {
            return Err(MfaError::Conflict("another operator than the one who gave the code has to agree".to_owned()));
        }
        code.approved_by = Some(may.actor().label());
        factor.state = FactorState::Active;
        rows::set_details(&mut tx, factor.id, &factor.details).await?;
        rows::set_state(&mut tx, factor.id, FactorState::Active).await?;
        let view = factor.view(Some(1));
        let entry = Entry::act("mfa.code_approved").object(object(&account)).after(&view);
        self.tell(&mut tx, may.actor(), entry).await?;
        tx.commit().await?;
        Ok(view)
    }

    /// Forgets codes that have expired long ago; returns how many.
    pub(crate) async fn prune_codes(&self) -> Result<u64, MfaError> {
        let mut tx = self.store().begin().await?;
        let gone = rows::prune(&mut tx, self.env().now().minus(EXPLAINED)).await?;
        tx.commit().await?;
        Ok(gone)
    }

    fn valid_until(&self, provider: &Provider, wanted: &NewCode) -> Result<Timestamp, MfaError> {
        let rules = provider.settings.temporary;
        let minutes = wanted.valid_minutes.unwrap_or(rules.default_minutes);
        if !(1..=rules.longest_minutes).contains(&minutes) {
            return Err(MfaError::Invalid(format!("valid_minutes must be from 1 to {}", rules.longest_minutes)));
        }
        if reason_of(&wanted.reason)?.is_empty() {
            return Err(MfaError::Invalid("reason must not be empty".to_owned()));
        }
        if wanted.ticket.as_deref().is_some_and(|ticket| ticket.chars().count() > LONGEST_TICKET) {
            return Err(MfaError::Invalid(format!("ticket has at most {LONGEST_TICKET} characters")));
        }
        Ok(self.env().now().plus(Duration::from_mins(minutes.into())))
    }

    async fn may_have_code(&self, tx: &mut Tx, provider: &Provider, account: &Account) -> Result<(), MfaError> {
        if !provider.settings.kinds.contains(&FactorKind::Temporary) {
            return Err(MfaError::Conflict("temporary codes are switched off for this tenant".to_owned()));
        }
        if suspension(tx, account).await?.is_some() {
            return Err(MfaError::Conflict("the directory has this person disabled or deleted".to_owned()));
        }
        Ok(())
    }

    /// The tenant's settings, and whether the person is in a privileged group, directly or through another. Where nobody can
    /// say, they are.
    async fn rules_for(&self, may: &May<IssueCode>) -> Result<(Provider, bool), MfaError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store().read().await?;
        let account = accounts::get(&mut tx, organisation, may.account).await?;
        let account = account.ok_or(MfaError::NotFound("account"))?;
        let provider = self.provider(&mut tx, account.provider).await?;
        let provider = self.ruled(&mut tx, provider, &account, Door::Entra).await?;
        let named = &provider.settings.privileged_groups;
        if named.is_empty() {
            return Ok((provider, false));
        }
        let user = user_of(&mut tx, account.provider, account.object_id).await?;
        let source = directory::SourceId(account.provider.into());
        let groups = directory::read::groups_by_object_ids(&mut tx, source, named).await?;
        drop(tx);
        let index = self.parts.directory.ready(organisation).await?;
        let known = user.filter(|user| index.user(user.id).is_some() && groups.len() == named.len());
        let is_in = known.is_none_or(|user| groups.iter().any(|group| index.is_member(user.id, group.id)));
        Ok((provider, is_in))
    }
}
