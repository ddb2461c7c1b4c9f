//! Who is let in: one pure decision per user, and its explanation.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{Hash as _, Hasher};

use directory::{ExcludedBecause, UserAttributes};
use serde::Serialize;
use uuid::Uuid;

use crate::filter::{Explanation, Filter};
use crate::lists::Addition;
use crate::settings::Settings;
use crate::view::Filterable;

/// What the decision needs besides the user.
#[derive(Debug)]
pub struct Rules {
    settings: Settings,
    filter: Option<Filter>,
    /// Object ids that exceptions keep out.
    excepted: HashSet<Uuid>,
    /// Aliases, in lower case, that exceptions leave out of what is taken over.
    excepted_aliases: HashSet<String>,
    /// Object ids that were added by hand and are let in whatever the settings say.
    added: HashSet<Uuid>,
    /// Users who are expected, by their address in lower case.
    expected: HashMap<String, Addition>,
    /// Object ids of members of the groups in scope; `None` when no groups are set.
    in_groups: Option<HashSet<Uuid>>,
}

/// The sets that [`Rules`] looks users up in.
#[derive(Debug, Default)]
pub struct Sets {
    /// Object ids that exceptions keep out.
    pub excepted: HashSet<Uuid>,
    /// Aliases, in lower case, that exceptions leave out of what is taken over.
    pub excepted_aliases: HashSet<String>,
    /// Object ids that were added by hand.
    pub added: HashSet<Uuid>,
    /// Users who are expected, by their address in lower case.
    pub expected: HashMap<String, Addition>,
    /// Object ids of members of the groups in scope; `None` when no groups are set.
    pub in_groups: Option<HashSet<Uuid>>,
}

/// Whether a user is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Let in.
    In,
    /// Kept out.
    Out(ExcludedBecause),
}

/// One step of the decision, for people.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Step {
    /// Which rule.
    pub rule: &'static str,
    /// What it says of this user.
    pub says: String,
    /// Whether it lets the user in.
    pub passes: bool,
}

/// Why a user is in or out.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Why {
    /// Whether the user is let in.
    pub included: bool,
    /// The rule that keeps the user out, if one does.
    pub because: Option<ExcludedBecause>,
    /// Every rule in the order it is asked; the first that does not pass decides.
    pub steps: Vec<Step>,
    /// The filter clause by clause with the user's values.
    #[schema(value_type = Option<Object>)]
    pub filter: Option<Explanation>,
}

