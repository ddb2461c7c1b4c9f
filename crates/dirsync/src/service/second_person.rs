//! The second person (NET-03): a plan that takes away more than a fifth of all users is not decided by whoever is behind it,
//! neither by signing in nor by a token of theirs.
//!
//! Where nobody else may decide, the rule would only keep an organisation from its own directory until the plan runs out.
//! There the one operator may decide alone: signed in, by typing the source's name, and the log says so. Somebody who could
//! decide until a short while ago still counts, so that nobody becomes alone by sending the others away.

use std::time::Duration;

use kernel::{Actor, ActorKind, May};
use signals::{Entry, Object};
use store::Tx;

use super::Dirsync;
use crate::error::DirsyncError;
use crate::guard::Verdict;
use crate::model::Run;
use crate::permissions::ReadSync;

/// How long somebody counts who may not decide any more: as long as a plan waits by default.
pub(crate) const LATELY: Duration = Duration::from_hours(72);

/// Whether somebody may decide a held plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// They may.
    Free,
    /// There is nobody else who could: they may, once they have typed the source's name.
    Alone(String),
    /// They may not.
    Refused(Refusal),
}

/// Why somebody may not decide a held plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody else has to.
    SecondPerson,
    /// Nobody else could; but a token does not decide alone.
    SignIn,
}

impl From<Refusal> for DirsyncError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::SecondPerson => Self::SecondPersonNeeded,
            Refusal::SignIn => Self::SignInNeeded,
        }
    }
}

impl Dirsync {
    /// Whether the one who asks may decide a held plan, by what is known of who is behind it.
    pub async fn second_person(&self, may: &May<ReadSync>, run: &Run) -> Result<Standing, DirsyncError> {
        self.standing(may.actor(), run).await
    }

    pub(super) async fn standing(&self, actor: &Actor, run: &Run) -> Result<Standing, DirsyncError> {
        if !matches!(run.verdict, Some(Verdict::Hold { second_person: true, .. })) || is_another(actor, run) {
            return Ok(Standing::Free);
        }
        let (Some(person), Some(post)) = (actor.person(), &self.post) else {
            return Ok(Standing::Refused(Refusal::SecondPerson));
        };
        let since = self.env.now().minus(LATELY);
        if post.operators.somebody_else_decides(actor.organisation, person, since).await? {
            return Ok(Standing::Refused(Refusal::SecondPerson));
        }
        if !matches!(actor.kind, ActorKind::Operator { .. }) {
            return Ok(Standing::Refused(Refusal::SignIn));
        }
        let (name, _) = self.named(actor.organisation, run.source_id).await?;
        Ok(Standing::Alone(name))
    }

    /// Says in the log that one person has decided what two should have.
    pub(super) async fn log_waiver(&self, tx: &mut Tx, actor: &Actor, run: &Run) -> Result<(), DirsyncError> {
        let entry = Entry::act("dirsync.second_person_waived").cause("run", Some(run.id.0)).reason(
            "more than 20 % of all users are taken away; nobody else may decide, and the source's name was typed in",
        );
        self.log(tx, actor, Object::new("run", run.id, format!("{} run", run.kind)), entry).await
    }
}

/// Whether somebody else than the one behind a run is asked. Of a run that only tells a label, a token's could be anybody's.
fn is_another(actor: &Actor, run: &Run) -> bool {
    match (run.person, actor.person()) {
        (Some(behind), Some(person)) => behind != person,
        (Some(_), None) => false,
        (None, _) if run.started_by.starts_with("system:") => true,
        (None, _) => {
            let by_operator = |label: &str| label.starts_with("operator:");
            by_operator(&run.started_by) && by_operator(&actor.label()) && run.started_by != actor.label()
        }
    }
}
