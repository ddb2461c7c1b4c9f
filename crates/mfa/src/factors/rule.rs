//! The rules by which somebody cannot have their own factors as they wish: each with a word of its own, because people are
//! told in their language.

/// A rule that forbids what somebody wishes for their own factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactorRule {
    /// The last factor stays: a password alone would register another.
    #[error("this is the last factor: register another one first")]
    Last,
    /// A person keeps as many factors as the settings ask for.
    #[error("as many factors are required: register another one first")]
    Least,
    /// A temporary code is its administrator's to take back.
    #[error("a temporary code is its administrator's to take back")]
    Issued,
    /// A person has no more factors than the settings allow.
    #[error("a person may not have more factors: remove one first")]
    Most,
    /// The kind is none that counts here.
    #[error("this kind of factor is switched off for this tenant")]
    KindOff,
    /// Guests register nothing.
    #[error("guests may not register factors here")]
    NoGuests,
    /// Only who has no way to prove themselves registers one within a sign-in, where that is allowed.
    #[error("nothing can be registered within this sign-in")]
    NotNew,
    /// The directory has the person disabled or deleted.
    #[error("this account cannot be used for now")]
    Suspended,
}

impl FactorRule {
    const ALL: [Self; 8] = [
        Self::Last,
        Self::Least,
        Self::Issued,
        Self::Most,
        Self::KindOff,
        Self::NoGuests,
        Self::NotNew,
        Self::Suspended,
    ];

    /// The stable word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Last => "mfa.last_factor",
            Self::Least => "mfa.least_factors",
            Self::Issued => "mfa.issued_code",
            Self::Most => "mfa.most_factors",
            Self::KindOff => "mfa.kind_off",
            Self::NoGuests => "mfa.no_guests",
            Self::NotNew => "mfa.not_new",
            Self::Suspended => "mfa.suspended",
        }
    }

    /// The rule of a word.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.code() == code)
    }
}
