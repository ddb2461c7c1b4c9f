//! Keeping a call: a new one, the same one again, one that takes another's place, one that was refused.

use std::time::Duration;

use kernel::Timestamp;
use scim::bulk::Method;
use scim::{ResourceType, ScimError};
use signals::{Entry, Object};
use store::Tx;
use uuid::Uuid;

use super::model::{Held, HeldId, HeldState, Hold, HoldState};
use crate::error::ProvisioningError;
use crate::guard::{Asked, Breach, Loss, Relation};
use crate::model::HoldId;
use crate::notice;
use crate::pusher::Pusher;
use crate::resources::leaving;
use crate::service::Provisioning;
use crate::store::holds as rows;
use crate::store::members::Place;

/// When to come again: Entra does so every forty minutes whatever it is told (scim.md §9.8).
const COME_AGAIN: Duration = Duration::from_mins(30);
/// When to come again for what is about to be done.
const SOON: Duration = Duration::from_mins(1);

/// What becomes of a call that is over a limit.
enum Kept {
    /// It waits, in this hold.
    Waiting(HoldId),
    /// It has been allowed, and is about to be carried out.
    Allowed,
    /// It was refused, with this hold.
    Refused(HoldId),
}

/// What a call gives back.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Gain<'g> {
    /// A user is active.
    User,
    /// These are to be members of a group.
    Members(&'g [Place]),
}

/// A removal that was rejected, and is asked again.
#[derive(Debug)]
pub(crate) struct Refused {
    held: HeldId,
    hold: HoldId,
    breach: Breach,
}

impl Provisioning {
    /// Whether a call takes members out of a group, or the group away, as one did that was rejected lately. The same
    /// removal stays refused however little a day has lost since, and in whichever dialect and company it comes back.
    ///
    /// To delete a group is another wish than to take members out of it: the one does not stand for the other.
    pub(crate) async fn refused(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        kind: &'static ResourceType,
        group: Uuid,
        deletes: bool,
        left: &[Place],
    ) -> Result<Option<Refused>, ProvisioningError> {
        if kind.name == scim::USER.name {
            return Ok(None);
        }
        let connection = pusher.connection();
        for held in rows::of_resource(tx, connection.id, group, self.remembered(pusher)).await? {
            let deleted = held.call.method == Method::Delete;
            if held.state != HeldState::Rejected || deleted != deletes {
                continue;
            }
            if deletes || leaving(tx, pusher, &held.call).await?.takes_any(left) {
                let hold = rows::find(tx, connection.organisation, held.hold).await?;
                return Ok(hold.map(|hold| Refused { held: held.id, hold: hold.id, breach: hold.breach }));
            }
        }
        Ok(None)
    }

    /// Notes that what was rejected was asked again; gives the 503 to answer with. The unit of work of the call itself must
    /// be dropped before.
    pub(crate) async fn refuse_again(&self, refused: &Refused) -> Result<ScimError, ProvisioningError> {
        let mut tx = self.store().begin().await?;
        rows::ask_again(&mut tx, refused.held, self.env().now()).await?;
        tx.commit().await?;
        Ok(answer(&Kept::Refused(refused.hold), &refused.breach.describe(), &self.parts.url))
    }

    /// Since when what was rejected is remembered.
    fn remembered(&self, pusher: &Pusher) -> Timestamp {
        let hours = pusher.connection().settings.limits.hold_hours;
        self.env().now().minus(Duration::from_hours(hours.into()))
    }

    /// Keeps the call for a person's decision, in a unit of work of its own; gives the 503 to answer with. The unit of work
    /// of the call itself must be dropped before.
    pub(crate) async fn hold(
        &self,
        pusher: &Pusher,
        asked: &Asked,
        losses: &[Loss],
        breach: Breach,
    ) -> Result<ScimError, ProvisioningError> {
        let sentence = breach.describe();
        let mut tx = self.store().begin().await?;
        let kept = self.keep(&mut tx, pusher, asked, losses, breach).await?;
        tx.commit().await?;
        Ok(answer(&kept, &sentence, &self.parts.url))
    }

