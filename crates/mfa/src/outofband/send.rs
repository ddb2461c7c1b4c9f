//! One message: counted and paid for, written down sealed, then sent outside of any unit of work.

use std::time::Duration;

use kernel::{Secret, Timestamp};
use mail::Letter;
use signals::Entry;
use store::Tx;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Delivery, Message, Offer};
use crate::accounts::suspension;
use crate::attempts::{Attempt, Outcome};
use crate::error::MfaError;
use crate::factors::Refusal;
use crate::gateway::{StoredGateway, Taken, Values};
use crate::lockout::{gate, source_of};
use crate::model::{Account, FactorKind, MessageId, Origin, Provider};
use crate::service::Mfa;
use crate::store::{failures, gateways, message_log, messages as rows};

/// How long a mail server may take: a person waits.
const PATIENCE: Duration = Duration::from_secs(15);

/// What is sent, with `{code}` and `{minutes}` to be filled in.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    /// What a letter is about.
    pub subject: &'a str,
    /// What is said.
    pub text: &'a str,
}

/// What came of asking for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// It is on its way.
    Sent,
    /// It is not.
    Not(NotSent),
}

/// Why no code was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSent {
    /// That way is not offered to the person.
    NotOffered,
    /// No code would be looked at now.
    Closed(Refusal),
    /// Another one can be sent later.
    Wait {
        /// When.
        until: Timestamp,
    },
    /// The tenant's money for today is spent.
    Spent,
    /// The mail server or the gateway did not take it.
    Failed,
}

/// A message that is written down and not yet sent.
pub(crate) struct Draft {
    holder: Uuid,
    logged: MessageId,
    sent_at: Timestamp,
    offer: Offer,
    code: Secret<String>,
    minutes: u32,
    gateway: Option<StoredGateway>,
}

impl Mfa {
    /// Which kinds of codes somebody delivers.
    pub(crate) async fn delivered(&self, tx: &mut Tx, provider: &Provider) -> Result<Vec<FactorKind>, MfaError> {
        let Some(post) = &self.out_of_band.post else { return Ok(Vec::new()) };
        let mut kinds: Vec<_> = post.mailer.iter().map(|_| FactorKind::Email).collect();
        for gateway in gateways::list(tx, provider.organisation, provider.tenant).await? {
            kinds.push(gateway.way);
        }
        Ok(kinds)
    }

    /// Writes a message down, unless it is one too many. Commit the unit of work in either case where it says so.
    pub(crate) async fn draft(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        (holder, until): (Uuid, Timestamp),
        offer: &Offer,
        origin: &Origin,
    ) -> Result<Result<Draft, (NotSent, bool)>, MfaError> {
        let (now, settings) = (self.env().now(), &provider.settings.out_of_band);
        let account = self.turn_of(tx, account.id).await?;
        if let Some(closed) = self.closed(tx, provider, &account, origin).await? {
            return Ok(Err((NotSent::Closed(closed), false)));
        }
        let gateway = match offer.way {
            FactorKind::Email => None,
            way => gateways::find(tx, provider.organisation, provider.tenant, way).await?,
        };
        if let Some(gateway) = &gateway
            && !self.pay(tx, provider, gateway.template.price).await?
        {
            return Ok(Err((NotSent::Spent, true)));
        }
        if let Err(wait) = self.count_message(tx, provider, &account, offer.to.expose()).await? {
            return Ok(Err((wait, false)));
        }
        let code = self.draw_code(settings.digits);
        let minutes = settings.code_minutes;
        let message = Message {
            id: holder,
            way: offer.way,
            target: offer.target,
            shown: offer.shown.clone(),
            state: Delivery::Sending,
            detail: None,
            code: self.sealer().seal(rows::place(holder), code.expose().as_bytes()),
            tries: 0,
            sent_at: now,
            expires_at: now.plus(Duration::from_mins(minutes.into())).min(until),
            used_at: None,
        };
        rows::put(tx, &account, &message).await?;
        let by = gateway.as_ref().map(|gateway| gateway.id);
        let logged = self.log_message(tx, &account, &message, by, origin).await?;
        let told = serde_json::json!({ "way": offer.way, "to": offer.shown, "country": offer.country });
        self.tell_of_person(tx, &account, origin, Entry::act("mfa.code_sent").after(&told)).await?;
        Ok(Ok(Draft { holder, logged, sent_at: now, offer: offer.clone(), code, minutes, gateway }))
    }

