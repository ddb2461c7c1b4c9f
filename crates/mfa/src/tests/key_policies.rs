//! Policies about models of security keys: previewed by the keys that people have, and in force at registration and at sign-ins.

use directory::State;
use kernel::{PageRequest, Secret};
use passkeys::double::Double;
use testkit::on_each_database;
use uuid::Uuid;

use super::desk::{Desk, HERE, origin};
use super::policies::{Author, last_attempt, policy};
use crate::MfaError;
use crate::factors::{CeremonyFault, Refusal, Shown};
use crate::model::{FactorKind, TransactionId};
use crate::permissions::{ChangePolicies, ReadMfa};
use crate::policy::{AffectedFilter, Order, PolicyEffect, Rule, Rules, Undo};
use crate::prove::Proved;
use crate::settings::{Attestation, AttestationMode};

const ORIGIN: &str = "https://hall.example";
const BOARD: Uuid = Uuid::from_u128(77);
/// The model that the tests' keys say they are of.
const MODEL: Uuid = Uuid::from_bytes([0x11; 16]);
const OTHER: Uuid = Uuid::from_u128(0x0078_e500);

pub(super) fn of_models(mode: AttestationMode, allow: &[Uuid], deny: &[Uuid]) -> Rules {
    let models = Attestation { mode, allow: allow.to_vec(), deny: deny.to_vec() };
    Rules { attestation: Some(models), ..Rules::default() }
}

/// Mia registers a key within a sign-in.
async fn enrols(desk: &Desk, key: &mut Double, nonce: &str) -> Result<Proved, MfaError> {
    let mfa = &desk.hall.mfa;
    let (id, browser) = desk.hall.begin(nonce).await;
    let (ceremony, options) = mfa.begin_enrol_passkey_for(id, &browser).await?;
    let credential = key.register(&options);
    mfa.enrol_passkey_for(id, &browser, ceremony, credential, "Key", &origin(HERE)).await
}

/// Mia proves herself by her key in a sign-in that was begun.
async fn proves(
    desk: &Desk,
    key: &mut Double,
    (id, browser): &(TransactionId, Secret<String>),
) -> Result<Proved, MfaError> {
    let mfa = &desk.hall.mfa;
    let (ceremony, options) = mfa.begin_passkey_for(*id, browser).await?;
    let credential = key.prove(&options);
    mfa.prove(*id, browser, &Shown::Passkey { ceremony, holder: id.0, credential }, &origin(HERE)).await
}

