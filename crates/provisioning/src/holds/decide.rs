//! A person's decision about held calls, and what counts as one when nobody decides.

use std::time::Duration;

use kernel::{Actor, ActorKind, Env, May, Page, PageRequest};
use serde::Deserialize;
use signals::{Entry, Object};
use store::Tx;
use utoipa::ToSchema;

use super::model::{HeldFilter, HeldId, HeldState, Hold, HoldFilter, HoldState, Tally};
use super::views::{HeldView, HoldView};
use super::{carry_out, needs_confirmation};
use crate::error::ProvisioningError;
use crate::model::{Connection, HoldId};
use crate::permissions::{DecideHold, ReadProvisioning};
use crate::service::Provisioning;
use crate::store::{connections, holds as rows, losses};

/// How long decided holds stay to be looked at.
const KEPT: Duration = Duration::from_hours(24 * 90);
/// Expired holds that one tick ends.
const AT_ONCE: u64 = 200;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// What somebody decides.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HoldDecision)]
pub struct Decision {
    /// Why, for the audit trail.
    #[serde(default)]
    pub reason: Option<String>,
    /// Which calls are allowed; without it all that wait. The others are rejected.
    #[serde(default)]
    pub calls: Option<Vec<HeldId>>,
    /// The connection's name, typed in, where the hold asks for it.
    #[serde(default)]
    pub confirmation: Option<String>,
}

impl Provisioning {
    /// Holds, newest first.
    pub async fn list_holds(
        &self,
        may: &May<ReadProvisioning>,
        filter: &HoldFilter,
        page: &PageRequest,
    ) -> Result<Page<HoldView>, ProvisioningError> {
        let organisation = may.actor().organisation;
        let mut tx = self.store().read().await?;
        let holds = rows::list(&mut tx, organisation, filter, page).await?;
        let ids: Vec<HoldId> = holds.items.iter().map(|hold| hold.id).collect();
        let tallies = rows::tally(&mut tx, &ids).await?;
        let connections = connections::list(&mut tx, organisation).await?;
        Ok(holds.map(|hold| {
            let tally = tallies.iter().find(|(id, _)| *id == hold.id).map(|(_, tally)| *tally).unwrap_or_default();
            let connection = connections.iter().find(|connection| connection.id == hold.connection);
            HoldView::new(hold, tally, connection)
        }))
    }

    /// One hold.
    pub async fn get_hold(&self, may: &May<ReadProvisioning>, id: HoldId) -> Result<HoldView, ProvisioningError> {
        let mut tx = self.store().read().await?;
        let (hold, tally, connection) = find(&mut tx, may.actor(), id).await?;
        Ok(HoldView::new(hold, tally, connection.as_ref()))
    }

    /// The calls of a hold, in the order in which they were asked.
    pub async fn list_held_calls(
        &self,
        may: &May<ReadProvisioning>,
        id: HoldId,
        filter: &HeldFilter,
        page: &PageRequest,
    ) -> Result<Page<HeldView>, ProvisioningError> {
        let mut tx = self.store().read().await?;
        rows::find(&mut tx, may.actor().organisation, id).await?.ok_or(ProvisioningError::NotFound("hold"))?;
        Ok(rows::list_held(&mut tx, id, filter, page).await?.map(HeldView::from))
    }

    /// How many holds wait for a decision.
    pub async fn count_open_holds(&self, may: &May<ReadProvisioning>) -> Result<u64, ProvisioningError> {
        Ok(rows::count_open(&mut self.store().read().await?, may.actor().organisation).await?)
    }

