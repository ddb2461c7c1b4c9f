//! Letters to those who could not pass (SYM-09): previewed, then sent by one job that goes on where it stopped.
//!
//! ```text
//! people without a usable factor ──► preview ──► start ──► one after the other: still without? address? not lately?
//!   as last counted                  counted      one        yes: claimed, sent · no: skipped
//! ```
//!
//! A person is claimed before the letter leaves, so that a node that dies in between writes to nobody twice. Not more than
//! sixty letters leave in a minute. What it deliberately does not do: write to people whom the directory does not know.

mod send;
mod words;

use kernel::{May, Timestamp, id_type, text_enum};
use serde::{Deserialize, Serialize};
use signals::{Entry, Object};
use store::queue;
use store::queue::NewJob;
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use send::SendHandler;

use crate::error::MfaError;
use crate::model::Provider;
use crate::notices::Language;
use crate::outofband::address::masked_mail;
use crate::permissions::{ReadMfa, SendCampaign};
use crate::service::Mfa;
use crate::store::campaigns as rows;

/// The longest text of an administrator's, in characters.
const LONGEST: usize = 1_000;
/// The days in which nobody is written to twice.
const AGAIN: std::ops::RangeInclusive<u32> = 1..=90;
/// The same, where nobody says otherwise.
const USUAL_AGAIN: u32 = 7;
/// How often the job may fail; what the mail server puts off does not count.
const ATTEMPTS: u32 = 20;
/// How many former ones are shown.
const SHOWN: usize = 20;

id_type!(
    /// Letters to those who could not pass.
    CampaignId
);

text_enum!(
    /// How far it is.
    pub enum CampaignState {
        /// Letters leave.
        Running = "running",
        /// Everybody was come to.
        Done = "done",
        /// Somebody stopped it.
        Stopped = "stopped",
    }
);

/// Letters to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMfaCampaign)]
pub struct NewCampaign {
    /// Only to whom the policy with this id hits; left out: to everybody without a usable factor.
    #[serde(default)]
    pub policy: Option<String>,
    /// Own words in each letter, at most 1,000 characters.
    #[serde(default)]
    pub words: Option<String>,
    /// Nobody is written to twice within so many days, 1 to 90; left out: 7.
    #[serde(default)]
    pub again_days: Option<u32>,
}

/// What would be sent, to how many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaCampaignPreview)]
pub struct CampaignPreview {
    /// People who have registered nothing that counts, as last counted. Who is locked has, and is not among them.
    pub people: u64,
    /// Who of them was written to lately.
    pub lately: u64,
    /// Who of the others has no mail address.
    pub without_address: u64,
    /// Who would be written to.
    pub letters: u64,
    /// How long it would take, in minutes.
    pub minutes: u64,
    /// The letter to the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
}

/// A letter as somebody would get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaCampaignSample)]
pub struct Sample {
    /// Whose.
    pub name: String,
    /// Where to: never whole.
    pub to: String,
    /// About what.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// Letters that were sent, or are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaCampaign)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// The tenant.
    pub provider: TenantId,
    /// Whose organisation.
    #[serde(skip)]
    pub organisation: kernel::OrganisationId,
    /// The policy whose people it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The administrator's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Nobody is written to twice within so many days.
    pub again_days: u32,
    /// How far it is.
    pub state: CampaignState,
    /// How many people there were when it began.
    pub people: u64,
    /// Letters that the mail server has taken.
    pub sent: u64,
    /// People who needed none: they have a factor by now, no address, or were written to lately.
    pub skipped: u64,
    /// Letters that the mail server refused.
    pub failed: u64,
    /// The last person it came to.
    #[serde(skip)]
    pub reached: Option<Uuid>,
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

/// Whom a campaign is for, as last counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invitee {
    pub object_id: Uuid,
    pub name: String,
    pub mail: Option<String>,
}

/// What was wished, within its bounds.
struct Wish {
    policy: Option<String>,
    words: Option<String>,
    again_days: u32,
}

impl Wish {
    fn of(new: &NewCampaign) -> Result<Self, MfaError> {
        let filled =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let (policy, words) = (filled(&new.policy), filled(&new.words));
        if words.as_ref().is_some_and(|words| words.chars().count() > LONGEST) {
            return Err(MfaError::Invalid(format!("words has at most {LONGEST} characters")));
        }
        let again_days = new.again_days.unwrap_or(USUAL_AGAIN);
        if !AGAIN.contains(&again_days) {
            return Err(MfaError::Invalid(format!("again_days must be from {} to {}", AGAIN.start(), AGAIN.end())));
        }
        Ok(Self { policy, words, again_days })
    }
}