impl Rules {
    /// The rules of some settings with the sets they refer to. The settings must have been validated.
    pub fn new(settings: Settings, filter: Option<Filter>, sets: Sets) -> Self {
        let Sets { excepted, excepted_aliases, added, expected, in_groups } = sets;
        Self { settings, filter, excepted, excepted_aliases, added, expected, in_groups }
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether an operator expects somebody by an address.
    pub(crate) fn expects_anybody(&self) -> bool {
        !self.expected.is_empty()
    }

    /// Feeds everything but the settings into `hasher`, in one order.
    pub(crate) fn mark(&self, hasher: &mut impl Hasher) {
        let sorted = |ids: &HashSet<Uuid>| ids.iter().copied().collect::<BTreeSet<_>>();
        (sorted(&self.excepted), sorted(&self.added), self.in_groups.as_ref().map(sorted)).hash(hasher);
        self.excepted_aliases.iter().collect::<BTreeSet<_>>().hash(hasher);
        self.expected.keys().collect::<BTreeSet<_>>().hash(hasher);
    }

    /// Whether the user is let in. An exception outranks an addition; an addition outranks everything else.
    pub fn decide(&self, id: Uuid, user: &UserAttributes) -> Scope {
        if self.excepted.contains(&id) {
            return Scope::Out(ExcludedBecause::Exception);
        }
        if self.added.contains(&id) || self.expected(user).is_some() {
            return Scope::In;
        }
        let rules: [(bool, ExcludedBecause); 6] = [
            (self.settings.include_guests || !is_guest(user), ExcludedBecause::Guest),
            (self.settings.include_mailboxes || !is_mailbox(user), ExcludedBecause::Mailbox),
            (self.in_managed_domain(user), ExcludedBecause::Domain),
            (self.in_groups.as_ref().is_none_or(|members| members.contains(&id)), ExcludedBecause::GroupScope),
            (self.filter.as_ref().is_none_or(|filter| filter.matches(&Filterable(user))), ExcludedBecause::Filter),
            (self.settings.include_disabled || user.account_enabled != Some(false), ExcludedBecause::Disabled),
        ];
        rules.into_iter().find(|(passes, _)| !passes).map_or(Scope::In, |(_, because)| Scope::Out(because))
    }

    /// Every rule with what it says of this user.
    pub fn explain(&self, id: Uuid, user: &UserAttributes) -> Why {
        let scope = self.decide(id, user);
        let yes_no = |yes: bool| if yes { "yes" } else { "no" };
        let step = |rule, says, passes| Step { rule, says, passes };
        let filter = self.filter.as_ref().map(|filter| filter.explain(&Filterable(user)));
        let steps = vec![
            step(
                "exceptions",
                format!("excepted: {}", yes_no(self.excepted.contains(&id))),
                !self.excepted.contains(&id),
            ),
            step("additions", format!("added by hand: {}", yes_no(self.added.contains(&id))), true),
            step(
                "guests",
                format!("user type: {}", user.user_type.as_deref().unwrap_or("not set")),
                self.settings.include_guests || !is_guest(user),
            ),
            step(
                "mailboxes",
                format!("shared mailbox, room or equipment: {}", yes_no(is_mailbox(user))),
                self.settings.include_mailboxes || !is_mailbox(user),
            ),
            step("managed domains", format!("domains: {}", domains(user).join(", ")), self.in_managed_domain(user)),
            step(
                "groups in scope",
                match &self.in_groups {
                    None => "no groups are set".to_owned(),
                    Some(members) => format!("member: {}", yes_no(members.contains(&id))),
                },
                self.in_groups.as_ref().is_none_or(|members| members.contains(&id)),
            ),
            step(
                "filter",
                self.settings.filter.clone().unwrap_or_else(|| "no filter is set".to_owned()),
                self.filter.as_ref().is_none_or(|filter| filter.matches(&Filterable(user))),
            ),
            step(
                "disabled users",
                format!("enabled in the source: {}", yes_no(user.account_enabled != Some(false))),
                self.settings.include_disabled || user.account_enabled != Some(false),
            ),
        ];
        let because = match scope {
            Scope::In => None,
            Scope::Out(because) => Some(because),
        };
        Why { included: because.is_none(), because, steps, filter }
    }

    /// Whether a group is let in: unless an exception keeps it out.
    pub fn decide_group(&self, id: Uuid) -> Scope {
        if self.excepted.contains(&id) { Scope::Out(ExcludedBecause::Exception) } else { Scope::In }
    }

    /// The addition that expects this user, by any address.
    pub fn expected(&self, user: &UserAttributes) -> Option<&Addition> {
        if self.expected.is_empty() {
            return None;
        }
        let proxies = user.proxy_addresses.iter().filter_map(|address| {
            let (scheme, rest) = address.split_once(':')?;
            scheme.eq_ignore_ascii_case("smtp").then_some(rest)
        });
        let names = [&user.user_principal_name, &user.mail].into_iter().flatten().map(String::as_str);
        names.chain(proxies).find_map(|address| self.expected.get(&address.to_lowercase()))
    }

    /// Takes excepted aliases out of what the source reports; returns whether there were any.
    pub fn strip_aliases(&self, user: &mut UserAttributes) -> bool {
        if self.excepted_aliases.is_empty() {
            return false;
        }
        let addresses = |user: &UserAttributes| user.other_mails.len() + user.proxy_addresses.len();
        let before = addresses(user);
        user.other_mails.retain(|address| !self.excepted_aliases.contains(&address.to_lowercase()));
        user.proxy_addresses.retain(|address| {
            // The primary address is written in capitals and is no alias.
            let alias = address.strip_prefix("smtp:").map(str::to_lowercase);
            alias.is_none_or(|alias| !self.excepted_aliases.contains(&alias))
        });
        addresses(user) < before
    }

    fn in_managed_domain(&self, user: &UserAttributes) -> bool {
        let managed = &self.settings.managed_domains;
        managed.is_empty()
            || domains(user).iter().any(|domain| managed.iter().any(|wanted| wanted.eq_ignore_ascii_case(domain)))
    }
}

/// A guest: Graph's `userType` says so.
pub fn is_guest(user: &UserAttributes) -> bool {
    user.user_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("Guest"))
}

/// A shared mailbox, room or equipment. Graph's directory has no flag for it; such objects are disabled members with
/// an address and without a licence.
pub fn is_mailbox(user: &UserAttributes) -> bool {
    user.account_enabled == Some(false)
        && user.mail.is_some()
        && user.assigned_licenses.is_empty()
        && user.given_name.is_none()
        && user.surname.is_none()
        && !is_guest(user)
}

/// The domains of the user principal name and of the mail address.
fn domains(user: &UserAttributes) -> Vec<String> {
    let mut domains: Vec<_> = [&user.user_principal_name, &user.mail]
        .into_iter()
        .flatten()
        .filter_map(|name| Some(name.rsplit_once('@')?.1.to_lowercase()))
        .collect();
    domains.dedup();
    domains
}