    /// Allows the calls of a hold, or some of them, once: they are carried out as they were asked. What a call loses that
    /// was allowed does not count against the day's limits.
    pub async fn allow_hold(&self, may: &May<DecideHold>, decision: &Decision) -> Result<HoldView, ProvisioningError> {
        let mut tx = self.store().begin().await?;
        let (hold, tally, connection) = find_to_decide(&mut tx, self.env(), may.actor(), may.hold).await?;
        let connection = connection.ok_or(ProvisioningError::NoSuchConnection)?;
        confirmed(may.actor(), &hold, &tally, &connection, decision)?;
        let chosen = decision.calls.as_deref();
        if chosen.is_some_and(<[HeldId]>::is_empty) {
            return Err(ProvisioningError::Invalid("no call is chosen; reject the hold instead".to_owned()));
        }
        let now = self.env().now();
        self.close(&mut tx, may.actor(), &hold, HoldState::Allowed, decision.reason.as_deref()).await?;
        let allowed = rows::move_waiting(&mut tx, hold.id, chosen, HeldState::Allowed, now).await?;
        if let Some(chosen) = chosen.filter(|chosen| chosen.len() as u64 != allowed) {
            let text = format!("{} of the {} chosen calls wait in this hold", allowed, chosen.len());
            return Err(ProvisioningError::Conflict(text));
        }
        let rejected = rows::move_waiting(&mut tx, hold.id, None, HeldState::Rejected, now).await?;
        carry_out::enqueue(&mut tx, self.env(), &hold).await?;
        let decided = serde_json::json!({ "decision": "allowed", "calls": allowed, "rejected": rejected });
        self.log_decision(&mut tx, may.actor(), &hold, "provisioning.hold_decided", &decided, decision).await?;
        tx.commit().await?;
        self.reload(may.actor(), hold.id).await
    }

    /// Refuses the calls of a hold. Asked again they are refused too, for as long as a hold lasts.
    pub async fn reject_hold(&self, may: &May<DecideHold>, decision: &Decision) -> Result<HoldView, ProvisioningError> {
        reason_fits(decision)?;
        let mut tx = self.store().begin().await?;
        let (hold, ..) = find_to_decide(&mut tx, self.env(), may.actor(), may.hold).await?;
        self.close(&mut tx, may.actor(), &hold, HoldState::Rejected, decision.reason.as_deref()).await?;
        let now = self.env().now();
        let rejected = rows::move_waiting(&mut tx, hold.id, None, HeldState::Rejected, now).await?;
        let decided = serde_json::json!({ "decision": "rejected", "calls": rejected });
        self.log_decision(&mut tx, may.actor(), &hold, "provisioning.hold_decided", &decided, decision).await?;
        tx.commit().await?;
        self.reload(may.actor(), hold.id).await
    }

    /// Ends holds that nobody has decided in time: they count as rejected (NET-03). Returns how many.
    pub async fn expire_holds(&self) -> Result<usize, ProvisioningError> {
        let now = self.env().now();
        let due = rows::expired(&mut self.store().read().await?, now, AT_ONCE).await?;
        let mut count = 0;
        for hold in due {
            let actor = Actor::system("held calls expire", hold.organisation, self.env().new_id());
            let mut tx = self.store().begin().await?;
            signals::append(&mut tx, self.env(), &actor, Vec::new()).await?;
            losses::lock_population(&mut tx, hold.connection).await?;
            if !rows::decide(&mut tx, hold.id, HoldState::Expired, &actor.label(), None, now).await? {
                continue;
            }
            let rejected = rows::move_waiting(&mut tx, hold.id, None, HeldState::Rejected, now).await?;
            let decided = serde_json::json!({ "decision": "expired", "calls": rejected });
            let decision = Decision::default();
            self.log_decision(&mut tx, &actor, &hold, "provisioning.hold_expired", &decided, &decision).await?;
            tx.commit().await?;
            count += 1;
        }
        Ok(count)
    }

