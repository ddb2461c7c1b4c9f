//! Which events there are for consumers, how they are chosen, and what an entry of the log becomes on the wire.
//!
//! Almost always one entry is one event. Membership changes are packed in the log, up to 1,000 in an entry: the event
//! `group.members_changed` carries them all as lists. Who would rather hear of them one by one chooses
//! `group.member_added` and `group.member_removed` by name; `group.*` does not stand for these two, or everybody would
//! hear of everything twice.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{Filter, Logged, members};

/// The packed membership changes of a group.
pub(crate) const MEMBERS_CHANGED: &str = "group.members_changed";
/// One who joined.
pub(crate) const MEMBER_ADDED: &str = "group.member_added";
/// One who left.
pub(crate) const MEMBER_REMOVED: &str = "group.member_removed";
/// What a test sends.
pub(crate) const TEST: &str = "webhook.test";

/// An event, or a family of events, that can be chosen.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct EventType {
    /// The name; a family ends in `*`.
    pub name: &'static str,
    /// What happened.
    pub about: &'static str,
}

const fn event(name: &'static str, about: &'static str) -> EventType {
    EventType { name, about }
}

/// What can be chosen. Any other name of the log, or family of names, can be chosen as well.
pub const CATALOGUE: &[EventType] = &[
    event("user.*", "Everything about people"),
    event("user.created", "A person came into the directory"),
    event("user.updated", "Attributes of a person changed"),
    event("user.enabled", "A person may sign in again"),
    event("user.disabled", "A person may no longer sign in"),
    event("user.conflicted", "A person's source no longer shows them; a decision is due"),
    event("user.deleted", "A person was deleted and can still be restored"),
    event("user.restored", "A deleted person is back"),
    event("user.purged", "A person is gone for good, or no longer let in"),
    event("group.*", "Everything about groups; membership changes as lists"),
    event("group.created", "A group came into the directory"),
    event("group.updated", "Attributes of a group changed"),
    event(MEMBERS_CHANGED, "Members joined or left: up to 1,000 in one event"),
    event(MEMBER_ADDED, "One member joined: one event each"),
    event(MEMBER_REMOVED, "One member left: one event each"),
    event("group.enabled", "A group gives rights again"),
    event("group.disabled", "A group no longer gives rights"),
    event("group.conflicted", "A group's source no longer shows it; a decision is due"),
    event("group.deleted", "A group was deleted and can still be restored"),
    event("group.restored", "A deleted group is back"),
    event("group.purged", "A group is gone for good, or no longer let in"),
    event("dirsync.*", "Directory sync: runs, held plans, conflicts, settings"),
    event("provisioning.*", "Provisioning: connections, keys, held writes"),
    event("mfa.*", "Everything about the second factor: people, factors, policies, keys"),
    event("mfa.passed", "A person proved themselves"),
    event("mfa.refused", "A person did not prove themselves; the reason says why"),
    event("mfa.locked", "A person was locked after too many failures"),
    event("mfa.unlocked", "A person who was locked, or had failed, can try again"),
    event("mfa.not_me", "A person said that an attempt was somebody else's"),
    event("mfa.factor_added", "A person registered a factor, or one was imported for them"),
    event("mfa.factor_removed", "A factor was taken from a person"),
    event("mfa.factor_renamed", "A factor is called something else"),
    event("mfa.factor_lost", "A person reported a factor lost"),
    event("mfa.factor_cloned", "A security key counted backwards: there may be two of it"),
    event("mfa.factors_imported", "Factors were imported from another product"),
    event("mfa.recovery_codes_issued", "A person has new recovery codes"),
    event("mfa.recovery_code_used", "A recovery code was used"),
    event("mfa.account_opened", "An administrator opened the account of a person who was never asked"),
    event("mfa.code_issued", "An administrator gave a person a temporary code"),
    event("mfa.code_approved", "A second administrator agreed to a temporary code"),
    event("mfa.reset", "Everything was taken from a person: they begin anew"),
    event("mfa.portal_signed_in", "A person came to their own portal"),
    event("mfa.device_remembered", "A browser is remembered"),
    event("mfa.device_forgotten", "A browser is remembered no more"),
    event("mfa.devices_forgotten", "All of a person's remembered browsers were forgotten"),
    event("mfa.approver_added", "A person agrees to sign-ins in one more browser"),
    event("mfa.approver_removed", "A person is asked no more in a browser"),
    event("mfa.web_push_added", "A browser is told of sign-ins also while its page is closed"),
    event("mfa.web_push_removed", "A browser is told of sign-ins no more while its page is closed"),
    event("mfa.push_asked", "A person was asked in their other browsers"),
    event("mfa.source_closed", "Too many codes from an address were wrong: none from there is looked at for an hour"),
    event("mfa.pushes_locked", "A person was asked too often, and is not asked for an hour"),
    event("mfa.code_sent", "A code was sent to a person"),
    event("mfa.address_changed", "A person's address or number in Entra is another than before"),
    event("mfa.spend_cap_reached", "A tenant's money for messages is spent for the day"),
    event("mfa.person_told", "A letter about their factors left for a person"),
    event("mfa.person_not_told", "No such letter could leave; the reason says why"),
    event("mfa.accounts_merged", "Two accounts of one person became one"),
    event("mfa.merge_undone", "They are two again"),
    event("mfa.provider_created", "The second factor was set up for a tenant"),
    event("mfa.provider_changed", "Its settings changed, or it was switched on or off"),
    event("mfa.application_prepared", "What was missing in the applications in Entra was added"),
    event("mfa.method_created", "The method was made in Entra"),
    event("mfa.method_enabled", "The method was enabled in Entra"),
    event("mfa.keys_rotated", "Another signing key is published, and signs in two days"),
    event("mfa.keys_replaced", "Another signing key signs at once"),
    event("mfa.key_removed", "A former signing key is published no more"),
    event("mfa.gateway_changed", "Text messages or calls leave another way"),
    event("mfa.gateway_removed", "Text messages or calls leave no more"),
    event("mfa.policies_drafted", "Policies were prepared"),
    event("mfa.policies_draft_discarded", "Prepared policies were thrown away"),
    event("mfa.policies_applied", "Policies are in force"),
    event("mfa.policies_undone", "The policies of before are in force again"),
    event("mfa.readiness_counted", "It was counted who could pass"),
    event("mfa.risk_changed", "Entra says another risk of a person than before"),
    event("mfa.risk_unread", "Risks of a tenant's people cannot be read any more; the reason says why"),
    event("mfa.risk_read", "They can be read again"),
    event("mfa.registration_started", "People are registered for the method in Entra on their behalf"),
    event("mfa.registration_stopped", "An administrator stopped that"),
    event("mfa.registration_ended", "Everybody of such a run was come to"),
    event("mfa.registration_undoing", "What such a run made is taken back"),
    event("mfa.registration_undone", "All of it was taken back"),
    event("mfa.person_registered", "A person was registered for the method in Entra on their behalf"),
    event("mfa.person_unregistered", "That was taken back"),
    event("mfa.campaign_started", "Letters leave for people who could not pass"),
    event("mfa.campaign_stopped", "An administrator stopped them"),
    event("mfa.campaign_ended", "All of them have left"),
    event("mfa.key_refused", "A security key is of a model that is not taken"),
    event("mfa.metadata_imported", "What is known of models of security keys has changed"),
    event("tenants.*", "Tenants: consent, credentials, status"),
    event("signals.*", "Webhooks: made, changed, switched off"),
    event("operators.*", "Operators: sign-ins, accounts, tokens"),
];

