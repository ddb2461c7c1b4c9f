//! The two ceremonies, each in two halves.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    AttestationCaList, AttestationCaListBuilder, AttestedPasskeyRegistration, CredentialID, Passkey,
    PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use crate::authenticator;
use crate::error::PasskeyError;

/// How long a browser may take (W3C WebAuthn §15.1).
const TIMEOUT: Duration = Duration::from_mins(5);
/// The longest credential id (W3C WebAuthn §5.1.3).
const LONGEST_ID: usize = 1_023;
/// The largest answer of a browser that is looked at.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Who asks for passkeys: one domain.
pub struct RelyingParty(Webauthn);

/// Whom a passkey is for.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// What the authenticator knows the person by: random, nothing personal.
    pub handle: Uuid,
    /// What the person signs in as: shown by the authenticator.
    pub name: &'a str,
    /// The person's name: shown by the authenticator.
    pub display_name: &'a str,
}

/// What is kept of a passkey, as JSON: its public key, id and counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record(pub String);

impl Record {
    /// The credential's id.
    pub fn id(&self) -> Option<Vec<u8>> {
        let key: Passkey = serde_json::from_str(&self.0).ok()?;
        Some(key.cred_id().clone())
    }
}

/// The first half of a ceremony.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// What the browser is asked: the argument of `navigator.credentials.create` or `get`, as JSON.
    pub options: Value,
    /// What stays here until the browser has answered. It must be used once.
    pub state: String,
}

/// A model of authenticators, and a certificate that its attestations lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The model.
    pub aaguid: Uuid,
    /// What its maker calls it.
    pub name: String,
    /// The certificate, as DER.
    pub certificate: Vec<u8>,
}

/// A passkey that was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// What is to be kept.
    pub record: Record,
    /// The credential's id.
    pub id: Vec<u8>,
    /// The model of the authenticator, where it says so. Without attestation it says what it likes.
    pub aaguid: Option<Uuid>,
    /// Whether the key may be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it is.
    pub backed_up: bool,
    /// How often the authenticator says that it was used; 0 where it does not count.
    pub counter: u32,
    /// Whether the authenticator has proved which model it is of.
    pub attested: bool,
}

/// A passkey that proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The credential's id.
    pub id: Vec<u8>,
    /// How often the authenticator says that it was used.
    pub counter: u32,
    /// Whether the key is copied to other devices.
    pub backed_up: bool,
    /// What is to be kept from now on, when it is another than before.
    pub record: Option<Record>,
}

impl RelyingParty {
    /// The relying party of an address: its id is the host, which must never change.
    pub fn new(origin: &Url, name: &str) -> Result<Self, PasskeyError> {
        let refuse = || PasskeyError::Address(origin.to_string());
        let id = origin.domain().ok_or_else(refuse)?;
        if origin.scheme() != "https" && id != "localhost" {
            return Err(refuse());
        }
        let builder = WebauthnBuilder::new(id, origin).map_err(|_| refuse())?;
        Ok(Self(builder.rp_name(name).timeout(TIMEOUT).build()?))
    }

    /// Asks a browser to make a passkey: with user verification, discoverable, and by no authenticator that has one of
    /// `known`.
    pub fn begin_registration(&self, holder: &Holder<'_>, known: &[Record]) -> Result<Begun, PasskeyError> {
        let (options, state) = self.begin_plain(holder, ids(known)?)?;
        Ok(Begun { options, state: state.to_string() })
    }

    /// The same, by an authenticator that proves its model by a certificate that leads to one of `anchors`. Where that is
    /// not `required`, one that does not is taken as well, and said to be so.
    pub fn begin_attested_registration(
        &self,
        holder: &Holder<'_>,
        known: &[Record],
        anchors: &[Anchor],
        required: bool,
    ) -> Result<Begun, PasskeyError> {
        let list = trusted(anchors);
        if list.is_empty() && required {
            return Err(PasskeyError::NoModels);
        }
        let (mut options, mut plain) = self.begin_plain(holder, ids(known)?)?;
        let mut attested = Value::Null;
        if list.is_empty() {
            options["publicKey"]["attestation"] = json!("direct");
        } else {
            let (asked, state) = self.0.start_attested_passkey_registration(
                holder.handle,
                holder.name,
                holder.display_name,
                Some(ids(known)?),
                list,
                None,
            )?;
            (options, attested) = (unguarded(discoverable(to_value(&asked)?)), to_value(&state)?);
            // What is trusted is known when the browser answers, and need not wait with the rest.
            attested["ca_list"] = Value::Null;
            // One question is asked, and answered in either of two ways.
            plain["rs"]["challenge"] = attested["rs"]["challenge"].clone();
        }
        let plain = if required { Value::Null } else { plain };
        Ok(Begun { options, state: json!({ "plain": plain, "attested": attested }).to_string() })
    }

