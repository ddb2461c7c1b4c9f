//! Choosing events, and what entries become.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use kernel::{OrganisationId, RequestId, Timestamp};
use uuid::Uuid;

use super::{CATALOGUE, chosen, filter, parts};
use crate::members::{MemberChange, pack};
use crate::{Logged, Stream};

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn entry(name: &str, members: &[MemberChange]) -> Logged {
    Logged {
        organisation: OrganisationId(Uuid::nil()),
        revision: 7,
        at: Timestamp::default(),
        stream: Stream::Change,
        name: name.to_owned(),
        actor_kind: "system".to_owned(),
        actor_id: None,
        actor_name: "test".to_owned(),
        object: None,
        cause: None,
        reason: None,
        address: None,
        request_id: RequestId(Uuid::nil()),
        before: None,
        after: None,
        members: (!members.is_empty()).then(|| pack(members)),
        hash: Vec::new(),
    }
}

#[test]
fn names_are_put_in_order_and_wrong_ones_refused() {
    assert_eq!(chosen(&names(&[" user.* ", "group.created", "User.*", ""])).unwrap(), ["group.created", "user.*"]);
    for wrong in
        [&[][..], &["user"], &["*"], &[".created"], &["user."], &["user.cre ated"], &["user.*.x"], &["user.*x"]]
    {
        assert!(chosen(&names(wrong)).is_err(), "{wrong:?}");
    }
    assert!(chosen(&(0..99).map(|n| format!("user.n{n}")).collect::<Vec<_>>()).is_err());
    for event in CATALOGUE {
        assert!(chosen(&[event.name.to_owned()]).is_ok(), "{}", event.name);
    }
}

/// What was chosen, the entry, what it becomes.
type Case<'a> = (&'a [&'a str], &'a Logged, &'a [(u32, &'a str)]);

#[test]
fn an_entry_becomes_the_events_that_were_chosen() {
    let change = |removed, id| MemberChange { removed, kind: 0, object_id: Uuid::from_u128(id) };
    let packed = entry("group.members_changed", &[change(false, 1), change(true, 2), change(false, 3)]);
    let created = entry("user.created", &[]);
    let cases: &[Case<'_>] = &[
        (&["user.*"], &created, &[(0, "user.created")]),
        (&["user.created"], &created, &[(0, "user.created")]),
        (&["group.*"], &created, &[]),
        (&["group.member_added"], &created, &[]),
        (&["group.*"], &packed, &[(0, "group.members_changed")]),
        (&["group.members_changed"], &packed, &[(0, "group.members_changed")]),
        (&["group.member_added"], &packed, &[(1, "group.member_added"), (3, "group.member_added")]),
        (&["group.member_removed"], &packed, &[(2, "group.member_removed")]),
        (&["group.*", "group.member_removed"], &packed, &[(0, "group.members_changed"), (2, "group.member_removed")]),
    ];
    for (chosen, entry, expected) in cases {
        let found = parts(&names(chosen), entry);
        let found: Vec<_> = found.iter().map(|part| (part.number, part.event.as_str())).collect();
        assert_eq!(&found, expected, "{chosen:?}");
        assert_eq!(super::matches(&filter(&names(chosen)).names, &entry.name), !expected.is_empty(), "{chosen:?}");
    }
}