/// The most names that a webhook chooses.
pub(crate) const MOST_CHOSEN: usize = 64;

/// Chosen names in order, each once; says what is wrong with them.
pub(crate) fn chosen(names: &[String]) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = names.iter().map(|name| name.trim().to_lowercase()).collect();
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Err("must name at least one event, such as user.*".to_owned());
    }
    if names.len() > MOST_CHOSEN {
        return Err(format!("must not name more than {MOST_CHOSEN} events"));
    }
    match names.iter().find(|name| !well_formed(name)) {
        Some(name) => Err(format!("{name} is no event name such as user.created, and no family such as user.*")),
        None => Ok(names),
    }
}

/// `room.what`, `room.*`, `room.what_*`.
fn well_formed(name: &str) -> bool {
    let Some((room, what)) = name.split_once('.') else { return false };
    let word = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit());
    let what = what.strip_suffix('*').map_or((what, false), |rest| (rest, true));
    !room.is_empty() && word(room) && word(what.0) && (what.1 || !what.0.is_empty()) && name.len() <= 80
}

/// Which entries of the log some names stand for. Names of single membership changes stand for the packed entries.
pub fn filter(names: &[String]) -> Filter {
    let mut wanted = names.to_vec();
    if singles(names).any() && !matches(names, MEMBERS_CHANGED) {
        wanted.push(MEMBERS_CHANGED.to_owned());
    }
    Filter { names: wanted, ..Filter::default() }
}

/// Whether names stand for an event of the log.
pub(crate) fn matches(names: &[String], event: &str) -> bool {
    names.iter().any(|name| match name.strip_suffix('*') {
        Some(beginning) => event.starts_with(beginning),
        None => name == event,
    })
}

/// Which membership changes are wanted one by one.
#[derive(Debug, Clone, Copy)]
struct Singles {
    added: bool,
    removed: bool,
}

impl Singles {
    fn any(self) -> bool {
        self.added || self.removed
    }
}

fn singles(names: &[String]) -> Singles {
    let named = |event: &str| names.iter().any(|name| name == event);
    Singles { added: named(MEMBER_ADDED), removed: named(MEMBER_REMOVED) }
}

/// One event on the wire: the whole entry, or one of its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// 0 for the whole entry, else which of its members, from 1.
    pub number: u32,
    pub event: String,
}

/// What an entry becomes for those who chose these names, in order.
pub(crate) fn parts(names: &[String], entry: &Logged) -> Vec<Part> {
    let mut parts = Vec::new();
    if matches(names, &entry.name) {
        parts.push(Part { number: 0, event: entry.name.clone() });
    }
    let wanted = singles(names);
    if entry.name != MEMBERS_CHANGED || !wanted.any() {
        return parts;
    }
    let changes = entry.members.as_deref().map(members::unpack).unwrap_or_default();
    for (number, change) in (1..).zip(changes) {
        let (event, wanted) =
            if change.removed { (MEMBER_REMOVED, wanted.removed) } else { (MEMBER_ADDED, wanted.added) };
        if wanted {
            parts.push(Part { number, event: event.to_owned() });
        }
    }
    parts
}

#[cfg(test)]
mod tests;
