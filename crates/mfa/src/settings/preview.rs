//! Whom other settings would concern, worked out before they are saved: a way to prove oneself that is switched off is
//! taken from everybody whom no policy gives it, and whoever has no other is locked out.
//!
//! The same walk as the policies' preview. Saving walks again; where somebody would lose the last factor that they can use it
//! is refused until the tenant's name is typed.

use kernel::{May, Page, PageRequest, Timestamp};
use serde::Serialize;
use tenants::TenantId;
use utoipa::ToSchema;

use super::Settings;
use crate::error::MfaError;
use crate::model::{FactorKind, Provider};
use crate::permissions::{ChangeProvider, ReadMfa};
use crate::policy::preview::people;
use crate::policy::weigh::Rulebook;
use crate::policy::{Affected, AffectedFilter, Figures, PreviewId};
use crate::readiness::turn::Turn;
use crate::service::Mfa;
use crate::store::settings as rows;

/// Whom other settings would concern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MfaSettingsPreview)]
pub struct SettingsPreview {
    /// Its id.
    pub id: PreviewId,
    /// The version of the settings that they were held against.
    pub version: i64,
    /// The revision of the policies that was in force.
    pub in_force: i64,
    /// The kinds of proof that would count.
    pub kinds: Vec<FactorKind>,
    /// How many factors people would have to keep.
    pub least_factors: u32,
    /// When.
    pub counted_at: Timestamp,
    /// By whom.
    pub counted_by: String,
    /// Whom it would concern.
    pub figures: Figures,
}

impl Settings {
    /// Whether a change can take a usable factor from anybody. Break-glass accounts are met by no policy, so that others
    /// of them change what counts.
    fn takes_away(&self, after: &Self) -> bool {
        let after_all = after.counted();
        self.counted().kinds.iter().any(|kind| !after_all.kinds.contains(kind)) || self.break_glass != after.break_glass
    }

    /// The settings with the kinds alone that can be used: where no country is allowed, no number is texted or called.
    fn counted(&self) -> Self {
        let mut counted = self.clone();
        if self.out_of_band.countries.is_empty() {
            counted.kinds.retain(|kind| !matches!(kind, FactorKind::Sms | FactorKind::Voice));
        }
        counted
    }
}

impl Mfa {
    /// Works out whom other settings would concern, under the policies in force.
    pub async fn preview_settings(
        &self,
        may: &May<ChangeProvider>,
        settings: &Settings,
    ) -> Result<SettingsPreview, MfaError> {
        settings.validate()?;
        let (actor, tenant) = (may.actor(), may.tenant);
        let mut tx = self.store().read().await?;
        let provider = self.own_provider(&mut tx, actor.organisation, tenant).await?;
        drop(tx);
        let turn = self.take_turn(&provider, &actor.label()).await?;
        let preview = SettingsPreview {
            id: self.env().new_id(),
            version: provider.version,
            in_force: provider.policy_revision,
            kinds: settings.kinds.clone(),
            least_factors: settings.least_factors,
            counted_at: self.env().now(),
            counted_by: actor.label(),
            figures: Figures::default(),
        };
        let done = self.preview_settings_in_turn(&provider, settings, preview, &turn).await;
        self.end_turn(turn, done).await
    }

    async fn preview_settings_in_turn(
        &self,
        provider: &Provider,
        settings: &Settings,
        mut preview: SettingsPreview,
        turn: &Turn,
    ) -> Result<SettingsPreview, MfaError> {
        let after = Rulebook { settings: &settings.counted(), policies: &provider.policies };
        preview.figures = self.weigh_against(provider, after, Some((preview.id, turn))).await?;
        preview.counted_at = self.env().now();
        let mut tx = self.store().begin().await?;
        self.keep_turn(&mut tx, turn).await?;
        rows::put_preview(&mut tx, provider, &preview).await?;
        tx.commit().await?;
        Ok(preview)
    }

    /// What was worked out last; nothing where nobody has.
    pub async fn get_settings_preview(
        &self,
        may: &May<ReadMfa>,
        tenant: TenantId,
    ) -> Result<Option<SettingsPreview>, MfaError> {
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        Ok(rows::preview(&mut tx, tenant).await?)
    }

    /// One page of whom the last preview of settings concerns, by name.
    pub async fn list_settings_affected(
        &self,
        may: &May<ReadMfa>,
        tenant: TenantId,
        filter: &AffectedFilter,
        page: &PageRequest,
    ) -> Result<Page<Affected>, MfaError> {
        let mut tx = self.store().read().await?;
        self.own_provider(&mut tx, may.actor().organisation, tenant).await?;
        match rows::preview(&mut tx, tenant).await? {
            Some(preview) => people(&mut tx, preview.id, filter, page).await,
            None => Ok(Page { items: Vec::new(), next: None }),
        }
    }

    /// Refuses settings by which somebody would lose the last factor that they can use, unless the tenant's name was typed.
    /// Whether anybody had to be looked at.
    pub(crate) async fn spare_last_factors(
        &self,
        provider: &Provider,
        after: &Settings,
        (name, typed): (&str, Option<&str>),
    ) -> Result<bool, MfaError> {
        if !provider.settings.takes_away(after) {
            return Ok(false);
        }
        after.validate()?;
        let after = Rulebook { settings: &after.counted(), policies: &provider.policies };
        let people = self.weigh_against(provider, after, None).await?.loses_last;
        if people > 0 && typed.map(str::trim) != Some(name) {
            return Err(MfaError::LastFactors { people, name: name.to_owned() });
        }
        Ok(true)
    }
}
