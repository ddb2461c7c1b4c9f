//! Statements on `mfa_policy_drafts`, `mfa_policy_revisions`, `mfa_policy_previews`, `mfa_policy_people`, and on what is in
//! force in `mfa_providers`.

use std::collections::{HashMap, HashSet};

use kernel::OrganisationId;
use store::{Row, Sql, StoreError, Tx, args, json};
use tenants::TenantId;
use uuid::Uuid;

use crate::model::{AccountId, FactorKind, Provider};
use crate::outofband::offers;
use crate::policy::model::{Policy, PreviewId};
use crate::policy::{Affected, AffectedFilter, Draft, Preview, Revision, RevisionSummary};

/// What is being prepared.
pub(crate) struct DraftRow {
    pub version: i64,
    /// Nothing where a draft was applied or discarded.
    pub draft: Option<Draft>,
}

pub(crate) async fn draft(tx: &mut Tx, provider: TenantId) -> Result<Option<DraftRow>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_policy_drafts WHERE provider = $1", args![provider]).await?;
    row.map(|row| draft_of(&row)).transpose()
}

fn draft_of(row: &Row) -> Result<DraftRow, StoreError> {
    let version = row.get("version")?;
    if row.get::<Option<String>>("policies")?.is_none() {
        return Ok(DraftRow { version, draft: None });
    }
    let draft = Draft {
        version,
        policies: row.json("policies")?,
        based_on: row.get("based_on")?,
        saved_at: row.get("saved_at")?,
        saved_by: row.get("saved_by")?,
    };
    Ok(DraftRow { version, draft: Some(draft) })
}

/// Saves a draft over the version that was read, which has become `draft.version`; false when somebody was quicker.
pub(crate) async fn save_draft(
    tx: &mut Tx,
    provider: &Provider,
    read: Option<i64>,
    draft: &Draft,
) -> Result<bool, StoreError> {
    let mut values = args![
        provider.tenant,
        draft.version,
        json(&draft.policies),
        draft.based_on,
        draft.saved_at,
        &draft.saved_by,
        provider.organisation
    ];
    let sql = if let Some(read) = read {
        values.extend(args![read]);
        "UPDATE mfa_policy_drafts
         SET version = $2, policies = $3, based_on = $4, saved_at = $5, saved_by = $6
         WHERE provider = $1 AND organisation = $7 AND version = $8"
    } else {
        "INSERT INTO mfa_policy_drafts (provider, version, policies, based_on, saved_at, saved_by, organisation)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (provider) DO NOTHING"
    };
    Ok(tx.execute(sql, values).await? > 0)
}

/// Takes a draft away; false when it is no longer the one that was read.
pub(crate) async fn clear_draft(tx: &mut Tx, provider: TenantId, read: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_policy_drafts SET policies = NULL, version = version + 1
               WHERE provider = $1 AND version = $2 AND policies IS NOT NULL";
    Ok(tx.execute(sql, args![provider, read]).await? > 0)
}

/// Puts policies in force over the revision that was read, beside the settings that were; false when somebody was quicker.
pub(crate) async fn put_in_force(
    tx: &mut Tx,
    provider: &Provider,
    policies: &[Policy],
    revision: i64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_providers SET policies = $2, policy_revision = $3 WHERE id = $1 AND policy_revision = $4
               AND version = $5";
    let values = args![provider.tenant, json(&policies), revision, provider.policy_revision, provider.version];
    Ok(tx.execute(sql, values).await? > 0)
}