    /// A resource was changed by a call that went through: what was held about it and is no longer wanted is dropped.
    ///
    /// `gain` says what this call gives back. Of a group, only calls that take away those who are to join now are no longer
    /// wanted, and those that take away the group. The client asks again for whatever it still wants.
    pub(crate) async fn given_back(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        resource: Uuid,
        gain: Gain<'_>,
    ) -> Result<(), ProvisioningError> {
        let connection = pusher.connection().id;
        let now = self.env().now();
        // What was refused may be asked anew, once it was not wanted in between.
        for held in rows::of_resource(tx, connection, resource, self.remembered(pusher)).await? {
            if let Gain::Members(joining) = gain
                && !leaving(tx, pusher, &held.call).await?.takes_any(joining)
            {
                continue;
            }
            let outcome = match (held.state, gain) {
                (HeldState::Rejected, _) => "it was rejected, and is no longer wanted",
                (_, Gain::User) => "the user is wanted again",
                (_, Gain::Members(_)) => "the group was changed otherwise since",
            };
            rows::move_held(tx, held.id, held.state, HeldState::Dropped, Some(outcome), now).await?;
        }
        if matches!(gain, Gain::User) {
            crate::store::losses::forget_user(tx, connection, resource).await?;
        }
        Ok(())
    }

    async fn keep(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        asked: &Asked,
        losses: &[Loss],
        breach: Breach,
    ) -> Result<Kept, ProvisioningError> {
        let now = self.env().now();
        let connection = pusher.connection();
        // The log first, as every write does: two locks that are always taken in one order wait for nobody in a circle.
        signals::append(tx, self.env(), &pusher.actor, Vec::new()).await?;
        crate::store::losses::lock_population(tx, connection.id).await?;
        for held in rows::of_resource(tx, connection.id, asked.id, self.remembered(pusher)).await? {
            match (held.call.relation_to(asked), held.state) {
                (Relation::Same, state) => {
                    rows::ask_again(tx, held.id, now).await?;
                    return Ok(match state {
                        HeldState::Allowed => Kept::Allowed,
                        HeldState::Rejected => Kept::Refused(held.hold),
                        _ => Kept::Waiting(held.hold),
                    });
                }
                (Relation::Replaced, HeldState::Waiting) => {
                    let outcome = Some("the client has asked otherwise since");
                    rows::move_held(tx, held.id, held.state, HeldState::Dropped, outcome, now).await?;
                }
                _ => {}
            }
        }
        let hold = self.open_hold(tx, pusher, breach, now).await?;
        let amount = losses.iter().filter(|loss| loss.kind == hold.kind).map(|loss| loss.amount).sum();
        let name = losses.first().map(|loss| loss.name.clone()).unwrap_or_default();
        let held = Held {
            number: 0,
            id: self.env().new_id(),
            hold: hold.id,
            connection: connection.id,
            call: asked.clone(),
            name,
            losses: losses.to_vec(),
            amount,
            asked: 1,
            first_at: now,
            last_at: now,
            state: HeldState::Waiting,
            outcome: None,
        };
        rows::insert_held(tx, &held).await?;
        Ok(Kept::Waiting(hold.id))
    }

    /// The open hold that a call joins; a new one says so in the log.
    async fn open_hold(
        &self,
        tx: &mut Tx,
        pusher: &Pusher,
        breach: Breach,
        now: Timestamp,
    ) -> Result<Hold, ProvisioningError> {
        let connection = pusher.connection();
        if let Some(open) = rows::find_open(tx, connection.id, breach.kind).await? {
            return Ok(open);
        }
        let hold = Hold {
            id: self.env().new_id(),
            organisation: connection.organisation,
            connection: connection.id,
            kind: breach.kind,
            state: HoldState::Open,
            breach,
            created_at: now,
            expires_at: now.plus(Duration::from_hours(connection.settings.limits.hold_hours.into())),
            decided_at: None,
            decided_by: None,
            reason: None,
        };
        rows::insert(tx, &hold).await?;
        let entry = Entry::act("provisioning.held")
            .object(Object::new("hold", hold.id, connection.name.as_str()))
            .cause("connection", Some(connection.id.0))
            .reason(hold.breach.describe())
            .after(&serde_json::json!({ "breach": hold.breach, "expires_at": hold.expires_at }));
        signals::append(tx, self.env(), &pusher.actor, vec![entry]).await?;
        notice::enqueue(tx, self.env(), &hold).await?;
        Ok(hold)
    }
}

/// What the client is told. Entra shows it to administrators in its own log, so it says where to decide.
fn answer(kept: &Kept, sentence: &str, url: &str) -> ScimError {
    let (detail, wait) = match kept {
        Kept::Waiting(hold) => (
            format!(
                "held, nothing was changed: {sentence}. An administrator must allow or reject this at \
                 {url}/provisioning/holds/{hold}; until then this call may be repeated"
            ),
            COME_AGAIN,
        ),
        Kept::Allowed => ("held, and allowed since: it is about to be carried out".to_owned(), SOON),
        Kept::Refused(hold) => (
            format!(
                "refused, nothing was changed: {sentence}. An administrator has rejected this call, or nobody has decided \
                 in time; see {url}/provisioning/holds/{hold}"
            ),
            COME_AGAIN,
        ),
    };
    ScimError::with_status(503, detail).retry_after(wait)
}
