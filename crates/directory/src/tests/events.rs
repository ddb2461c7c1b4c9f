//! Every event name, as a table.

use super::*;
use crate::apply::event_name;

#[test]
fn every_change_of_state_has_its_event_and_what_is_out_of_sight_has_none() {
    let (pending, ignored) = (conflict(Decision::Pending), conflict(Decision::Ignored));
    let off = conflict(Decision::Deactivated);
    let (active, disabled, deleted, excluded) = (State::Active, State::Disabled, deleted(), excluded());
    let cases = [
        (None, Some(&active), Some("created")),
        (None, Some(&disabled), Some("created")),
        (None, Some(&excluded), None),
        (Some(&excluded), Some(&excluded), None),
        (Some(&excluded), None, None),
        (Some(&excluded), Some(&active), Some("created")),
        (Some(&active), Some(&active), Some("updated")),
        (Some(&active), Some(&disabled), Some("disabled")),
        (Some(&disabled), Some(&active), Some("enabled")),
        (Some(&active), Some(&pending), Some("conflicted")),
        (Some(&disabled), Some(&pending), Some("conflicted")),
        (Some(&pending), Some(&active), Some("enabled")),
        (Some(&pending), Some(&ignored), Some("enabled")),
        (Some(&ignored), Some(&pending), Some("conflicted")),
        (Some(&pending), Some(&off), Some("updated")),
        (Some(&pending), Some(&disabled), Some("disabled")),
        (Some(&pending), Some(&deleted), Some("deleted")),
        (Some(&active), Some(&deleted), Some("deleted")),
        (Some(&deleted), Some(&deleted), Some("updated")),
        (Some(&deleted), Some(&active), Some("restored")),
        (Some(&deleted), Some(&disabled), Some("restored")),
        (Some(&deleted), Some(&excluded), Some("purged")),
        (Some(&deleted), None, Some("purged")),
        (Some(&active), None, Some("purged")),
    ];
    for (before, after, expected) in cases {
        for kind in [ObjectKind::User, ObjectKind::Group] {
            let expected = expected.map(|name| format!("{}.{name}", kind.as_str()));
            assert_eq!(event_name(kind, before, after), expected.as_deref(), "{before:?} to {after:?}");
        }
    }
}
