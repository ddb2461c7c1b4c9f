//! Policies: other rules than the tenant's settings, for some people (SYM-17, SYM-18, SYM-21, SYM-24).
//!
//! ```text
//! draft ──► preview ──► apply ──► in force ──► decided at each sign-in, with the reason
//!   ▲     who would lose            │
//!   └─────their last factor         └── undo: a former revision, as a new one
//! ```
//!
//! | part | file | what it does |
//! |---|---|---|
//! | model | `model.rs` | what a policy says |
//! | decide | `decide.rs` | the rules in force for somebody, and which policy gave each; pure |
//! | counts | `counts.rs` | what counts of what somebody holds: kinds of proof, models of keys; pure |
//! | effect | `effect.rs` | who loses or gets back which factor; pure |
//! | enforce | `enforce.rs` | the same at a sign-in, at the portal, at the helpdesk |
//! | drafts | `drafts.rs` | what is prepared, apart from what is in force |
//! | preview | `preview.rs`, `weigh.rs` | whom a draft would concern; the walk over everybody |
//! | apply | `apply.rs` | putting in force, undo, history |
//!
//! The policies stand in an order. Each rule comes from the first policy that is for the person and says something about
//! it; what no policy says, the tenant's settings say. Break-glass accounts are met by no policy.
//!
//! A person's risk is what was read of it (`crate::risk`); what counts where it is not known, each policy says itself.
//!
//! What it deliberately does not do: ask for the application that is signed in to. Entra does not tell it to a provider of
//! External MFA (eam.md §4: the request names our client, the hint names the person). What is told apart is where somebody
//! proves themselves: for Entra, or at their own portal.

pub mod apply;
pub(crate) mod counts;
pub(crate) mod decide;
pub mod drafts;
pub(crate) mod effect;
pub mod enforce;
pub mod model;
pub mod preview;
pub(crate) mod weigh;

pub use apply::{Order, Revision, RevisionSummary, Undo};
pub use drafts::{Board, Draft, NewDraft};
pub use enforce::{DoorRules, Hop, Reason, RulesInForce};
pub use model::{
    AtRisk, Door, Enrolment, Given, LockoutLevel, LockoutRule, People, Policy, PolicyId, PreviewId, Rule, Ruled, Rules,
    WhenUnknown, Whom,
};
pub use preview::{Affected, AffectedFilter, Figures, PolicyEffect, PolicyFigures, Preview};

#[cfg(test)]
mod tests;
