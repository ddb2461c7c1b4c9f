//! `signals_webhooks`.

use kernel::{OrganisationId, Secret, Timestamp};
use store::seal::Place;
use store::{Row, Sealer, StoreError, Tx, args};

use crate::Revision;
use crate::webhooks::model::{DisabledBy, Health, Webhook, WebhookId, WebhookState};
use crate::webhooks::sign::Secrets;

const TABLE: &str = "signals_webhooks";

/// Where a secret lives, sealed.
pub(crate) fn place(id: WebhookId, column: &str) -> Place<'_> {
    Place { table: TABLE, row: id.0, column }
}

pub(crate) async fn insert(tx: &mut Tx, webhook: &Webhook, sealed: Vec<u8>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO signals_webhooks (id, organisation, name, description, url, events, in_flight, tell, state, secret,
             rotated_at, cursor, version, failures, created_by, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14, $15, $15)",
        args![
            webhook.id,
            webhook.organisation,
            &webhook.name,
            &webhook.description,
            &webhook.url,
            store::json(&webhook.events),
            webhook.in_flight,
            store::json(&webhook.tell),
            webhook.state,
            sealed,
            webhook.rotated_at,
            webhook.cursor,
            webhook.version,
            &webhook.created_by,
            webhook.created_at,
        ],
    )
    .await?;
    tx.announce();
    Ok(())
}

/// Writes what an operator, or the receiver, changed; its version grows. `false` when it had changed meanwhile.
pub(crate) async fn update(tx: &mut Tx, webhook: &Webhook) -> Result<bool, StoreError> {
    let health = &webhook.health;
    let changed = tx
        .execute(
            "UPDATE signals_webhooks SET name = $3, description = $4, url = $5, events = $6, in_flight = $7, tell = $8,
                 state = $9, disabled_by = $10, disabled_at = $11, cursor = $12, failures = $13, failing_since = $14,
                 retry_at = $15, last_success_at = $16, last_failure_at = $17, last_error = $18, changed_at = $19,
                 version = version + 1
             WHERE id = $1 AND version = $2",
            args![
                webhook.id,
                webhook.version,
                &webhook.name,
                &webhook.description,
                &webhook.url,
                store::json(&webhook.events),
                webhook.in_flight,
                store::json(&webhook.tell),
                webhook.state,
                webhook.disabled_by,
                webhook.disabled_at,
                webhook.cursor,
                health.failures,
                health.failing_since,
                health.retry_at,
                health.last_success_at,
                health.last_failure_at,
                &health.last_error,
                webhook.changed_at,
            ],
        )
        .await?;
    tx.announce();
    Ok(changed > 0)
}

/// Notes how the calls went and how far the log was sent. `false` when an operator changed the webhook meanwhile, or
/// somebody else sent as far: then nothing is noted.
pub(crate) async fn advance(
    tx: &mut Tx,
    webhook: &Webhook,
    cursor: Revision,
    health: &Health,
) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "UPDATE signals_webhooks SET cursor = $4, failures = $5, failing_since = $6, retry_at = $7,
                 last_success_at = $8, last_failure_at = $9, last_error = $10
             WHERE id = $1 AND version = $2 AND cursor = $3",
            args![
                webhook.id,
                webhook.version,
                webhook.cursor,
                cursor,
                health.failures,
                health.failing_since,
                health.retry_at,
                health.last_success_at,
                health.last_failure_at,
                &health.last_error,
            ],
        )
        .await?;
    Ok(changed > 0)
}

/// Puts a new secret first; the one before signs until `former_until`.
pub(crate) async fn rotate(
    tx: &mut Tx,
    id: WebhookId,
    (sealed, former): (Vec<u8>, Option<Vec<u8>>),
    former_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE signals_webhooks SET secret = $2, former_secret = $3, former_until = $4, rotated_at = $5, changed_at = $5,
             version = version + 1
         WHERE id = $1",
        args![id, sealed, former, former_until, now],
    )
    .await?;
    Ok(())
}

