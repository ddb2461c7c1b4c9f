//! Passkeys and security keys: registered to one person only, judged with user verification, watched for copies.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use passkeys::{Begun, Holder, PasskeyError, Record, Registered, RelyingParty};
use serde_json::Value;
use signals::Entry;
use store::Tx;
use url::Url;
use uuid::Uuid;

use super::enrol::name_of;
use super::model::{Details, Factor, Means, Passkey};
use super::verify::Judged;
use super::{CeremonyFault, Enrolled, Refusal};
use crate::error::MfaError;
use crate::model::{Account, FactorId, FactorKind, FactorState, Origin, Provider};
use crate::models::{Unfit, judge};
use crate::policy::counts::{Holding, KeyModel};
use crate::service::Mfa;
use crate::settings::AttestationMode;
use crate::store::ceremonies::{self, CeremonyKind};
use crate::store::factors as rows;

/// How long a browser may take.
const WITHIN: Duration = Duration::from_mins(5);
/// Who asks, as authenticators show it.
const PARTY: &str = "Vestibule";

impl Mfa {
    /// Asks a browser to prove by one of the person's passkeys; `holder` is the sign-in or the portal's session.
    pub(crate) async fn begin_passkey(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        holder: Uuid,
    ) -> Result<(Uuid, Value), MfaError> {
        let mut keys = self.keys_of(tx, provider, account).await?;
        keys.retain(|(factor, _)| provider.counts().has(&Holding::from(factor)));
        if keys.is_empty() {
            return Err(MfaError::NotFound("passkey"));
        }
        let records: Vec<Record> = keys.into_iter().map(|(_, record)| record).collect();
        let begun = self.party()?.begin_proof(&records).map_err(unusable)?;
        self.begin(tx, account, holder, CeremonyKind::Prove, begun).await
    }

    /// Asks a browser to make a passkey for the person.
    pub(crate) async fn begin_enrol_passkey(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        holder: Uuid,
    ) -> Result<(Uuid, Value), MfaError> {
        self.may_enrol(tx, provider, account, FactorKind::Passkey).await?;
        let mut known = Vec::new();
        for factor in rows::of(tx, account.id).await?.iter().filter(|factor| factor.kind == FactorKind::Passkey) {
            known.push(self.record_of(factor)?);
        }
        let display_name = account.name.as_deref().unwrap_or(&account.label);
        let person = Holder { handle: handle(account)?, name: &account.label, display_name };
        let anchors = self.anchors(tx, provider).await?;
        let begun = match provider.settings.attestation.mode {
            AttestationMode::None => self.party()?.begin_registration(&person, &known),
            mode => {
                let required = mode == AttestationMode::Required;
                self.party()?.begin_attested_registration(&person, &known, &anchors, required)
            }
        };
        let begun = begun.map_err(unusable)?;
        self.begin(tx, account, holder, CeremonyKind::Register, begun).await
    }

    /// Takes the passkey that a browser has made, which counts as a proof. Commit the unit of work even when it is refused:
    /// the ceremony is over.
    #[expect(clippy::too_many_arguments, reason = "who, where, and what the browser says")]
    pub(crate) async fn finish_enrol_passkey(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        holder: Uuid,
        ceremony: Uuid,
        credential: Value,
        name: &str,
        origin: &Origin,
    ) -> Result<Enrolled, MfaError> {
        let account = self.turn_of(tx, account.id).await?;
        let name = name_of(name)?;
        self.may_enrol(tx, provider, &account, FactorKind::Passkey).await?;
        let state = self.end(tx, &account, (ceremony, holder), CeremonyKind::Register).await?;
        let state = state.ok_or(MfaError::Over)?;
        let made = self.made(tx, provider, &account, (&state, &credential), origin).await?;
        let model = self.taken(tx, provider, &account, &made, origin).await?;
        let factor = self.new_passkey(&account, name, &made, model);
        if !rows::insert(tx, &factor, Some(digest(&SHA256, &made.id).as_ref().to_vec())).await? {
            return Err(MfaError::Conflict("this passkey is registered already".to_owned()));
        }
        let view = self.enrolled(tx, &account, &factor, origin).await?;
        let proof = self.passed(tx, provider, &account, Means::registered(factor), origin).await?;
        Ok(Enrolled { factor: view, proof })
    }

