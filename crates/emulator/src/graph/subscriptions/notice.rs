//! Turns edits into notifications. Casing differs from the rest of Graph, as it does at the service.

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde_json::{Value, json};

use super::model::Subscription;
use crate::directory::{Change, Directory, Entry, Kind, Ref};

/// What happened to one object in the part of the log at hand.
#[derive(Debug, Default)]
struct Happening {
    at: Timestamp,
    purged: bool,
    /// Something beside the membership changed.
    itself: bool,
    members: Vec<Ref>,
}

/// The notifications of one subscription for a part of the log.
pub(super) fn notices(directory: &Directory, entries: &[Entry], subscription: &Subscription) -> Vec<Value> {
    let wanted = &subscription.resource;
    let mut happenings: BTreeMap<Ref, Happening> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.object.kind == wanted.kind) {
        if wanted.id.is_some_and(|id| id != directory.id(entry.object)) {
            continue;
        }
        let happening = happenings.entry(entry.object).or_default();
        happening.at = entry.at;
        match entry.change {
            Change::Member { member, .. } => happening.members.push(member),
            Change::Purged => happening.purged = true,
            _ => happening.itself = true,
        }
    }
    let told = happenings.into_iter().filter(|(_, happening)| {
        let change = if happening.purged { "deleted" } else { "updated" };
        let concerns = !wanted.members || !happening.members.is_empty();
        concerns && subscription.changes.iter().any(|wanted| wanted == change)
    });
    told.map(|(object, happening)| notice(directory, object, &happening, subscription)).collect()
}

fn notice(directory: &Directory, object: Ref, happening: &Happening, subscription: &Subscription) -> Value {
    let id = directory.id(object);
    let (set, name) = match object.kind {
        Kind::User => ("Users", "User"),
        Kind::Group => ("Groups", "Group"),
    };
    let mut data = json!({
        "@odata.type": format!("#Microsoft.Graph.{name}"),
        "@odata.id": format!("{set}/{id}"),
        "id": id,
        "organizationId": subscription.tenant_id,
        "eventTime": happening.at,
        // Ticks of 100 ns since the year 1.
        "sequenceNumber": happening.at.micros() * 10 + 621_355_968_000_000_000,
    });
    if !happening.members.is_empty() {
        data["members@delta"] = happening
            .members
            .iter()
            .map(|member| {
                let mut shown = json!({ "id": directory.id(*member) });
                if !directory.is_member(object.ordinal, *member) {
                    shown["@removed"] = json!("deleted");
                }
                shown
            })
            .collect();
    }
    json!({
        // Creation, restoration and soft deletion are all `updated`; only the last farewell is `deleted`.
        "changeType": if happening.purged { "deleted" } else { "updated" },
        "clientState": subscription.client_state,
        "subscriptionId": subscription.id,
        "tenantId": subscription.tenant_id,
        "subscriptionExpirationDateTime": subscription.expires,
        "resource": format!("{set}/{id}"),
        "resourceData": data,
    })
}