/// Forgets former secrets that no longer sign.
pub(crate) async fn forget_former_secrets(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE signals_webhooks SET former_secret = NULL, former_until = NULL WHERE former_until <= $1";
    tx.execute(sql, args![now]).await?;
    Ok(())
}

pub(crate) async fn delete(tx: &mut Tx, organisation: OrganisationId, id: WebhookId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM signals_webhooks WHERE id = $1 AND organisation = $2";
    Ok(tx.execute(sql, args![id, organisation]).await? > 0)
}

pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: WebhookId,
) -> Result<Option<Webhook>, StoreError> {
    let sql = "SELECT * FROM signals_webhooks WHERE id = $1 AND organisation = $2";
    tx.one(sql, args![id, organisation]).await?.map(|row| webhook_of(&row)).transpose()
}

pub(crate) async fn list(tx: &mut Tx, organisation: OrganisationId) -> Result<Vec<Webhook>, StoreError> {
    let sql = "SELECT * FROM signals_webhooks WHERE organisation = $1 ORDER BY id";
    tx.all(sql, args![organisation]).await?.iter().map(webhook_of).collect()
}

/// The secrets that sign now, the newest first.
pub(crate) async fn secrets(
    tx: &mut Tx,
    sealer: &Sealer,
    id: WebhookId,
    now: Timestamp,
) -> Result<Option<Secrets>, StoreError> {
    let sql = "SELECT secret, former_secret, former_until FROM signals_webhooks WHERE id = $1";
    let Some(row) = tx.one(sql, args![id]).await? else { return Ok(None) };
    let sealed: Vec<u8> = row.get("secret")?;
    let mut secrets = vec![sealer.open(place(id, "secret"), &sealed)?];
    let until: Option<Timestamp> = row.get("former_until")?;
    if until.is_some_and(|until| until > now)
        && let Some(former) = row.get::<Option<Vec<u8>>>("former_secret")?
    {
        secrets.push(sealer.open(place(id, "former_secret"), &former)?);
    }
    Ok(Some(secrets))
}

/// Seals a secret for its column.
pub(crate) fn sealed(sealer: &Sealer, id: WebhookId, column: &str, secret: &Secret<Vec<u8>>) -> Vec<u8> {
    sealer.seal(place(id, column), secret.expose())
}

/// Webhooks of all organisations with something to send now.
pub(crate) async fn with_work(tx: &mut Tx, now: Timestamp) -> Result<Vec<(OrganisationId, WebhookId)>, StoreError> {
    let rows = tx
        .all(
            "SELECT w.organisation, w.id FROM signals_webhooks w LEFT JOIN signals_heads h ON h.organisation = w.organisation
             WHERE w.state = 'enabled' AND (w.retry_at IS NULL OR w.retry_at <= $1)
                 AND (COALESCE(h.revision, 0) > w.cursor OR EXISTS (SELECT 1 FROM signals_deliveries d
                     WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.next_at <= $1))",
            args![now],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("organisation")?, row.get("id")?))).collect()
}

fn webhook_of(row: &Row) -> Result<Webhook, StoreError> {
    let state: WebhookState = row.get("state")?;
    let disabled_by: Option<DisabledBy> = row.get("disabled_by")?;
    Ok(Webhook {
        id: row.get("id")?,
        organisation: row.get("organisation")?,
        name: row.get("name")?,
        description: row.get("description")?,
        url: row.get("url")?,
        events: row.json("events")?,
        in_flight: row.get("in_flight")?,
        tell: row.json("tell")?,
        state,
        disabled_by,
        disabled_at: row.get("disabled_at")?,
        former_until: row.get("former_until")?,
        rotated_at: row.get("rotated_at")?,
        cursor: row.get("cursor")?,
        version: row.get("version")?,
        health: Health {
            failures: row.get("failures")?,
            failing_since: row.get("failing_since")?,
            retry_at: row.get("retry_at")?,
            last_success_at: row.get("last_success_at")?,
            last_failure_at: row.get("last_failure_at")?,
            last_error: row.get("last_error")?,
        },
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        changed_at: row.get("changed_at")?,
    })
}
