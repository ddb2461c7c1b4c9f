//! What settings would do, before they are saved (VPR-08), and why a user is in or out. Both answer from what is known,
//! without asking the source.

use std::collections::BTreeMap;

use directory::{SourceId, State, User, read};
use kernel::{May, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use super::Dirsync;
use crate::error::DirsyncError;
use crate::permissions::ReadSync;
use crate::plan::rules::{Overlay, with};
use crate::scope::{Scope, Why};
use crate::settings::Settings;

/// What settings would do to the users that are known.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct ScopePreview {
    /// Users that would be let in.
    pub included: u64,
    /// Users that would be kept out, by reason.
    pub excluded: BTreeMap<String, u64>,
    /// Users that are in use and would be put into conflict.
    pub would_lose: u64,
    /// Users that are not in use and would be.
    pub would_gain: u64,
    /// Some of those let in.
    pub sample_included: Vec<SampleUser>,
    /// Some of those who would be lost.
    pub sample_lost: Vec<SampleUser>,
    /// Some of those who would be gained.
    pub sample_gained: Vec<SampleUser>,
    /// As of when: the last time the source was read.
    pub as_of: Option<Timestamp>,
}

/// A user of a sample.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SampleUser {
    /// Our id.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// The user principal name.
    pub user_principal_name: Option<String>,
    /// The department.
    pub department: Option<String>,
}

/// Why a user is in or out, with where it stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WhyUser {
    /// Our id.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// The state.
    pub state: State,
    /// The rules with what they say.
    pub why: Why,
}

/// How many users a sample shows.
const SAMPLE: usize = 20;

impl Dirsync {
    /// What settings would do.
    pub async fn preview_settings(
        &self,
        may: &May<ReadSync>,
        source: SourceId,
        wanted: Settings,
    ) -> Result<ScopePreview, DirsyncError> {
        wanted.validate()?;
        let organisation = may.actor().organisation;
        let mut tx = self.store.read().await?;
        self.kept(&mut tx, organisation, source).await?;
        let overlay = Overlay { run: None, whole: false };
        let rules = with(&mut tx, source, wanted, self.env.now(), &overlay).await?;
        let mut preview = ScopePreview::default();
        let mut after = None;
        loop {
            let users = read::users_after(&mut tx, source, after, 2_000).await?;
            let Some(last) = users.last() else { break };
            after = Some(last.object_id);
            for user in users.iter().filter(|user| !matches!(user.state, State::Deleted { .. })) {
                preview.as_of = preview.as_of.max(Some(user.seen_at));
                preview.count(user, rules.decide(user.object_id, &user.attributes));
            }
        }
        Ok(preview)
    }

    /// Why a user is in or out, by our id.
    pub async fn why(&self, may: &May<ReadSync>, user: Uuid) -> Result<WhyUser, DirsyncError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store.read().await?;
        let user = read::user(&mut tx, organisation, user.into()).await?.ok_or(DirsyncError::NotFound("user"))?;
        let kept = self.kept(&mut tx, organisation, user.source.id).await?;
        let overlay = Overlay { run: None, whole: false };
        let rules = with(&mut tx, user.source.id, kept.settings, self.env.now(), &overlay).await?;
        let why = rules.explain(user.object_id, &user.attributes);
        Ok(WhyUser { id: user.id.0, name: user.name(), state: user.state, why })
    }
}

impl ScopePreview {
    fn count(&mut self, user: &User, scope: Scope) {
        let held = user.state.held() && !matches!(user.state, State::Conflict(_));
        match scope {
            Scope::In => {
                self.included += 1;
                add(&mut self.sample_included, user);
                if !held {
                    self.would_gain += 1;
                    add(&mut self.sample_gained, user);
                }
            }
            Scope::Out(because) => {
                *self.excluded.entry(because.to_string()).or_default() += 1;
                if held {
                    self.would_lose += 1;
                    add(&mut self.sample_lost, user);
                }
            }
        }
    }
}

impl SampleUser {
    /// A user as a sample shows it.
    pub(crate) fn of(user: &User) -> Self {
        Self {
            id: user.id.0,
            name: user.name(),
            user_principal_name: user.attributes.user_principal_name.clone(),
            department: user.attributes.department.clone(),
        }
    }
}

fn add(sample: &mut Vec<SampleUser>, user: &User) {
    if sample.len() < SAMPLE {
        sample.push(SampleUser::of(user));
    }
}
