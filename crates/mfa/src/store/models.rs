//! Statements on `mfa_metadata` and `mfa_models`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::OrganisationId;
use passkeys::Model;
use store::{Backend, Row, Sql, StoreError, Tx, args, json};
use uuid::Uuid;

use crate::models::MetadataView;

/// What was imported last.
pub(crate) async fn find(tx: &mut Tx, organisation: OrganisationId) -> Result<Option<MetadataView>, StoreError> {
    let row = tx
        .one(
            "SELECT number, next_update, imported_at, imported_by,
                 (SELECT COUNT(*) FROM mfa_models WHERE organisation = $1) AS models,
                 (SELECT COUNT(*) FROM mfa_models WHERE organisation = $1 AND flaw IS NOT NULL) AS flawed
             FROM mfa_metadata WHERE id = $1",
            args![organisation],
        )
        .await?;
    row.map(|row| {
        Ok(MetadataView {
            number: row.get("number")?,
            next_update: row.get("next_update")?,
            imported_at: row.get("imported_at")?,
            imported_by: row.get("imported_by")?,
            models: row.get("models")?,
            flawed: row.get("flawed")?,
        })
    })
    .transpose()
}

const HEAD: &str = "INSERT INTO mfa_models (organisation, aaguid, name, status, flaw, roots) VALUES ";

/// Keeps models in place of those before, unless those are newer; says whether it did.
pub(crate) async fn replace(
    tx: &mut Tx,
    organisation: OrganisationId,
    metadata: &MetadataView,
    root: Option<Vec<u8>>,
    models: &[Model],
) -> Result<bool, StoreError> {
    let taken = tx.execute(
        "INSERT INTO mfa_metadata (id, number, next_update, root, imported_at, imported_by) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET number = $2, next_update = $3, root = $4, imported_at = $5, imported_by = $6
         WHERE mfa_metadata.number <= $2",
        args![
            organisation,
            metadata.number,
            &metadata.next_update,
            root,
            metadata.imported_at,
            &metadata.imported_by
        ],
    )
    .await?;
    if taken == 0 {
        return Ok(false);
    }
    tx.execute("DELETE FROM mfa_models WHERE organisation = $1", args![organisation]).await?;
    let values = |model: &Model| {
        let roots: Vec<String> = model.roots.iter().map(|root| STANDARD.encode(root)).collect();
        args![organisation, model.aaguid, &model.name, &model.status, model.flaw.clone(), json(&roots)]
    };
    if !models.is_empty() {
        tx.insert_many(HEAD, models.iter().map(values), "ON CONFLICT (organisation, aaguid) DO NOTHING").await?;
    }
    Ok(true)
}

/// These models.
pub(crate) async fn of(tx: &mut Tx, organisation: OrganisationId, ids: &[Uuid]) -> Result<Vec<Model>, StoreError> {
    let sql = Sql::new("SELECT * FROM mfa_models WHERE organisation = ").bind(organisation);
    let rows = tx.select(sql.push(" AND aaguid IN ").bind_list(ids.iter().copied())).await?;
    rows.iter().map(model_of).collect()
}

/// What attestations lead to: the model, its name, a certificate; several of a model.
pub(crate) async fn roots(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Vec<(Uuid, String, Vec<u8>)>, StoreError> {
    let rows = tx.all("SELECT * FROM mfa_models WHERE organisation = $1", args![organisation]).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let Model { aaguid, name, roots, .. } = model_of(row)?;
        found.extend(roots.into_iter().map(|root| (aaguid, name.clone(), root)));
    }
    Ok(found)
}

/// The models of an organisation's passkeys: how many keys there are of each, and how many have proved it.
pub(crate) async fn in_use(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<(Uuid, u64, u64)>, StoreError> {
    let sql = match tx.backend() {
        Backend::Sqlite => {
            "SELECT json_extract(details, '$.aaguid') AS aaguid, COUNT(*) AS total,
                 SUM(CASE WHEN json_extract(details, '$.attested') THEN 1 ELSE 0 END) AS attested
             FROM mfa_factors WHERE organisation = $1 AND kind = 'passkey' GROUP BY 1"
        }
        Backend::Postgres => {
            "SELECT details::json ->> 'aaguid' AS aaguid, COUNT(*) AS total,
                 SUM(CASE WHEN details::json ->> 'attested' = 'true' THEN 1 ELSE 0 END) AS attested
             FROM mfa_factors WHERE organisation = $1 AND kind = 'passkey' GROUP BY 1"
        }
    };
    let mut found = Vec::new();
    for row in tx.all(sql, args![organisation]).await? {
        let aaguid: Option<String> = row.get("aaguid")?;
        if let Some(aaguid) = aaguid.and_then(|text| text.parse().ok()) {
            found.push((aaguid, row.get("total")?, row.get("attested")?));
        }
    }
    Ok(found)
}

fn model_of(row: &Row) -> Result<Model, StoreError> {
    let roots: Vec<String> = row.json("roots")?;
    Ok(Model {
        aaguid: row.get("aaguid")?,
        name: row.get("name")?,
        status: row.get("status")?,
        flaw: row.get("flaw")?,
        roots: roots.iter().filter_map(|root| STANDARD.decode(root).ok()).collect(),
    })
}
