//! The job: one person after the other, each in a unit of work of their own; so many, then a rest.

use std::time::Duration;

use async_trait::async_trait;
use kernel::{Actor, Timestamp};
use mail::{Letter, MailError};
use serde::{Deserialize, Serialize};
use signals::Entry;
use store::Tx;
use store::queue::Job;
use store::worker::{Handler, JobError, Outcome};
use tokio::sync::watch;

use super::{Campaign, CampaignId, CampaignState, Invitee, object, words};
use crate::accounts::user_of;
use crate::error::MfaError;
use crate::model::Provider;
use crate::notices::{About, Language, Reader};
use crate::policy::Door;
use crate::readiness::count::Means;
use crate::service::Mfa;
use crate::store::{accounts, campaigns as rows, readiness};

/// The kind of the job.
pub const SEND: &str = "mfa.campaign";
/// Letters a minute.
pub(super) const A_MINUTE: u64 = 60;
/// Letters at a time.
const AT_ONCE: usize = 20;
/// The rest after them.
const REST: Duration = Duration::from_secs(20);
/// The rest when the mail server takes nothing.
const LONG_REST: Duration = Duration::from_mins(5);

/// From when on a letter counts as sent lately.
pub(super) fn since(now: Timestamp, again_days: u32) -> Timestamp {
    now.minus(Duration::from_hours(24 * u64::from(again_days)))
}

#[derive(Serialize, Deserialize)]
struct Payload {
    campaign: CampaignId,
}

/// Sends a campaign's letters.
pub(crate) struct SendHandler(pub(crate) Mfa);

#[async_trait]
impl Handler for SendHandler {
    fn kind(&self) -> &'static str {
        SEND
    }

    async fn handle(&self, job: &Job, stop: watch::Receiver<bool>) -> Result<Outcome, JobError> {
        let payload: Payload = job.read()?;
        self.0.send_some(payload.campaign, &stop).await.map_err(|error| JobError::from_error(&error))
    }
}

/// What came of one person.
enum Came {
    /// There is nobody left, or it was stopped.
    ToTheEnd,
    /// They need none.
    Skipped,
    /// They are claimed, and this is their letter.
    Letter(Box<(Campaign, Invitee, Letter)>),
}

impl Mfa {
    async fn send_some(&self, id: CampaignId, stop: &watch::Receiver<bool>) -> Result<Outcome, MfaError> {
        let found = rows::find(&mut self.store().read().await?, id).await?;
        let Some(campaign) = found else { return Ok(Outcome::Done) };
        let tenant = self.parts.tenants.find(campaign.organisation, campaign.provider).await?.name;
        let mut letters = 0;
        while letters < AT_ONCE && !*stop.borrow() {
            match self.next_letter(id, &tenant).await? {
                Came::ToTheEnd => return Ok(Outcome::Done),
                Came::Skipped => {}
                Came::Letter(letter) => {
                    let (campaign, invitee, letter) = *letter;
                    letters += 1;
                    if !self.post_letter(&campaign, &invitee, &letter).await? {
                        return Ok(Outcome::Again(self.env().now().plus(LONG_REST)));
                    }
                }
            }
        }
        Ok(Outcome::Again(self.env().now().plus(REST)))
    }

    /// Comes to the next person, and claims them where a letter is due.
    async fn next_letter(&self, id: CampaignId, tenant: &str) -> Result<Came, MfaError> {
        let mut tx = self.store().begin().await?;
        let campaign = rows::take(&mut tx, id).await?;
        let Some(campaign) = campaign.filter(|campaign| campaign.state == CampaignState::Running) else {
            return Ok(Came::ToTheEnd);
        };
        let policy = campaign.policy.as_deref();
        let Some(invitee) = rows::next(&mut tx, campaign.provider, policy, campaign.reached).await? else {
            self.end_campaign(&mut tx, &campaign).await?;
            tx.commit().await?;
            return Ok(Came::ToTheEnd);
        };
        let came = if let Some(letter) = self.letter_for(&mut tx, &campaign, &invitee, tenant).await? {
            rows::came_to(&mut tx, id, invitee.object_id, (1, 0)).await?;
            Came::Letter(Box::new((campaign, invitee, letter)))
        } else {
            rows::came_to(&mut tx, id, invitee.object_id, (0, 1)).await?;
            Came::Skipped
        };
        tx.commit().await?;
        Ok(came)
    }

