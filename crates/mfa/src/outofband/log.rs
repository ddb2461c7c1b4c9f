//! Every code that was sent, without the code, and what became of it: what administrators see. Holds no address but in the form
//! in which its owner is shown it.

use std::time::Duration;

use kernel::{May, OrganisationId, Page, PageRequest, Timestamp};
use serde::Serialize;
use store::Tx;
use tenants::TenantId;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Delivery, Message, Target};
use crate::attempts::{Attempt, Outcome};
use crate::error::MfaError;
use crate::gateway::receipts::Receipt;
use crate::lists;
use crate::model::{Account, AccountId, FactorKind, MessageId, Origin};
use crate::permissions::ReadMfa;
use crate::service::Mfa;
use crate::store::{early_receipts, gateways, message_log as rows, messages};

/// How long a receipt waits for the id of its message, longer than any gateway is waited for.
const EARLY_FOR: Duration = Duration::from_mins(2);
/// The most receipts of one gateway that wait so.
const MOST_EARLY: i64 = 1_000;

/// A code that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = MfaMessage)]
pub struct LoggedMessage {
    /// Its id.
    pub id: MessageId,
    /// Whose it is.
    #[serde(skip)]
    pub organisation: OrganisationId,
    /// The tenant.
    pub provider: TenantId,
    /// The account of the person that it was for.
    pub account: AccountId,
    /// The sign-in.
    #[serde(skip)]
    pub holder: Uuid,
    /// What the person was called.
    pub label: String,
    /// How it was sent.
    #[schema(inline)]
    pub way: FactorKind,
    /// To which of their addresses.
    #[schema(inline)]
    pub target: Target,
    /// The address as the person was shown it: never whole.
    pub shown: String,
    /// How it stands. `taken` is the last word of mail servers, and of gateways whose receipts are not read.
    #[schema(inline)]
    pub state: Delivery,
    /// What the mail server or the gateway said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The gateway that was to deliver it.
    #[serde(skip)]
    pub gateway: Option<Uuid>,
    /// What the gateway calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When the gateway told what became of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
    /// Entra's id of the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
}

/// Which messages are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageFilter {
    /// Of this tenant.
    pub provider: Option<TenantId>,
    /// To this person.
    pub account: Option<AccountId>,
    /// Sent so.
    pub way: Option<FactorKind>,
    /// That stand so.
    pub state: Option<Delivery>,
    /// To people whose label has this in it.
    pub label: Option<String>,
    /// In the course of this sign-in, as Entra's log names it.
    pub correlation_id: Option<String>,
    /// Not sent before.
    pub from: Option<Timestamp>,
    /// Sent before.
    pub until: Option<Timestamp>,
}

impl Mfa {
    /// One page of messages, newest first.
    pub async fn list_messages(
        &self,
        may: &May<ReadMfa>,
        filter: &MessageFilter,
        page: &PageRequest,
    ) -> Result<Page<LoggedMessage>, MfaError> {
        let after = lists::after(page)?.map(|(at, id)| (Timestamp::from_micros(at), id));
        let mut tx = self.store().read().await?;
        let found = rows::list(&mut tx, may.actor().organisation, filter, page.limit, after).await?;
        Ok(Page::from_rows(found, page.limit, |message| (message.sent_at.micros(), Uuid::from(message.id))))
    }

    /// Writes a message down that is about to be sent.
    pub(super) async fn log_message(
        &self,
        tx: &mut Tx,
        account: &Account,
        message: &Message,
        gateway: Option<Uuid>,
        origin: &Origin,
    ) -> Result<MessageId, MfaError> {
        let logged = LoggedMessage {
            id: self.env().new_id(),
            organisation: account.organisation,
            provider: account.provider,
            account: account.id,
            holder: message.id,
            label: account.label.clone(),
            way: message.way,
            target: message.target,
            shown: message.shown.clone(),
            state: message.state,
            detail: None,
            gateway,
            reference: None,
            sent_at: message.sent_at,
            told_at: None,
            correlation_id: origin.correlation_id.clone(),
        };
        rows::insert(tx, &logged).await?;
        Ok(logged.id)
    }

    /// Takes in what a gateway tells at an address of its own. Messages that are not known, or whose end is, are passed over: the
    /// answer says nothing of them. What comes while a message is handed over is kept until its id is written down.
    pub async fn receive_receipts(&self, token: &str, told: &[u8]) -> Result<(), MfaError> {
        let (gateway, receipts) = self.receipt_gateway(&mut self.store().read().await?, token).await?;
        for receipt in receipts.read(told) {
            let mut tx = self.store().begin().await?;
            let result = if self.take_receipt(&mut tx, gateway, &receipt).await? { "settled" } else { "passed_over" };
            tx.commit().await?;
            metrics::counter!("mfa_receipts_total", "result" => result).increment(1);
        }
        Ok(())
    }

    /// Keeps a receipt that came before the gateway's own answer: a few, and only while an answer is waited for.
    async fn keep_receipt(&self, tx: &mut Tx, gateway: Uuid, receipt: &Receipt) -> Result<(), MfaError> {
        let now = self.env().now();
        let awaited = rows::is_sending(tx, gateway, now.minus(EARLY_FOR)).await?;
        if awaited && early_receipts::count(tx, gateway).await? < MOST_EARLY {
            early_receipts::keep(tx, gateway, receipt, now).await?;
        }
        Ok(())
    }

    /// Takes what a gateway told of a message before it answered to the call.
    pub(super) async fn take_early_receipt(&self, tx: &mut Tx, gateway: Uuid, reference: &str) -> Result<(), MfaError> {
        gateways::lock(tx, gateway).await?;
        if let Some(receipt) = early_receipts::take(tx, gateway, reference).await? {
            self.take_receipt(tx, gateway, &receipt).await?;
        }
        Ok(())
    }

    /// Drops receipts that no message came for.
    pub(crate) async fn prune_early_receipts(&self, tx: &mut Tx) -> Result<u64, MfaError> {
        Ok(early_receipts::prune(tx, self.env().now().minus(EARLY_FOR)).await?)
    }

    /// Notes what became of a message; a failure is an attempt of its own, because the person waits for the code.
    async fn take_receipt(&self, tx: &mut Tx, gateway: Uuid, receipt: &Receipt) -> Result<bool, MfaError> {
        gateways::lock(tx, gateway).await?;
        let Some(message) = rows::find_by_reference(tx, gateway, &receipt.reference).await? else {
            self.keep_receipt(tx, gateway, receipt).await?;
            return Ok(false);
        };
        if !rows::settle(tx, message.id, receipt, self.env().now()).await? {
            return Ok(false);
        }
        messages::set_state(tx, (message.holder, message.sent_at), receipt.state, &receipt.detail).await?;
        if receipt.state == Delivery::Failed {
            let provider = self.provider(tx, message.provider).await?;
            let origin = Origin { correlation_id: message.correlation_id.clone(), ..Origin::default() };
            let told = format!("{} to {}: {}", message.way, message.shown, receipt.detail);
            let attempt = Attempt::new(self, &provider, Outcome::Error, "code_not_delivered", &origin)
                .label(&message.label)
                .with(message.way, None)
                .detail(told);
            self.record(tx, &Attempt { account: Some(message.account), ..attempt }).await?;
        }
        Ok(true)
    }
}
