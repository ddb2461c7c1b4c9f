//! Statements on `mfa_campaigns` and `mfa_invited`, and on `mfa_unready` as far as they are written to.

use kernel::Timestamp;
use store::{Row, Sql, StoreError, Tx, args};
use tenants::TenantId;
use uuid::Uuid;

use crate::campaigns::{Campaign, CampaignId, CampaignState, Invitee};

/// How many a campaign is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figures {
    pub people: u64,
    pub lately: u64,
    pub without_address: u64,
}

const LATELY: &str = " EXISTS (SELECT 1 FROM mfa_invited i WHERE i.provider = u.provider AND i.object_id = u.object_id
    AND i.at > ";

/// The people whom a policy hits and who have nothing registered that counts, under the name `u`. Who is locked has.
fn of_policy(sql: Sql, provider: TenantId, policy: Option<&str>) -> Sql {
    let sql = sql.push(" FROM mfa_unready u WHERE u.why <> 'locked' AND u.provider = ").bind(provider);
    match policy {
        None => sql,
        Some(policy) => sql.push(" AND u.policies").has_item(policy),
    }
}

/// How many there are, how many were written to since then, and how many of the others have no address.
pub(crate) async fn figures(
    tx: &mut Tx,
    provider: TenantId,
    policy: Option<&str>,
    since: Timestamp,
) -> Result<Figures, StoreError> {
    let sql = Sql::new("SELECT COUNT(*) AS people, CAST(COALESCE(SUM(CASE WHEN").push(LATELY).bind(since);
    let sql = sql.push(") THEN 1 ELSE 0 END), 0) AS BIGINT) AS lately, CAST(COALESCE(SUM(CASE WHEN NOT");
    let sql = sql.push(LATELY).bind(since);
    let sql = sql.push(") AND COALESCE(u.mail, '') = '' THEN 1 ELSE 0 END), 0) AS BIGINT) AS without_address");
    let rows = tx.select(of_policy(sql, provider, policy)).await?;
    let Some(row) = rows.first() else { return Ok(Figures { people: 0, lately: 0, without_address: 0 }) };
    Ok(Figures { people: row.get("people")?, lately: row.get("lately")?, without_address: row.get("without_address")? })
}

/// The first who would be written to.
pub(crate) async fn first_with_address(
    tx: &mut Tx,
    provider: TenantId,
    policy: Option<&str>,
    since: Timestamp,
) -> Result<Option<Invitee>, StoreError> {
    let sql = of_policy(Sql::new("SELECT u.object_id, u.name, u.mail"), provider, policy);
    let sql = sql.push(" AND COALESCE(u.mail, '') <> '' AND NOT").push(LATELY).bind(since);
    let rows = tx.select(sql.push(") ORDER BY u.object_id LIMIT 1")).await?;
    rows.first().map(invitee).transpose()
}

/// The next of them after somebody.
pub(crate) async fn next(
    tx: &mut Tx,
    provider: TenantId,
    policy: Option<&str>,
    after: Option<Uuid>,
) -> Result<Option<Invitee>, StoreError> {
    let sql = of_policy(Sql::new("SELECT u.object_id, u.name, u.mail"), provider, policy);
    let sql = sql.push(" AND u.object_id > ").bind(after.unwrap_or_default());
    let rows = tx.select(sql.push(" ORDER BY u.object_id LIMIT 1")).await?;
    rows.first().map(invitee).transpose()
}

fn invitee(row: &Row) -> Result<Invitee, StoreError> {
    let mail: Option<String> = row.get("mail")?;
    let mail = mail.filter(|mail| !mail.is_empty());
    Ok(Invitee { object_id: row.get("object_id")?, name: row.get("name")?, mail })
}

/// Inserts a campaign, unless another one of the tenant runs; says whether it did.
pub(crate) async fn insert(tx: &mut Tx, campaign: &Campaign) -> Result<bool, StoreError> {
    let added = tx
        .execute(
            "INSERT INTO mfa_campaigns (id, organisation, provider, policy, words, again_days, state, people, sent, skipped,
                 failed, started_at, started_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, $9, $10) ON CONFLICT DO NOTHING",
            args![
                campaign.id,
                campaign.organisation,
                campaign.provider,
                campaign.policy.clone(),
                campaign.words.clone(),
                campaign.again_days,
                campaign.state,
                campaign.people,
                campaign.started_at,
                &campaign.started_by
            ],
        )
        .await?;
    Ok(added == 1)
}