    /// The letter to somebody who still needs one; claims them.
    async fn letter_for(
        &self,
        tx: &mut Tx,
        campaign: &Campaign,
        one: &Invitee,
        tenant: &str,
    ) -> Result<Option<Letter>, MfaError> {
        let provider = self.provider(tx, campaign.provider).await?;
        let user = user_of(tx, campaign.provider, one.object_id).await?;
        let Some(Reader { mail: Some(to), language }) = user.and_then(|user| Reader::of(Some(user))) else {
            return Ok(None);
        };
        if self.is_ready(tx, &provider, one).await? {
            return Ok(None);
        }
        let now = self.env().now();
        let claim = (campaign.provider, one.object_id, campaign.id);
        if !rows::claim(tx, claim, now, since(now, campaign.again_days)).await? {
            return Ok(None);
        }
        let about = self.about_invitee(one, &provider, tenant);
        Ok(Some(words::invitation(&about, campaign.words.as_deref(), Language::of(language.as_deref()), &to)))
    }

    /// Whether somebody has a usable factor by now.
    async fn is_ready(&self, tx: &mut Tx, provider: &Provider, one: &Invitee) -> Result<bool, MfaError> {
        let Some(account) = accounts::find(tx, provider.tenant, one.object_id).await? else { return Ok(false) };
        let ruled = self.ruled(tx, provider.clone(), &account, Door::Entra).await?;
        let means = readiness::means(tx, provider, &[one.object_id]).await?;
        Ok(means.values().flat_map(Means::all).any(|holding| ruled.counts().has(holding)))
    }

    /// Sends a letter; says whether the mail server takes any now.
    async fn post_letter(&self, campaign: &Campaign, one: &Invitee, letter: &Letter) -> Result<bool, MfaError> {
        let sent = match self.mailer() {
            Some(mailer) => mailer.send(letter).await,
            None => Err(MailError::Config("no mail server is configured".to_owned())),
        };
        let Err(error) = sent else { return Ok(true) };
        let later = error.passes() || matches!(error, MailError::Config(_));
        // Errors of the kind that name the address name it whole.
        let named = matches!(error, MailError::Address(_));
        let why = if named { "the address is none".to_owned() } else { JobError::from_error(&error).0 };
        let mut tx = self.store().begin().await?;
        rows::unclaim(&mut tx, campaign.provider, one.object_id, campaign.id).await?;
        if later {
            rows::back(&mut tx, campaign.id, campaign.reached, &why).await?;
        } else {
            tracing::warn!(mfa.campaign_id = %campaign.id, mfa.object_id = %one.object_id, why, "a letter is not taken");
            rows::refused(&mut tx, campaign.id).await?;
        }
        tx.commit().await?;
        Ok(!later)
    }

    async fn end_campaign(&self, tx: &mut Tx, campaign: &Campaign) -> Result<(), MfaError> {
        rows::end(tx, campaign.id, CampaignState::Done, self.env().now()).await?;
        let figures =
            serde_json::json!({ "sent": campaign.sent, "skipped": campaign.skipped, "failed": campaign.failed });
        let actor = Actor::system("letters to people", campaign.organisation, self.env().new_id());
        let entry = Entry::act("mfa.campaign_ended").object(object(campaign)).after(&figures);
        Ok(self.tell(tx, &actor, entry).await?)
    }

    pub(super) fn about_invitee<'a>(&self, one: &'a Invitee, provider: &'a Provider, tenant: &'a str) -> About<'a> {
        About {
            name: &one.name,
            tenant,
            portal: format!("{}/me/{}", self.parts.url, provider.tenant),
            contact: provider.settings.notices.contact.as_deref(),
        }
    }
}
