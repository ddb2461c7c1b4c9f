//! Every statement on `tenants_tests`.

use kernel::OrganisationId;
use store::{StoreError, Tx, args, json};

use crate::checklist::{Checklist, TestRecord};
use crate::model::TenantId;

/// Keeps a test; the one before is forgotten.
pub(crate) async fn put(
    tx: &mut Tx,
    organisation: OrganisationId,
    tenant: TenantId,
    record: &TestRecord,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO tenants_tests (tenant, organisation, tested_at, tested_by, passed, lines)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant) DO UPDATE SET tested_at = excluded.tested_at, tested_by = excluded.tested_by,
             passed = excluded.passed, lines = excluded.lines",
        args![
            tenant,
            organisation,
            record.tested_at,
            record.tested_by.as_str(),
            record.checklist.passed,
            json(&record.checklist.lines),
        ],
    )
    .await?;
    Ok(())
}

/// The last test of a tenant.
pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    tenant: TenantId,
) -> Result<Option<TestRecord>, StoreError> {
    let row = tx
        .one("SELECT * FROM tenants_tests WHERE organisation = $1 AND tenant = $2", args![organisation, tenant])
        .await?;
    row.map(|row| {
        Ok(TestRecord {
            tested_at: row.get("tested_at")?,
            tested_by: row.get("tested_by")?,
            checklist: Checklist { passed: row.get("passed")?, lines: row.json("lines")? },
        })
    })
    .transpose()
}