/// Takes the campaign until the unit of work ends.
pub(crate) async fn take(tx: &mut Tx, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    let row = tx.one("UPDATE mfa_campaigns SET trouble = NULL WHERE id = $1 RETURNING *", args![id]).await?;
    row.as_ref().map(campaign_of).transpose()
}

pub(crate) async fn find(tx: &mut Tx, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    let row = tx.one("SELECT * FROM mfa_campaigns WHERE id = $1", args![id]).await?;
    row.as_ref().map(campaign_of).transpose()
}

/// The last campaigns of a tenant, newest first.
pub(crate) async fn list(tx: &mut Tx, provider: TenantId, limit: usize) -> Result<Vec<Campaign>, StoreError> {
    let sql = "SELECT * FROM mfa_campaigns WHERE provider = $1 ORDER BY started_at DESC, id DESC LIMIT $2";
    tx.all(sql, args![provider, limit]).await?.iter().map(campaign_of).collect()
}

/// Ends one that runs; says whether it did.
pub(crate) async fn end(tx: &mut Tx, id: CampaignId, state: CampaignState, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE mfa_campaigns SET state = $2, ended_at = $3, trouble = NULL WHERE id = $1 AND state = 'running'";
    Ok(tx.execute(sql, args![id, state, now]).await? == 1)
}

/// It came to somebody: so many letters, so many that are not needed.
pub(crate) async fn came_to(
    tx: &mut Tx,
    id: CampaignId,
    person: Uuid,
    (sent, skipped): (i64, i64),
) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_campaigns SET reached = $2, sent = sent + $3, skipped = skipped + $4 WHERE id = $1";
    tx.execute(sql, args![id, person, sent, skipped]).await?;
    Ok(())
}

/// The last letter could not leave now: it comes to the same person again.
pub(crate) async fn back(tx: &mut Tx, id: CampaignId, reached: Option<Uuid>, trouble: &str) -> Result<(), StoreError> {
    let sql = "UPDATE mfa_campaigns SET reached = $2, sent = sent - 1, trouble = $3 WHERE id = $1";
    tx.execute(sql, args![id, reached, trouble]).await?;
    Ok(())
}

/// The last letter was refused for good.
pub(crate) async fn refused(tx: &mut Tx, id: CampaignId) -> Result<(), StoreError> {
    tx.execute("UPDATE mfa_campaigns SET sent = sent - 1, failed = failed + 1 WHERE id = $1", args![id]).await?;
    Ok(())
}

/// Claims somebody who was not written to since then; says whether it did.
pub(crate) async fn claim(
    tx: &mut Tx,
    (provider, person, campaign): (TenantId, Uuid, CampaignId),
    now: Timestamp,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx
        .execute(
            "INSERT INTO mfa_invited (provider, object_id, campaign, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (provider, object_id) DO UPDATE SET campaign = $3, at = $4 WHERE mfa_invited.at <= $5",
            args![provider, person, campaign, now, since],
        )
        .await?;
    Ok(changed == 1)
}

/// Somebody who was claimed was not written to.
pub(crate) async fn unclaim(
    tx: &mut Tx,
    provider: TenantId,
    person: Uuid,
    campaign: CampaignId,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM mfa_invited WHERE provider = $1 AND object_id = $2 AND campaign = $3";
    tx.execute(sql, args![provider, person, campaign]).await?;
    Ok(())
}

fn campaign_of(row: &Row) -> Result<Campaign, StoreError> {
    Ok(Campaign {
        id: row.get("id")?,
        provider: row.get("provider")?,
        organisation: row.get("organisation")?,
        policy: row.get("policy")?,
        words: row.get("words")?,
        again_days: row.get("again_days")?,
        state: row.get("state")?,
        people: row.get("people")?,
        sent: row.get("sent")?,
        skipped: row.get("skipped")?,
        failed: row.get("failed")?,
        reached: row.get("reached")?,
        trouble: row.get("trouble")?,
        started_at: row.get("started_at")?,
        started_by: row.get("started_by")?,
        ended_at: row.get("ended_at")?,
    })
}
