//! A person's own portal: what they prove themselves with, what was tried in their name, and what they do about it.
//!
//! ```text
//! browser ──► Entra (code, PKCE) ──► session ──► a factor of theirs ──► everything
//!                                       │
//!                 has none yet ─────────┴──► signed in by hand just now, or an administrator's code ──► the first factor
//! ```
//!
//! | a session may | when the person |
//! |---|---|
//! | show a factor, a code that is sent, or agree elsewhere | has any of them and has not done so ([`Standing::Prove`]) |
//! | show an administrator's code, sign in by hand | has none ([`Standing::Newcomer`]) |
//! | register the first factor | has none, no administrator's code either, and has signed in to Entra by hand within minutes, where the settings let that do ([`Standing::Fresh`]) |
//! | everything | has proved themselves in this session ([`Standing::Proved`]) |
//!
//! A password alone never takes a factor away, adds a second one, or replaces a lost one (NIST SP 800-63B §6.1.2).
//! Every rise of rights gives the session another secret.

mod activity;
mod credentials;
mod devices;
mod enrol;
mod overview;
mod session;
mod sign_in;
mod visit;
mod ways;

use kernel::{OrganisationId, Secret, Timestamp, id_type};
use store::Tx;
use tenants::TenantId;

pub use activity::NotMe;
pub use credentials::{Lost, Own, Tested};
pub use devices::{Browsers, SessionView};
pub use enrol::Added;
pub use overview::{Overview, Portal};
pub use session::Entered;
pub use sign_in::{Answer, Back, NotIn};
pub use visit::Leaving;

use crate::accounts::suspension;
use crate::error::MfaError;
use crate::factors::FactorView;
use crate::factors::model::Factor;
use crate::model::{Account, AccountId, FactorKind, FactorState, Provider};
use crate::policy::Door;
use crate::policy::counts::Holding;
use crate::service::Mfa;
use crate::settings::FirstFactor;
use crate::store::{accounts, factors, pushes};

id_type!(
    /// A session of the portal.
    SessionId,
    /// A way to Entra and back.
    VisitId,
);

/// How long a sign-in to Entra by hand counts as fresh.
const FRESH: std::time::Duration = std::time::Duration::from_mins(10);
/// How far Entra's clock may be ahead of ours: as for the token that tells the time (OpenID Connect Core §3.1.3.7).
const AHEAD: std::time::Duration = std::time::Duration::from_mins(2);

/// A session of the portal. Its secret is in the browser alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) organisation: OrganisationId,
    pub(crate) provider: TenantId,
    pub(crate) account: AccountId,
    /// When the person last signed in to Entra by hand, where Entra tells.
    pub(crate) entra_at: Option<Timestamp>,
    /// When the person last proved themselves here.
    pub(crate) proved_at: Option<Timestamp>,
    pub(crate) address: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// What a session may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The person can prove themselves and must do so first.
    Prove,
    /// The person has none: an administrator's code, or a fresh sign-in, comes first.
    Newcomer,
    /// The person has none and may register the first.
    Fresh,
    /// The person has proved themselves in this session.
    Proved,
}

impl Standing {
    /// What a session may, by what is registered, or by whether there is `more` than that: the person is locked, or agrees to
    /// sign-ins in another browser. Factors that are suspended count: who has lost all of theirs is nobody whom a password
    /// makes new. A code that an administrator has given is the way in as long as it counts: then no sign-in does.
    pub(crate) fn of(session: &Session, factors: &[Factor], more: bool, first: FirstFactor, now: Timestamp) -> Self {
        let registered = |factor: &Factor| factor.state != FactorState::Pending && factor.kind != FactorKind::Temporary;
        let by_code = needs_code(factors, first, now);
        let fresh = !by_code && session.entra_at.is_some_and(|at| at <= now.plus(AHEAD) && now.since(at) <= FRESH);
        if session.proved_at.is_some() {
            Self::Proved
        } else if more || factors.iter().any(registered) {
            Self::Prove
        } else if fresh {
            Self::Fresh
        } else {
            Self::Newcomer
        }
    }

