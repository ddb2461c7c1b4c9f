//! What the room tells the log: who proved themselves, who was refused, whose factors changed. Never a secret, never a code.
//!
//! | event | when |
//! |---|---|
//! | `mfa.passed`, `mfa.refused` | somebody proved themselves, or did not |
//! | `mfa.locked`, `mfa.unlocked` | a person was locked after too many failures, and can try again |
//! | `mfa.factor_added`, `mfa.factor_removed`, `mfa.factor_renamed` | a person's factors changed |
//! | `mfa.factor_cloned` | a security key counted backwards: there may be two of it |
//! | `mfa.recovery_codes_issued`, `mfa.recovery_code_used` | |
//! | `mfa.account_opened` | an administrator opened the account of somebody who was never asked here |
//! | `mfa.code_issued`, `mfa.code_approved` | an administrator gave a person a temporary code; a second one agreed |
//! | `mfa.factors_imported`, `mfa.reset` | |
//! | `mfa.portal_signed_in` | a person has come to their own portal |
//! | `mfa.factor_lost`, `mfa.not_me` | a person says that a factor is lost, or that an attempt was somebody else's |
//! | `mfa.device_remembered`, `mfa.device_forgotten`, `mfa.devices_forgotten` | a browser; all of a person's |
//! | `mfa.code_sent`, `mfa.address_changed` | a code left for somebody; an address of theirs is another than before |
//! | `mfa.spend_cap_reached` | a tenant's money for messages is spent for the day |
//! | `mfa.gateway_changed`, `mfa.gateway_removed` | how text messages and calls leave |
//! | `mfa.policies_drafted`, `mfa.policies_draft_discarded` | policies were prepared, or thrown away again |
//! | `mfa.policies_applied`, `mfa.policies_undone` | policies are in force; those of before are in force again |
//! | `mfa.approver_added`, `mfa.approver_removed` | a browser in which a person agrees to sign-ins elsewhere |
//! | `mfa.web_push_added`, `mfa.web_push_removed` | such a browser is told also while its page is closed; it is told no more |
//! | `mfa.source_closed` | too many codes from one address were wrong, whoever they were for |
//! | `mfa.push_asked`, `mfa.pushes_locked` | a person was asked there; they were asked too often |
//! | `mfa.key_refused`, `mfa.metadata_imported` | a key is of a model that is not taken; what is known of models has changed |
//! | `mfa.accounts_merged`, `mfa.merge_undone` | two accounts of one person became one; two again |
//! | `mfa.person_told`, `mfa.person_not_told` | a letter about one of these left for the person; why none did |
//! | `mfa.risk_changed` | Entra says another risk of a person than before |
//! | `mfa.risk_unread`, `mfa.risk_read` | a tenant's risks can be read no longer; they can again |
//! | `mfa.registration_started`, `mfa.registration_stopped`, `mfa.registration_ended` | people are registered in Entra on their behalf |
//! | `mfa.registration_undoing`, `mfa.registration_undone` | what such a run made is taken back; it was |
//! | `mfa.person_registered`, `mfa.person_unregistered` | one person of such a run |
//! | `mfa.campaign_started`, `mfa.campaign_stopped`, `mfa.campaign_ended` | letters to people who could not pass |
//! | `mfa.provider_created`, `mfa.provider_changed` | the second factor of a tenant was set up, or its settings changed |
//! | `mfa.application_prepared` | what was missing in the applications in Entra was added |
//! | `mfa.method_created`, `mfa.method_enabled` | the method in Entra was made, or enabled |
//! | `mfa.keys_rotated`, `mfa.keys_replaced`, `mfa.key_removed` | another key signs in two days, or at once; a former one is published no more |
//! | `mfa.readiness_counted` | it was counted who could pass |
//!
//! Each of them can be chosen by webhooks (`signals::webhooks::CATALOGUE`); a test holds the room's own files against it.

use kernel::{Actor, OrganisationId, RequestId};
use signals::{Entry, Object};
use store::{StoreError, Tx};
use web::RequestContext;

use crate::model::{Account, Origin};
use crate::service::Mfa;

/// Who acts where a person proves themselves: none of our operators.
const PERSON: &str = "the person themselves";

impl Mfa {
    /// Writes down what a person did.
    pub(crate) async fn tell_of_person(
        &self,
        tx: &mut Tx,
        account: &Account,
        origin: &Origin,
        entry: Entry,
    ) -> Result<(), StoreError> {
        let actor = self.person(account.organisation, origin);
        self.tell(tx, &actor, entry.object(object(account))).await
    }

    /// Writes down what somebody did.
    pub(crate) async fn tell(&self, tx: &mut Tx, actor: &Actor, entry: Entry) -> Result<(), StoreError> {
        signals::append(tx, self.env(), actor, vec![entry]).await.map(drop)
    }

    fn person(&self, organisation: OrganisationId, origin: &Origin) -> Actor {
        let request_id: RequestId =
            RequestContext::current().map_or_else(|| self.env().new_id(), |context| context.request_id);
        let address = origin.address.as_deref().and_then(|text| text.parse().ok());
        Actor { address, ..Actor::system(PERSON, organisation, request_id) }
    }
}

/// An account as the log knows it.
pub(crate) fn object(account: &Account) -> Object {
    Object::new("mfa_account", account.id, &account.label)
}