pub(crate) async fn insert_revision(tx: &mut Tx, provider: &Provider, revision: &Revision) -> Result<(), StoreError> {
    let summary = &revision.summary;
    tx.execute(
        "INSERT INTO mfa_policy_revisions
             (provider, revision, organisation, policies, applied_at, applied_by, reason, restores, figures)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            provider.tenant,
            summary.revision,
            provider.organisation,
            json(&revision.policies),
            summary.applied_at,
            &summary.applied_by,
            summary.reason.clone(),
            summary.restores,
            json(&revision.figures)
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn revision(tx: &mut Tx, provider: TenantId, revision: i64) -> Result<Option<Revision>, StoreError> {
    let sql = "SELECT * FROM mfa_policy_revisions WHERE provider = $1 AND revision = $2";
    let row = tx.one(sql, args![provider, revision]).await?;
    row.map(|row| revision_of(&row)).transpose()
}

/// One more than asked for, newest first.
pub(crate) async fn revisions(
    tx: &mut Tx,
    provider: TenantId,
    limit: usize,
    before: Option<i64>,
) -> Result<Vec<Revision>, StoreError> {
    let sql = "SELECT * FROM mfa_policy_revisions WHERE provider = $1 AND revision < $2
               ORDER BY revision DESC LIMIT $3";
    let rows = tx.all(sql, args![provider, before.unwrap_or(i64::MAX), limit + 1]).await?;
    rows.iter().map(revision_of).collect()
}

fn revision_of(row: &Row) -> Result<Revision, StoreError> {
    let (policies, figures): (Vec<Policy>, crate::policy::Figures) = (row.json("policies")?, row.json("figures")?);
    let summary = RevisionSummary {
        revision: row.get("revision")?,
        applied_at: row.get("applied_at")?,
        applied_by: row.get("applied_by")?,
        reason: row.get("reason")?,
        restores: row.get("restores")?,
        policy_count: policies.len(),
        loses_last: figures.loses_last,
    };
    Ok(Revision { summary, policies, figures })
}

/// What was worked out last, and when.
pub(crate) async fn preview(tx: &mut Tx, provider: TenantId) -> Result<Option<Preview>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_policy_previews WHERE provider = $1", args![provider]).await?;
    row.map(|row| {
        Ok(Preview {
            id: row.get("id")?,
            draft: row.get("draft")?,
            revision: row.get("revision")?,
            in_force: row.get("in_force")?,
            counted_at: row.get("counted_at")?,
            counted_by: row.get("counted_by")?,
            figures: row.json("figures")?,
        })
    })
    .transpose()
}

/// Keeps what was worked out in place of what was before, with its people.
pub(crate) async fn put_preview(tx: &mut Tx, provider: &Provider, preview: &Preview) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO mfa_policy_previews
             (provider, id, organisation, draft, revision, in_force, counted_at, counted_by, figures)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (provider) DO UPDATE
         SET id = $2, draft = $4, revision = $5, in_force = $6, counted_at = $7, counted_by = $8, figures = $9",
        args![
            provider.tenant,
            preview.id,
            provider.organisation,
            preview.draft,
            preview.revision,
            preview.in_force,
            preview.counted_at,
            &preview.counted_by,
            json(&preview.figures)
        ],
    )
    .await?;
    forget_people(tx, provider.tenant).await
}

/// Forgets whom previews concern that are no longer the last: of policies, or of settings.
// Invariant: one preview of a tenant is worked out at a time (`Mfa::take_turn`), so that nobody of an unfinished one is forgotten.
pub(crate) async fn forget_people(tx: &mut Tx, provider: TenantId) -> Result<(), StoreError> {
    let sql = "DELETE FROM mfa_policy_people WHERE provider = $1
               AND preview NOT IN (SELECT id FROM mfa_policy_previews WHERE provider = $1)
               AND preview NOT IN (SELECT id FROM mfa_settings_previews WHERE provider = $1)";
    tx.execute(sql, args![provider]).await?;
    Ok(())
}

const PEOPLE: &str = "INSERT INTO mfa_policy_people
    (preview, provider, object_id, account, name, upn, effect, lost, gained, policy) VALUES ";

pub(crate) async fn insert_people(
    tx: &mut Tx,
    provider: TenantId,
    preview: PreviewId,
    people: &[Affected],
) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    let values = |one: &Affected| {
        args![
            preview,
            provider,
            one.object_id,
            one.account,
            &one.name,
            &one.upn,
            one.effect,
            words(&one.lost),
            words(&one.gained),
            one.policy.clone()
        ]
    };
    tx.insert_many(PEOPLE, people.iter().map(values), "").await?;
    Ok(())
}