    /// Whether the person has nothing to prove themselves with yet.
    fn is_newcomer(self) -> bool {
        matches!(self, Self::Newcomer | Self::Fresh)
    }

    /// Whether a factor may be registered.
    pub fn may_add(self) -> bool {
        matches!(self, Self::Fresh | Self::Proved)
    }

    /// Whether what is there may be seen: there is nothing to protect by a factor where there is none.
    pub fn may_look(self) -> bool {
        self != Self::Prove
    }
}

/// Whether no fresh sign-in opens the door to the first factor: the settings say so, or a code was given for it that counts.
fn needs_code(factors: &[Factor], first: FirstFactor, now: Timestamp) -> bool {
    let given = |factor: &Factor| factor.kind == FactorKind::Temporary && factor.usable(now);
    first == FirstFactor::Code || factors.iter().any(given)
}

/// A session with all that it rests on, within a unit of work.
pub(crate) struct Scene {
    pub(crate) session: Session,
    pub(crate) provider: Provider,
    pub(crate) account: Account,
    pub(crate) factors: Vec<Factor>,
    pub(crate) standing: Standing,
}

impl Scene {
    /// Whether a factor is a key of a model that a policy does not take.
    fn is_unfit(&self, factor: &FactorView) -> bool {
        factor.state == FactorState::Active && self.provider.counts().unfit(&Holding::from(factor)).is_some()
    }

    /// Whether only a code of an administrator's opens the door to the first factor.
    fn needs_code(&self, now: Timestamp) -> bool {
        needs_code(&self.factors, self.provider.settings.first_factor, now)
    }

    /// Refuses who has not proved themselves in this session.
    fn proved(self) -> Result<Self, MfaError> {
        if self.standing == Standing::Proved { Ok(self) } else { Err(MfaError::ProveFirst) }
    }

    /// Refuses who may not see what is there.
    fn looking(self) -> Result<Self, MfaError> {
        if self.standing.may_look() { Ok(self) } else { Err(MfaError::ProveFirst) }
    }

    /// Refuses who may not register a factor.
    fn adding(self) -> Result<Self, MfaError> {
        if self.standing.may_add() { Ok(self) } else { Err(MfaError::ProveFirst) }
    }

    /// Usual factors that can be used here, but one.
    pub(crate) fn usable_beside(&self, factor: crate::FactorId, now: Timestamp) -> usize {
        let counts = self.provider.counts();
        let counted = |other: &&Factor| {
            other.id != factor && other.kind.is_usual() && other.usable(now) && counts.has(&Holding::from(*other))
        };
        self.factors.iter().filter(counted).count()
    }
}

impl Mfa {
    /// The session that a browser shows, with all that it rests on.
    pub(crate) async fn scene_of(&self, tx: &mut Tx, token: &Secret<String>) -> Result<Scene, MfaError> {
        let session = self.session(tx, token).await?;
        self.scene_behind(tx, session).await
    }

    /// All that a session rests on.
    async fn scene_behind(&self, tx: &mut Tx, session: Session) -> Result<Scene, MfaError> {
        let provider = self.provider(tx, session.provider).await?;
        let account = accounts::get(tx, session.organisation, session.account).await?.ok_or(MfaError::SignedOut)?;
        if suspension(tx, &account).await?.is_some() {
            return Err(MfaError::SignedOut);
        }
        let provider = self.ruled(tx, provider, &account, Door::Portal).await?;
        let factors = factors::of(tx, account.id).await?;
        let more = account.locked_at.is_some() || !pushes::devices(tx, account.id).await?.is_empty();
        let standing = Standing::of(&session, &factors, more, provider.settings.first_factor, self.env().now());
        Ok(Scene { session, provider, account, factors, standing })
    }

    /// The same, one after the other on every node.
    pub(crate) async fn scene_in_turn(&self, tx: &mut Tx, token: &Secret<String>) -> Result<Scene, MfaError> {
        let account = self.session(tx, token).await?.account;
        self.turn_of(tx, account).await?;
        self.scene_of(tx, token).await
    }
}

#[cfg(test)]
mod tests;
