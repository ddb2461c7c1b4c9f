//! External MFA's words: what Entra asks for and what a provider may answer (eam.md §4, §5).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The longest `claims` parameter that is looked at, in bytes.
const LONGEST: usize = 8 * 1024;

/// What somebody has to prove: Entra takes a second factor of another kind than the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofKind {
    /// Something they have.
    Possession,
    /// Something they are.
    Inherence,
}

macro_rules! amr {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $kind:ident;)+) => {
        /// How somebody proved themselves, in the words that Entra takes from a provider (eam.md §5; RFC 8176).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum Amr { $($(#[$doc])* $name,)+ }

        impl Amr {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// What it proves.
            pub const fn kind(self) -> ProofKind {
                match self { $(Self::$name => ProofKind::$kind,)+ }
            }
        }
    };
}

amr! {
    /// Recognition of the face.
    Face = "face", Inherence;
    /// A passkey or security key, with or without user verification.
    Fido = "fido", Possession;
    /// A fingerprint.
    Fpt = "fpt", Inherence;
    /// A key in hardware.
    Hwk = "hwk", Possession;
    /// A scan of the iris.
    Iris = "iris", Inherence;
    /// A one-time code.
    Otp = "otp", Possession;
    /// Possession of a key.
    Pop = "pop", Possession;
    /// A scan of the retina.
    Retina = "retina", Inherence;
    /// A smart card.
    Sc = "sc", Possession;
    /// A text message.
    Sms = "sms", Possession;
    /// A key in software.
    Swk = "swk", Possession;
    /// A telephone call.
    Tel = "tel", Possession;
    /// Recognition of the voice.
    Vbm = "vbm", Inherence;
}

impl Amr {
    /// Reads [`Amr::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|amr| amr.as_str() == text)
    }
}

/// What Entra asks for: the `claims` parameter (OpenID Connect Core §5.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Which `acr` may be answered; in the order asked for.
    pub acr: Vec<String>,
    /// Which `amr` may be answered.
    pub amr: BTreeSet<Amr>,
}

/// Why a `claims` parameter asks for nothing that can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WantedError {
    /// Longer than any of Entra's.
    #[error("the parameter claims is longer than {LONGEST} bytes")]
    TooLong,
    /// No JSON object.
    #[error("the parameter claims is no JSON object")]
    NotAnObject,
    /// It names no `acr`.
    #[error("the parameter claims names no acr value")]
    NoAcr,
    /// It names no `amr` that a provider may answer.
    #[error("the parameter claims names no amr value that a provider may answer")]
    NoAmr,
    /// It names no claim at all.
    #[error("the parameter claims names no claim of an id_token")]
    NoClaim,
}

impl WantedError {
    /// A stable word for logs and figures.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLong => "claims_too_long",
            Self::NotAnObject => "claims_not_an_object",
            Self::NoAcr => "claims_no_acr",
            Self::NoAmr => "claims_no_amr",
            Self::NoClaim => "claims_none",
        }
    }
}

impl Wanted {
    /// Reads the parameter. What is not text is dropped; nothing is filled in.
    pub fn parse(claims: &str) -> Result<Self, WantedError> {
        let parsed = object(claims)?;
        let acr = texts(&parsed["id_token"]["acr"]);
        if acr.is_empty() {
            return Err(WantedError::NoAcr);
        }
        let amr: BTreeSet<Amr> = texts(&parsed["id_token"]["amr"]).iter().filter_map(|word| Amr::parse(word)).collect();
        if amr.is_empty() { Err(WantedError::NoAmr) } else { Ok(Self { acr, amr }) }
    }

    /// The `acr` to answer when somebody proved themselves so; `None`: Entra would not take it. It is echoed as it was
    /// asked for, not made more exact.
    pub fn acr_for(&self, amr: Amr) -> Option<&str> {
        if !self.amr.contains(&amr) {
            return None;
        }
        self.acr.iter().map(String::as_str).find(|acr| includes(acr, amr.kind()))
    }
}

/// A `claims` parameter, if it is a JSON object of a bearable length.
pub(crate) fn object(claims: &str) -> Result<Value, WantedError> {
    if claims.len() > LONGEST {
        return Err(WantedError::TooLong);
    }
    let parsed = serde_json::from_str(claims).ok().filter(Value::is_object);
    parsed.ok_or(WantedError::NotAnObject)
}

/// The values that will do for a claim, as far as they are text.
pub(crate) fn texts(claim: &Value) -> Vec<String> {
    let listed = claim["values"].as_array().into_iter().flatten().chain(claim.get("value"));
    listed.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// `possessionorinherence` and its like: kinds of proof with `or` between them.
fn includes(acr: &str, kind: ProofKind) -> bool {
    let word = match kind {
        ProofKind::Possession => "possession",
        ProofKind::Inherence => "inherence",
    };
    acr.split("or").any(|part| part == word)
}

/// What a provider answers when the person has proved themselves (eam.md §5).
#[derive(Debug, Clone, Serialize)]
pub struct AnswerClaims<'a> {
    /// Our issuer, exactly as our metadata says it.
    pub iss: &'a str,
    /// The client id that we gave to Entra.
    pub aud: &'a str,
    /// The hint's `sub`.
    pub sub: &'a str,
    /// The request's nonce, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<&'a str>,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// What was proved.
    #[serde(flatten)]
    pub said: Said<'a>,
}

/// What an answer says was proved.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Said<'a> {
    /// A second factor.
    Factor {
        /// One of those asked for.
        acr: &'a str,
        /// Exactly one, of those asked for.
        amr: [Amr; 1],
    },
    /// What a custom control asked for: it is no second factor, and so names neither.
    Control(&'a BTreeMap<String, String>),
}