#[tokio::test]
async fn keys_of_a_model_that_a_policy_does_not_take_count_no_more_and_again_without_it() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let (author, mfa, tenant) = (Author(&desk), &desk.hall.mfa, desk.hall.tenant);
        let reader = desk.may(ReadMfa {});
        desk.directory_says(State::Active, Some(BOARD)).await;
        let mut key = Double::new(ORIGIN);
        assert!(matches!(enrols(&desk, &mut key, "n-1").await.unwrap(), Proved::Answer(_)));

        // Whom it would lock out is known before, by the keys that people have.
        let (wanted, required) = (AttestationMode::Wanted, AttestationMode::Required);
        for (rules, last) in [
            (of_models(wanted, &[], &[]), 0),
            (of_models(wanted, &[MODEL], &[OTHER]), 0),
            (of_models(wanted, &[OTHER], &[]), 1),
            (of_models(required, &[], &[]), 1),
            (of_models(wanted, &[], &[MODEL]), 1),
        ] {
            author.save(vec![policy("Keys", &[BOARD], rules.clone())], None).await.unwrap();
            let figures = author.preview(None).await.figures;
            assert_eq!((figures.loses_last, figures.policies[0].without, figures.loses), (last, last, 0), "{rules:?}");
        }
        let filter = AffectedFilter { effect: Some(PolicyEffect::LosesLast), text: None };
        let found = mfa.list_affected(&reader, tenant, &filter, &PageRequest::first(10)).await.unwrap().items;
        assert_eq!((found[0].account, found[0].policy.as_deref()), (desk.mia.id, Some("Keys")));
        assert_eq!(found[0].lost, [FactorKind::Passkey]);

        let begun = desk.hall.begin("n-2").await;
        let (ceremony, options) = mfa.begin_passkey_for(begun.0, &begun.1).await.unwrap();
        let may = desk.may(ChangePolicies { tenant });
        let version = mfa.get_policies(&reader, tenant).await.unwrap().draft_version;
        let refused = mfa.apply_policies(&may, &Order { version, ..Order::default() }).await;
        assert!(matches!(refused, Err(MfaError::LastFactors { people: 1, .. })), "{refused:?}");
        author.enforce(vec![policy("Keys", &[BOARD], of_models(wanted, &[], &[MODEL]))]).await;

        // It counts at once, also in a sign-in that was begun before.
        desk.pass(1);
        let shown = Shown::Passkey { ceremony, holder: begun.0.0, credential: key.prove(&options) };
        let again = mfa.prove(begun.0, &begun.1, &shown, &origin(HERE)).await.unwrap();
        let fault = Refusal::Ceremony(CeremonyFault::Model("denied"));
        assert!(matches!(&again, Proved::Again(refusal) if *refusal == fault), "{again:?}");
        let attempt = last_attempt(&desk.hall).await;
        assert_eq!((attempt.reason.as_str(), attempt.detail.as_deref()), ("model_not_taken", Some("denied")));
        let given = &attempt.ruled.unwrap().given[0];
        assert_eq!((given.rule, given.name.as_str()), (Rule::Attestation, "Keys"), "the policy is in the log");
        let begun = desk.hall.begin("n-3").await;
        let challenge = mfa.challenge(begun.0, &begun.1).await.unwrap();
        assert!(challenge.factors.is_empty() && challenge.unfit_keys, "{challenge:?}");
        assert!(challenge.enrol.is_empty(), "whose key counts no more is nobody whom a password makes new");
        assert!(matches!(proves(&desk, &mut key, &begun).await, Err(MfaError::NotFound("passkey"))));
        let rules = mfa.get_rules(&reader, desk.mia.id).await.unwrap();
        assert_eq!(rules.doors[0].because[0].given.rule, Rule::Attestation);
        assert_eq!(rules.doors[0].rules.attestation.as_ref().unwrap().deny, [MODEL]);

        mfa.undo_policies(&may, &Undo { in_force: 1, ..Undo::default() }).await.unwrap();
        let begun = desk.hall.begin("n-4").await;
        assert!(matches!(proves(&desk, &mut key, &begun).await.unwrap(), Proved::Answer(_)), "it is given back");
    })
    .await;
}

#[tokio::test]
async fn a_policy_rules_registration_and_other_settings_take_no_key_from_anybody() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let author = Author(&desk);
        desk.directory_says(State::Active, Some(BOARD)).await;
        for (number, (rules, why)) in (1..).zip([
            (of_models(AttestationMode::Wanted, &[OTHER], &[]), "not_allowed"),
            (of_models(AttestationMode::Wanted, &[], &[MODEL]), "denied"),
        ]) {
            author.enforce(vec![policy("Keys", &[BOARD], rules)]).await;
            let refused = enrols(&desk, &mut Double::new(ORIGIN), &format!("n-{number}")).await;
            assert!(matches!(&refused, Err(MfaError::WrongModel(found)) if *found == why), "{why}: {refused:?}");
        }
        author.enforce(vec![policy("Keys", &[BOARD], of_models(AttestationMode::Required, &[], &[]))]).await;
        let nobody = enrols(&desk, &mut Double::new(ORIGIN), "n-8").await;
        assert!(matches!(nobody, Err(MfaError::Conflict(_))), "no metadata are here: {nobody:?}");

        // The settings deny the model, and a policy takes it for these people.
        let mut settings = desk.settings.clone();
        settings.attestation = of_models(AttestationMode::Wanted, &[], &[MODEL]).attestation.unwrap();
        let update = || crate::providers::ProviderUpdate { settings: Some(settings.clone()), ..Default::default() };
        desk.hall.set(update()).await;
        author.enforce(vec![policy("Keys", &[BOARD], of_models(AttestationMode::None, &[], &[]))]).await;
        let mut key = Double::new(ORIGIN);
        assert!(matches!(enrols(&desk, &mut key, "n-9").await.unwrap(), Proved::Answer(_)));
        author.enforce(Vec::new()).await;
        let begun = desk.hall.begin("n-10").await;
        let proved = proves(&desk, &mut key, &begun).await.unwrap();
        assert!(matches!(proved, Proved::Answer(_)), "what settings say of models is about registration");
    })
    .await;
}