    /// Removes what nobody looks at any more: old decided holds, and old losses.
    pub(crate) async fn prune_holds(&self) -> Result<(), ProvisioningError> {
        let now = self.env().now();
        let mut tx = self.store().begin().await?;
        rows::prune(&mut tx, now.minus(KEPT)).await?;
        losses::prune(&mut tx, now.minus(crate::ledger::REMEMBERED)).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn close(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        hold: &Hold,
        state: HoldState,
        reason: Option<&str>,
    ) -> Result<(), ProvisioningError> {
        if rows::decide(tx, hold.id, state, &actor.label(), reason, self.env().now()).await? {
            return Ok(());
        }
        Err(ProvisioningError::Conflict(format!("this hold is {} already", hold.state)))
    }

    async fn log_decision(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        hold: &Hold,
        name: &'static str,
        decided: &serde_json::Value,
        decision: &Decision,
    ) -> Result<(), ProvisioningError> {
        let mut entry = Entry::act(name)
            .object(Object::new("hold", hold.id, hold.breach.describe()))
            .cause("connection", Some(hold.connection.0))
            .after(decided);
        entry.reason.clone_from(&decision.reason);
        signals::append(tx, self.env(), actor, vec![entry]).await?;
        Ok(())
    }

    async fn reload(&self, actor: &Actor, id: HoldId) -> Result<HoldView, ProvisioningError> {
        let mut tx = self.store().read().await?;
        let (hold, tally, connection) = find(&mut tx, actor, id).await?;
        Ok(HoldView::new(hold, tally, connection.as_ref()))
    }
}

async fn find(tx: &mut Tx, actor: &Actor, id: HoldId) -> Result<(Hold, Tally, Option<Connection>), ProvisioningError> {
    let found = rows::find(tx, actor.organisation, id).await?;
    let hold = found.ok_or(ProvisioningError::NotFound("hold"))?;
    let tally = rows::tally(tx, &[id]).await?.first().map(|(_, tally)| *tally).unwrap_or_default();
    let connection = connections::find(tx, actor.organisation, hold.connection).await?;
    Ok((hold, tally, connection))
}

/// The same for a decision: no call joins the hold until this unit of work ends.
async fn find_to_decide(
    tx: &mut Tx,
    env: &Env,
    actor: &Actor,
    id: HoldId,
) -> Result<(Hold, Tally, Option<Connection>), ProvisioningError> {
    let hold = rows::find(tx, actor.organisation, id).await?.ok_or(ProvisioningError::NotFound("hold"))?;
    // The log first, as every write does.
    signals::append(tx, env, actor, Vec::new()).await?;
    losses::lock_population(tx, hold.connection).await?;
    find(tx, actor, id).await
}

/// What takes away a fifth of all users is allowed by a person who has signed in, says why and types the connection's
/// name. There is no second person to ask for: whoever pushed is a machine, and decides nothing.
fn confirmed(
    actor: &Actor,
    hold: &Hold,
    tally: &Tally,
    connection: &Connection,
    decision: &Decision,
) -> Result<(), ProvisioningError> {
    reason_fits(decision)?;
    // A call of such a hold takes away one user.
    let at_stake = decision.calls.as_ref().map_or(tally.at_stake, |chosen| chosen.len() as u64);
    if !needs_confirmation(hold, at_stake, connection) {
        return Ok(());
    }
    let refused = |text: String| Err(ProvisioningError::Conflict(text));
    if !matches!(actor.kind, ActorKind::Operator { .. }) {
        return refused("more than 20 % of all users are taken away: sign in to allow it, a token does not".to_owned());
    }
    if decision.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return refused("more than 20 % of all users are taken away: say why".to_owned());
    }
    if decision.confirmation.as_deref().map(str::trim) != Some(connection.name.as_str()) {
        return refused(format!(
            "more than 20 % of all users are taken away: type the connection's name, {:?}, to confirm",
            connection.name
        ));
    }
    Ok(())
}

fn reason_fits(decision: &Decision) -> Result<(), ProvisioningError> {
    let fits = decision.reason.as_deref().is_none_or(|reason| reason.chars().count() <= LONGEST_REASON);
    let text = || ProvisioningError::Invalid(format!("a reason has at most {LONGEST_REASON} characters"));
    fits.then_some(()).ok_or_else(text)
}