    fn begin_plain(&self, holder: &Holder<'_>, known: Vec<CredentialID>) -> Result<(Value, Value), PasskeyError> {
        let (options, state) =
            self.0.start_passkey_registration(holder.handle, holder.name, holder.display_name, Some(known))?;
        Ok((discoverable(to_value(&options)?), to_value(&state)?))
    }

    /// Takes the passkey that a browser has made.
    pub fn finish_registration(&self, state: &str, answer: &Value) -> Result<Registered, PasskeyError> {
        let state: PasskeyRegistration = serde_json::from_str(state).map_err(PasskeyError::Kept)?;
        let answer: RegisterPublicKeyCredential = read_answer(answer)?;
        let key = self.0.finish_passkey_registration(&answer, &state)?;
        registered(&key, &answer, false)
    }

    /// Takes the passkey that a browser has made, which was asked to prove its model.
    pub fn finish_attested_registration(
        &self,
        state: &str,
        answer: &Value,
        anchors: &[Anchor],
    ) -> Result<Registered, PasskeyError> {
        let Attested { plain, attested } = serde_json::from_str(state).map_err(PasskeyError::Kept)?;
        let proven = match attested {
            Value::Null => Err(PasskeyError::Unfit("it does not prove its model")),
            attested => self.finish_proven(attested, answer, anchors),
        };
        match (proven, plain) {
            (Ok(made), _) => Ok(made),
            (Err(why), Value::Null) => Err(why),
            // What it says of its model is not looked at, as nothing comes of it.
            (Err(_), plain) => self.finish_registration(&plain.to_string(), &without_statement(answer)?),
        }
    }

    fn finish_proven(&self, mut state: Value, answer: &Value, anchors: &[Anchor]) -> Result<Registered, PasskeyError> {
        state["ca_list"] = to_value(&trusted(anchors))?;
        let state: AttestedPasskeyRegistration = serde_json::from_value(state).map_err(PasskeyError::Kept)?;
        let answer: RegisterPublicKeyCredential = read_answer(answer)?;
        let key = Passkey::from(self.0.finish_attested_passkey_registration(&answer, &state)?);
        registered(&key, &answer, true)
    }

    /// Asks a browser to prove by one of these passkeys, with user verification.
    pub fn begin_proof(&self, records: &[Record]) -> Result<Begun, PasskeyError> {
        let (options, state) = self.0.start_passkey_authentication(&keys(records)?)?;
        Ok(Begun { options: to_value(&options)?, state: serde_json::to_string(&state).map_err(PasskeyError::Kept)? })
    }

    /// Judges what a browser has answered, by the passkey that is kept now, whose counter has been seen at `counter`.
    pub fn finish_proof(
        &self,
        state: &str,
        answer: &Value,
        handle: Uuid,
        kept: &Record,
        counter: u32,
    ) -> Result<Proved, PasskeyError> {
        let state: PasskeyAuthentication = serde_json::from_str(state).map_err(PasskeyError::Kept)?;
        if !is_of(handle, &answer["response"]["userHandle"]) {
            return Err(PasskeyError::Unfit("it is of another person"));
        }
        let answer: PublicKeyCredential = read_answer(answer)?;
        let result = self.0.finish_passkey_authentication(&answer, &state)?;
        if !result.user_verified() {
            return Err(PasskeyError::Unfit("the person was not verified"));
        }
        // The state knows the counter of when the ceremony began; another one may have ended since.
        if (counter > 0 || result.counter() > 0) && result.counter() <= counter {
            return Err(PasskeyError::Cloned);
        }
        let mut key: Passkey = serde_json::from_str(&kept.0).map_err(PasskeyError::Kept)?;
        let changed = key.update_credential(&result).ok_or(PasskeyError::Unfit("it is of another credential"))?;
        Ok(Proved {
            id: result.cred_id().clone(),
            counter: result.counter(),
            backed_up: result.backup_state(),
            record: if changed { Some(record(&key)?) } else { None },
        })
    }
}

