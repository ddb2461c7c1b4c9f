//! Doors open for those who may go through.

use kernel::Role::{self, Administrator, Auditor, Helpdesk, Owner};

use super::opens;

#[test]
fn doors_open_for_those_who_may_do_what_is_behind_them() {
    let everybody: &[Role] = &[Owner, Administrator, Helpdesk, Auditor];
    let deciders: &[Role] = &[Owner, Administrator];
    for (href, roles) in [
        ("/", everybody),
        ("/dirsync/runs", everybody),
        ("/operators/sessions", everybody),
        ("/dirsync/sources/1/sync", deciders),
        ("/directory/users/1/restore", deciders),
        ("/directory/users/1/sync", &[Owner, Administrator, Helpdesk]),
        ("/dirsync/exceptions/new?user=1&source=2", &[Owner, Administrator, Helpdesk]),
        ("/operators/new", &[Owner]),
        ("/operators/tokens/new", deciders),
        ("/operators/tokens", &[Owner, Administrator, Auditor]),
        ("/signals/audit?kind=x#y", &[Owner, Administrator, Auditor]),
        ("/second-factor/providers/1/readiness/count", deciders),
        ("/second-factor/providers/1/policies/preview?revision=0", deciders),
        ("/second-factor/providers/1/readiness", everybody),
        ("/tenants/1/test", &[Owner, Administrator, Helpdesk]),
    ] {
        for role in Role::ALL {
            assert_eq!(opens(role, href), roles.contains(&role), "{href} for {role}");
        }
    }
}
