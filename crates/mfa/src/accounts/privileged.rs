//! Privileged people: one operator alone gives them no way to prove themselves, by whichever door.
//!
//! What it deliberately does not do: agree. Two operators agree on a temporary code; with it these people register themselves.

use directory::User;

use crate::model::Provider;
use crate::readiness::walk::Groups;

/// Why one operator is not enough, and what is; of a person.
pub(crate) const TWO_PERSONS: &str = "is in a privileged group, or nobody here can say that they are not: one operator alone may \
                                      not give them a factor. Give them a temporary code, which a second operator approves; \
                                      with it they register their factors themselves at the portal";

/// Whether somebody is in a privileged group, directly or through another. Where nobody can say, they are.
pub(crate) fn is_privileged(provider: &Provider, groups: &Groups, user: Option<&User>) -> bool {
    let named = &provider.settings.privileged_groups;
    let may_be = |user: &User| named.iter().any(|group| !groups.knows(*group) || groups.holds(*group, user));
    !named.is_empty() && user.is_none_or(may_be)
}