/// The id of the credential that a browser's answer is of, unverified: to find what is kept of it.
pub fn credential_id(answer: &Value) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(answer.get("rawId")?.as_str()?.trim_end_matches('=')).ok()
}

/// Whether an authenticator's word about whom it knows fits: it may say nothing where it was told which credential to use.
fn is_of(handle: Uuid, told: &Value) -> bool {
    let Some(told) = told.as_str().filter(|told| !told.is_empty()) else { return told.is_null() || told == "" };
    URL_SAFE_NO_PAD.decode(told.trim_end_matches('=')).is_ok_and(|told| told == handle.as_bytes())
}

/// What stays here of a registration in which a model is to be proved.
#[derive(serde::Deserialize)]
struct Attested {
    plain: Value,
    attested: Value,
}

/// Discoverable, so that the browser can offer it by itself.
fn discoverable(mut options: Value) -> Value {
    let selection = &mut options["publicKey"]["authenticatorSelection"];
    selection["residentKey"] = json!("required");
    selection["requireResidentKey"] = json!(true);
    options
}

/// Credentials need not be protected by the authenticator itself (CTAP 2.1 §12.1): many cannot, and would be turned away by
/// the browser before we hear of them. That the person was verified is checked in every answer.
fn unguarded(mut options: Value) -> Value {
    if let Some(enforced) = options.pointer_mut("/publicKey/extensions/enforceCredentialProtectionPolicy") {
        *enforced = json!(false);
    }
    options
}

fn registered(key: &Passkey, answer: &RegisterPublicKeyCredential, attested: bool) -> Result<Registered, PasskeyError> {
    let id = key.cred_id().clone();
    if id.is_empty() || id.len() > LONGEST_ID {
        return Err(PasskeyError::Unfit("the credential's id is too long"));
    }
    let portrait = authenticator::read(answer.response.attestation_object.as_ref());
    Ok(Registered {
        record: record(key)?,
        id,
        aaguid: portrait.aaguid,
        backup_eligible: portrait.backup_eligible,
        backed_up: portrait.backed_up,
        counter: portrait.counter,
        attested,
    })
}

/// Who is trusted; what is no certificate is nobody.
fn trusted(anchors: &[Anchor]) -> AttestationCaList {
    let mut builder = AttestationCaListBuilder::new();
    for Anchor { aaguid, name, certificate } in anchors {
        // A broken certificate takes no other one with it.
        let _ = builder.insert_device_der(certificate, *aaguid, name.clone(), std::collections::BTreeMap::new());
    }
    builder.build()
}

/// An answer without what it says of its model.
fn without_statement(answer: &Value) -> Result<Value, PasskeyError> {
    let text = answer["response"]["attestationObject"].as_str().unwrap_or_default();
    let object = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let object = object.and_then(|object| authenticator::without_statement(&object));
    let object = object.ok_or(PasskeyError::Unfit("there is no attestation object"))?;
    let mut plain = answer.clone();
    plain["response"]["attestationObject"] = URL_SAFE_NO_PAD.encode(object).into();
    Ok(plain)
}

fn ids(records: &[Record]) -> Result<Vec<CredentialID>, PasskeyError> {
    Ok(keys(records)?.iter().map(|key| key.cred_id().clone()).collect())
}

fn keys(records: &[Record]) -> Result<Vec<Passkey>, PasskeyError> {
    records.iter().map(|record| serde_json::from_str(&record.0).map_err(PasskeyError::Kept)).collect()
}

fn record(key: &Passkey) -> Result<Record, PasskeyError> {
    serde_json::to_string(key).map(Record).map_err(PasskeyError::Kept)
}

fn to_value(options: &impl serde::Serialize) -> Result<Value, PasskeyError> {
    serde_json::to_value(options).map_err(PasskeyError::Kept)
}

fn read_answer<T: DeserializeOwned>(answer: &Value) -> Result<T, PasskeyError> {
    let text = answer.to_string();
    if text.len() > LONGEST_ANSWER {
        return Err(PasskeyError::Unfit("it is too long"));
    }
    serde_json::from_str(&text).map_err(PasskeyError::Form)
}