    /// What a browser has made, as it was asked to.
    async fn made(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        (state, credential): (&str, &Value),
        origin: &Origin,
    ) -> Result<Registered, MfaError> {
        let mode = provider.settings.attestation.mode;
        let made = if mode == AttestationMode::None {
            self.party()?.finish_registration(state, credential)
        } else {
            let anchors = self.anchors(tx, provider).await?;
            self.party()?.finish_attested_registration(state, credential, &anchors)
        };
        match made {
            Ok(made) => Ok(made),
            // Whether it is no key at all or one that proves nothing: it is not one that is taken.
            Err(error) if mode == AttestationMode::Required => {
                tracing::info!(error = &error as &dyn std::error::Error, "a passkey proves no model");
                self.not_taken(tx, account, None, &Unfit::NotAttested, origin).await
            }
            Err(error) => {
                tracing::info!(error = &error as &dyn std::error::Error, "a passkey was not registered");
                let why = "the passkey could not be registered: the browser's answer does not verify";
                Err(MfaError::Invalid(why.to_owned()))
            }
        }
    }

    /// What the maker calls the model of a key that is taken.
    async fn taken(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        made: &Registered,
        origin: &Origin,
    ) -> Result<Option<String>, MfaError> {
        let model = self.model_of(tx, provider, made.aaguid).await?;
        let key = KeyModel { aaguid: made.aaguid, attested: made.attested };
        match judge(&provider.settings.attestation, key, model.as_ref()) {
            Ok(()) => Ok(model.map(|model| model.name)),
            Err(why) => self.not_taken(tx, account, made.aaguid, &why, origin).await,
        }
    }

    /// Writes down that a key is not taken, and why.
    async fn not_taken<T>(
        &self,
        tx: &mut Tx,
        account: &Account,
        aaguid: Option<Uuid>,
        why: &Unfit,
        origin: &Origin,
    ) -> Result<T, MfaError> {
        let flaw = if let Unfit::Flawed(flaw) = why { Some(flaw) } else { None };
        let after = serde_json::json!({ "aaguid": aaguid, "flaw": flaw });
        let entry = Entry::act("mfa.key_refused").reason(why.code()).after(&after);
        self.tell_of_person(tx, account, origin, entry).await?;
        Err(MfaError::WrongModel(why.code()))
    }

    /// Judges a passkey's answer: ends the ceremony, once, whatever comes of it.
    pub(super) async fn judge_passkey(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        ceremony: (Uuid, Uuid),
        answer: &Value,
    ) -> Result<Judged, MfaError> {
        let refuse = |fault| Ok(Err(Refusal::Ceremony(fault)));
        let Some(state) = self.end(tx, account, ceremony, CeremonyKind::Prove).await? else {
            return refuse(CeremonyFault::Over);
        };
        let id = passkeys::credential_id(answer);
        let mut keys = self.keys_of(tx, provider, account).await?.into_iter();
        let Some((mut factor, record)) = keys.find(|(_, record)| id.is_some() && record.id() == id) else {
            return refuse(CeremonyFault::Unknown);
        };
        if let Some(unfit) = provider.counts().unfit(&Holding::from(&factor)) {
            return refuse(CeremonyFault::Model(unfit.code()));
        }
        let counter = factor.passkey().map_or(0, |passkey| passkey.counter);
        let handle = self.handle_of(tx, account, factor.id).await?;
        match self.party()?.finish_proof(&state, answer, handle, &record, counter) {
            Ok(proved) => {
                if let Some(record) = proved.record {
                    let sealed = self.sealer().seal(rows::place(factor.id), record.0.as_bytes());
                    rows::set_secret(tx, factor.id, sealed).await?;
                }
                if let Details::Passkey(passkey) = &mut factor.details {
                    (passkey.counter, passkey.backed_up) = (proved.counter, proved.backed_up);
                }
                rows::set_details(tx, factor.id, &factor.details).await?;
                rows::used(tx, factor.id, self.env().now()).await?;
                Ok(Ok(factor))
            }
            Err(PasskeyError::Cloned) => {
                let after = serde_json::json!({ "factor": factor.id, "name": factor.name });
                let entry = Entry::act("mfa.factor_cloned").after(&after);
                self.tell_of_person(tx, account, &Origin::default(), entry).await?;
                refuse(CeremonyFault::Cloned)
            }
            Err(error) => refuse(CeremonyFault::Rejected(why(&error))),
        }
    }