impl Mfa {
    /// What would be sent, to how many. Nothing is.
    pub async fn preview_campaign(
        &self,
        may: &May<SendCampaign>,
        new: &NewCampaign,
    ) -> Result<CampaignPreview, MfaError> {
        let wish = Wish::of(new)?;
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, may.tenant).await?;
        let since = send::since(self.env().now(), wish.again_days);
        let figures = rows::figures(&mut tx, provider.tenant, wish.policy.as_deref(), since).await?;
        let first = rows::first_with_address(&mut tx, provider.tenant, wish.policy.as_deref(), since).await?;
        drop(tx);
        let sample = match first {
            Some(first) => Some(self.sample_letter(&provider, &first, wish.words.as_deref()).await?),
            None => None,
        };
        let letters = figures.people.saturating_sub(figures.lately + figures.without_address);
        let minutes = letters.div_ceil(send::A_MINUTE);
        let rows::Figures { people, lately, without_address } = figures;
        Ok(CampaignPreview { people, lately, without_address, letters, minutes, sample })
    }

    async fn sample_letter(&self, provider: &Provider, one: &Invitee, own: Option<&str>) -> Result<Sample, MfaError> {
        let tenant = self.parts.tenants.find(provider.organisation, provider.tenant).await?;
        let user = crate::accounts::user_of(&mut self.store().read().await?, provider.tenant, one.object_id).await?;
        let preferred = user.and_then(|user| user.attributes.preferred_language);
        let to = one.mail.clone().unwrap_or_default();
        let about = self.about_invitee(one, provider, &tenant.name);
        let letter = words::invitation(&about, own, Language::of(preferred.as_deref()), &to);
        Ok(Sample { name: one.name.clone(), to: masked_mail(&to), subject: letter.subject, text: letter.text })
    }

    /// Begins to send. One campaign of a tenant runs at a time.
    pub async fn start_campaign(&self, may: &May<SendCampaign>, new: &NewCampaign) -> Result<Campaign, MfaError> {
        let wish = Wish::of(new)?;
        if self.mailer().is_none() {
            return Err(MfaError::Conflict("no mail server is configured: see [mail]".to_owned()));
        }
        let (actor, now) = (may.actor(), self.env().now());
        let mut tx = self.store().begin().await?;
        let provider = self.own_provider(&mut tx, actor.organisation, may.tenant).await?;
        let since = send::since(now, wish.again_days);
        let figures = rows::figures(&mut tx, provider.tenant, wish.policy.as_deref(), since).await?;
        if figures.people <= figures.lately + figures.without_address {
            return Err(MfaError::Conflict(
                "nobody would be written to: count who could not pass first, or wait".to_owned(),
            ));
        }
        let campaign = Campaign {
            id: self.env().new_id(),
            provider: provider.tenant,
            organisation: provider.organisation,
            policy: wish.policy,
            words: wish.words,
            again_days: wish.again_days,
            state: CampaignState::Running,
            people: figures.people,
            sent: 0,
            skipped: 0,
            failed: 0,
            reached: None,
            trouble: None,
            started_at: now,
            started_by: actor.label(),
            ended_at: None,
        };
        if !rows::insert(&mut tx, &campaign).await? {
            return Err(MfaError::Conflict("letters to people of this tenant are on their way already".to_owned()));
        }
        queue::enqueue(&mut tx, self.env(), job(&campaign, now)).await?;
        let entry = Entry::act("mfa.campaign_started").object(object(&campaign)).after(&campaign);
        self.tell(&mut tx, actor, entry).await?;
        tx.commit().await?;
        Ok(campaign)
    }

    /// The last campaigns of a tenant, newest first.
    pub async fn list_campaigns(&self, may: &May<ReadMfa>, tenant: TenantId) -> Result<Vec<Campaign>, MfaError> {
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        Ok(rows::list(&mut tx, provider.tenant, SHOWN).await?)
    }

    /// Stops a campaign: who was not come to yet is not written to.
    pub async fn stop_campaign(&self, may: &May<SendCampaign>, id: CampaignId) -> Result<Campaign, MfaError> {
        let mut tx = self.store().begin().await?;
        let provider = self.own_provider(&mut tx, may.actor().organisation, may.tenant).await?;
        let found = rows::find(&mut tx, id).await?.filter(|found| found.provider == provider.tenant);
        let mut campaign = found.ok_or(MfaError::NotFound("campaign"))?;
        if !rows::end(&mut tx, id, CampaignState::Stopped, self.env().now()).await? {
            return Err(MfaError::Conflict("it has ended already".to_owned()));
        }
        (campaign.state, campaign.ended_at) = (CampaignState::Stopped, Some(self.env().now()));
        let entry = Entry::act("mfa.campaign_stopped").object(object(&campaign)).after(&campaign);
        self.tell(&mut tx, may.actor(), entry).await?;
        tx.commit().await?;
        Ok(campaign)
    }
}

fn job(campaign: &Campaign, now: Timestamp) -> NewJob {
    NewJob {
        organisation: campaign.organisation,
        kind: send::SEND,
        unique_key: Some(campaign.id.to_string()),
        payload: serde_json::json!({ "campaign": campaign.id }),
        run_at: now,
        max_attempts: ATTEMPTS,
    }
}

fn object(campaign: &Campaign) -> Object {
    Object::new("tenant", campaign.provider, format!("campaign {}", campaign.id))
}