fn words(kinds: &[FactorKind]) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(" ")
}

/// One more than asked for, by name.
pub(crate) async fn people(
    tx: &mut Tx,
    preview: PreviewId,
    filter: &AffectedFilter,
    limit: usize,
    after: Option<(String, Uuid)>,
) -> Result<Vec<Affected>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM mfa_policy_people WHERE preview = ").bind(preview);
    if let Some(effect) = filter.effect {
        sql = sql.push(" AND effect = ").bind(effect);
    }
    if let Some(text) = &filter.text {
        let like = format!("%{}%", text.to_lowercase().replace(['%', '_'], "").trim());
        sql = sql.push(" AND (lower(name) LIKE ").bind(like.clone()).push(" OR lower(upn) LIKE ").bind(like).push(")");
    }
    if let Some((name, id)) = after {
        sql = sql.push(" AND (name > ").bind(name.clone()).push(" OR name = ").bind(name);
        sql = sql.push(" AND object_id > ").bind(id).push(")");
    }
    let rows = tx.select(sql.push(" ORDER BY name, object_id LIMIT ").bind(limit + 1)).await?;
    rows.iter().map(affected).collect()
}

fn affected(row: &Row) -> Result<Affected, StoreError> {
    let kinds = |column: &str| -> Result<Vec<FactorKind>, StoreError> {
        Ok(row.get::<String>(column)?.split_whitespace().filter_map(FactorKind::parse).collect())
    };
    Ok(Affected {
        object_id: row.get("object_id")?,
        account: row.get("account")?,
        name: row.get("name")?,
        upn: row.get("upn")?,
        effect: row.get("effect")?,
        lost: kinds("lost")?,
        gained: kinds("gained")?,
        policy: row.get("policy")?,
    })
}

/// An account as the walk over them sees it.
pub(crate) struct Known {
    pub object_id: Uuid,
    pub label: String,
    pub name: Option<String>,
    pub guest: bool,
}

/// The accounts of a provider in the order of their people's ids, after one of them.
pub(crate) async fn accounts_after(
    tx: &mut Tx,
    provider: TenantId,
    after: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Known>, StoreError> {
    let mut sql = Sql::new("SELECT object_id, label, name, guest FROM mfa_accounts WHERE provider = ").bind(provider);
    if let Some(after) = after {
        sql = sql.push(" AND object_id > ").bind(after);
    }
    let rows = tx.select(sql.push(" ORDER BY object_id LIMIT ").bind(limit)).await?;
    let known = |row: &Row| {
        Ok(Known {
            object_id: row.get("object_id")?,
            label: row.get("label")?,
            name: row.get("name")?,
            guest: row.get("guest")?,
        })
    };
    rows.iter().map(known).collect()
}

/// By what these people can be asked or told beside registered factors, as far as it was ever seen.
pub(crate) async fn ways(
    tx: &mut Tx,
    organisation: OrganisationId,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, HashSet<FactorKind>>, StoreError> {
    let mut ways: HashMap<AccountId, HashSet<FactorKind>> = HashMap::new();
    let sql = Sql::new("SELECT DISTINCT account FROM mfa_push_devices WHERE organisation = ").bind(organisation);
    for row in tx.select(sql.push(" AND account IN ").bind_list(accounts.iter().copied())).await? {
        ways.entry(row.get("account")?).or_default().insert(FactorKind::Push);
    }
    let sql = Sql::new("SELECT account, target FROM mfa_addresses WHERE account IN ");
    for row in tx.select(sql.bind_list(accounts.iter().copied())).await? {
        let kinds = offers::ways(row.get("target")?);
        ways.entry(row.get("account")?).or_default().extend(kinds);
    }
    Ok(ways)
}