    /// Sends it, and writes down what came of that.
    pub(crate) async fn deliver(
        &self,
        provider: &Provider,
        account: &Account,
        draft: &Draft,
        wording: Wording<'_>,
        origin: &Origin,
    ) -> Result<Sending, MfaError> {
        let settings = &provider.settings.out_of_band;
        let text = settings.text.as_deref().unwrap_or(wording.text);
        let text = filled(text, draft);
        let sent = match &draft.gateway {
            Some(gateway) => self.by_gateway(gateway, draft, &text).await,
            None => self.by_mail(draft, settings.subject.as_deref().unwrap_or(wording.subject), text).await,
        };
        let (state, detail, reference) = match &sent {
            Ok(taken) => (Delivery::Taken, &taken.detail, taken.reference.as_deref()),
            Err(detail) => (Delivery::Failed, detail, None),
        };
        let mut tx = self.store().begin().await?;
        rows::set_state(&mut tx, (draft.holder, draft.sent_at), state, detail).await?;
        message_log::set_state(&mut tx, draft.logged, state, detail, reference).await?;
        if let (Some(gateway), Some(reference)) = (&draft.gateway, reference) {
            self.take_early_receipt(&mut tx, gateway.id, reference).await?;
        }
        if sent.is_err() {
            let attempt = Attempt::new(self, provider, Outcome::Error, "code_not_sent", origin).by(account);
            let told = format!("{} to {}: {detail}", draft.offer.way, draft.offer.shown);
            self.record(&mut tx, &attempt.with(draft.offer.way, None).detail(told)).await?;
        }
        tx.commit().await?;
        Ok(if sent.is_ok() { Sending::Sent } else { Sending::Not(NotSent::Failed) })
    }

    async fn closed(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        origin: &Origin,
    ) -> Result<Option<Refusal>, MfaError> {
        if suspension(tx, account).await?.is_some() {
            return Ok(Some(Refusal::Suspended));
        }
        let now = self.env().now();
        let standing = failures::standing(tx, account, &source_of(origin.address.as_deref()), now).await?;
        Ok(gate(&provider.settings.lockout, &standing, now).err().map(Refusal::from))
    }

    /// As many digits; each number as likely as any other.
    fn draw_code(&self, digits: u32) -> Secret<String> {
        let width = digits as usize;
        Secret::new(format!("{:0width$}", self.env().rng.below(10_u64.pow(digits))))
    }

    async fn by_mail(&self, draft: &Draft, subject: &str, text: String) -> Result<Taken, String> {
        let mailer = self.out_of_band.post.as_ref().and_then(|post| post.mailer.as_ref());
        let mailer = mailer.ok_or("no mail server is configured")?;
        let letter = Letter { to: vec![draft.offer.to.expose().clone()], subject: filled(subject, draft), text };
        match timeout(PATIENCE, mailer.send(&letter)).await {
            Ok(Ok(())) => Ok(Taken { detail: "the mail server has taken it".to_owned(), reference: None }),
            // Errors of the kind that name the address name it whole.
            Ok(Err(mail::MailError::Address(_))) => Err("the address is none".to_owned()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("the mail server does not answer in time".to_owned()),
        }
    }

    async fn by_gateway(&self, gateway: &StoredGateway, draft: &Draft, text: &str) -> Result<Taken, String> {
        let post = self.out_of_band.post.as_ref().ok_or("no gateway can be called")?;
        let secret = self.gateway_secret(gateway).map_err(|_| "the gateway's secret cannot be opened")?;
        let code = draft.code.expose();
        let spoken: Vec<String> = code.chars().map(String::from).collect();
        let values =
            Values { to: draft.offer.to.expose(), code, spoken: &spoken.join(" "), text, secret: secret.expose() };
        gateway.template.call(&post.gateways, &values, gateway.receipts.as_ref()).await
    }
}

fn filled(text: &str, draft: &Draft) -> String {
    text.replace("{code}", draft.code.expose()).replace("{minutes}", &draft.minutes.to_string())
}