    /// The passkeys that the person may use now, whatever their model, with what is kept of them.
    async fn keys_of(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
    ) -> Result<Vec<(Factor, Record)>, MfaError> {
        let now = self.env().now();
        let mut keys = Vec::new();
        if !provider.settings.kinds.contains(&FactorKind::Passkey) {
            return Ok(keys);
        }
        for factor in rows::of(tx, account.id).await? {
            if factor.kind == FactorKind::Passkey && factor.usable(now) {
                let record = self.record_of(&factor)?;
                keys.push((factor, record));
            }
        }
        Ok(keys)
    }

    fn record_of(&self, factor: &Factor) -> Result<Record, MfaError> {
        let text = self.sealer().open_text(rows::place(factor.id), &factor.secret)?;
        Ok(Record(text.expose().clone()))
    }

    fn new_passkey(&self, account: &Account, name: String, made: &Registered, model: Option<String>) -> Factor {
        let id: FactorId = self.env().new_id();
        Factor {
            id,
            organisation: account.organisation,
            account: account.id,
            kind: FactorKind::Passkey,
            name,
            state: FactorState::Active,
            secret: self.sealer().seal(rows::place(id), made.record.0.as_bytes()),
            details: Details::Passkey(Passkey {
                aaguid: made.aaguid,
                backup_eligible: made.backup_eligible,
                backed_up: made.backed_up,
                counter: made.counter,
                model,
                attested: made.attested,
            }),
            last_step: 0,
            drift: 0,
            created_at: self.env().now(),
            last_used_at: None,
            expires_at: None,
        }
    }

    async fn begin(
        &self,
        tx: &mut Tx,
        account: &Account,
        holder: Uuid,
        kind: CeremonyKind,
        begun: Begun,
    ) -> Result<(Uuid, Value), MfaError> {
        let id = Uuid::from_bytes(self.env().rng.bytes());
        let expires_at = self.env().now().plus(WITHIN);
        let row = ceremonies::Begun { id, account: account.id, holder, kind, expires_at };
        ceremonies::insert(tx, &row, self.sealer().seal(ceremonies::place(id), begun.state.as_bytes())).await?;
        Ok((id, begun.options))
    }

    async fn end(
        &self,
        tx: &mut Tx,
        account: &Account,
        (ceremony, holder): (Uuid, Uuid),
        kind: CeremonyKind,
    ) -> Result<Option<String>, MfaError> {
        let now = self.env().now();
        let sealed = ceremonies::take(tx, (ceremony, account.id, holder), kind, now).await?;
        let Some(sealed) = sealed else { return Ok(None) };
        Ok(Some(self.sealer().open_text(ceremonies::place(ceremony), &sealed)?.expose().clone()))
    }

    /// Whether passkeys work for the address of this server.
    pub fn has_passkeys(&self) -> bool {
        self.party().is_ok()
    }

    fn party(&self) -> Result<RelyingParty, MfaError> {
        let url = Url::parse(&self.parts.url).map_err(|_| MfaError::Invalid("the server's own url".to_owned()))?;
        RelyingParty::new(&url, PARTY).map_err(unusable)
    }
}

/// What a passkey knows the person by.
fn handle(account: &Account) -> Result<Uuid, MfaError> {
    Uuid::from_slice(&account.handle).map_err(|_| store::StoreError::Corrupt { column: "handle".to_owned() }.into())
}

fn unusable(error: PasskeyError) -> MfaError {
    MfaError::Conflict(error.to_string())
}

/// The whole reason, for the log.
fn why(error: &PasskeyError) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}
