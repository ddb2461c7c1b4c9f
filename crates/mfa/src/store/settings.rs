//! Statements on `mfa_settings_previews`. The people of such a preview are with those of policies.

use store::{StoreError, Tx, args, json};
use tenants::TenantId;

use super::policies::forget_people;
use crate::model::Provider;
use crate::settings::SettingsPreview;

/// Keeps what was worked out in place of what was before.
pub(crate) async fn put_preview(tx: &mut Tx, provider: &Provider, preview: &SettingsPreview) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_settings_previews
             (provider, id, organisation, version, in_force, kinds, least_factors, counted_at, counted_by, figures)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (provider) DO UPDATE
         SET id = $2, version = $4, in_force = $5, kinds = $6, least_factors = $7, counted_at = $8, counted_by = $9,
             figures = $10",
        args![
            provider.tenant,
            preview.id,
            provider.organisation,
            preview.version,
            preview.in_force,
            json(&preview.kinds),
            preview.least_factors,
            preview.counted_at,
            &preview.counted_by,
            json(&preview.figures)
        ],
    )
    .await?;
    forget_people(tx, provider.tenant).await
}

/// What was worked out last.
pub(crate) async fn preview(tx: &mut Tx, provider: TenantId) -> Result<Option<SettingsPreview>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_settings_previews WHERE provider = $1", args![provider]).await?;
    row.map(|row| {
        Ok(SettingsPreview {
            id: row.get("id")?,
            version: row.get("version")?,
            in_force: row.get("in_force")?,
            kinds: row.json("kinds")?,
            least_factors: row.get("least_factors")?,
            counted_at: row.get("counted_at")?,
            counted_by: row.get("counted_by")?,
            figures: row.json("figures")?,
        })
    })
    .transpose()
}
