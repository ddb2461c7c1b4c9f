//! Writes one object as delta shows it: whole, changed or removed, with the members that fit.

use std::borrow::Cow;

use roaring::RoaringBitmap;

use super::super::entity::{open_sparse, write_id, write_type};
use super::super::view::{View, is_hidden};
use super::token::Round;
use crate::directory::property::Mask;
use crate::directory::{Change, Kind, Life, Ref};
use crate::switches::Switches;

/// What was written.
pub(super) enum Written {
    /// Nothing: the object does not belong in this round.
    Nothing,
    /// One item.
    Item {
        /// How many members it shows.
        members: usize,
        /// Where its next slice begins, when it has one.
        next: Option<u64>,
    },
}

const WHOLE: Written = Written::Item { members: 0, next: None };

/// Who was in a group when a round began, as delta tells it. Had every page told of who is in it by then, a group
/// that people join faster than pages are read would never end.
///
/// Where the deletion of a user is not reported as a removal, a soft-deleted member simply stays, and its
/// restoration is not reported either; whoever reads must hold memberships against the users that exist.
struct Holders<'a> {
    users: Cow<'a, RoaringBitmap>,
    groups: Cow<'a, RoaringBitmap>,
}

impl<'a> Holders<'a> {
    fn of(view: View<'a>, round: &Round, group: u32, switches: &Switches) -> Self {
        let directory = view.directory;
        let mut holders = if switches.suppress_membership_removal_on_user_delete {
            let (users, groups) = directory.linked(group);
            Self { users: Cow::Borrowed(users), groups: Cow::Borrowed(groups) }
        } else {
            let (users, groups) = (directory.member_users(group), directory.member_groups(group));
            Self { users: Cow::Owned(users), groups: Cow::Owned(groups) }
        };
        for member in members_between(view, Ref::group(group), [round.until, u64::MAX], switches) {
            holders.toggle(member);
        }
        holders
    }

    /// Takes one edit back: an edit of a membership makes it or ends it.
    fn toggle(&mut self, member: Ref) {
        let side = if member.kind == Kind::User { &mut self.users } else { &mut self.groups };
        if !side.to_mut().remove(member.ordinal) {
            side.to_mut().insert(member.ordinal);
        }
    }

    fn hold(&self, member: Ref) -> bool {
        match member.kind {
            Kind::User => self.users.contains(member.ordinal),
            Kind::Group => self.groups.contains(member.ordinal),
        }
    }
}

/// What changed of an object between the round before and the beginning of this one.
#[derive(Default)]
struct News {
    /// It came, went or came back: everything is news.
    life: bool,
    set: Mask,
    manager: bool,
    users: RoaringBitmap,
    groups: RoaringBitmap,
}

/// Writes an object if the round has to tell of it.
#[expect(clippy::too_many_arguments, reason = "the whole state of a page; a struct would only rename it")]
pub(super) fn item(
    items: &mut Vec<u8>,
    view: View<'_>,
    round: &Round,
    switches: &Switches,
    object: Ref,
    member: u64,
    room: usize,
    minimal: bool,
) -> Written {
    let directory = view.directory;
    let id = directory.id(object);
    let (hidden, was_hidden) = (is_hidden(id, round.hidden), is_hidden(id, round.hidden_before));
    if directory.came_after(object, round.until) {
        return Written::Nothing;
    }
    let live = directory.is_live(object) && !hidden;
    let Some(since) = round.since else {
        return first_time(items, view, round, switches, object, member, room, live);
    };
    let mut news = gather(view, [since, round.until], object, switches);
    if !live {
        // Who is hidden in this round is told as removed now or never, so a deletion that only the next round would
        // tell of is no reason to be silent.
        let lost =
            !was_hidden && (directory.is_live(object) || directory.history(object, since, u64::MAX).next().is_some());
        let gone = if hidden { lost } else { news.life };
        return if gone { removed(items, view, object) } else { Written::Nothing };
    }
    news.life |= was_hidden;
    let moved = !news.users.is_empty() || !news.groups.is_empty();
    let relation = round.plan.relation && (news.manager || moved);
    if !news.life && news.set & round.plan.tracked == 0 && !relation {
        return Written::Nothing;
    }
    let shown = if minimal && !news.life { round.plan.mask & news.set } else { round.plan.mask };
    open_sparse(items, directory, object, shown);
    if !round.plan.relation {
        items.push(b'}');
        return WHOLE;
    }
    if object.kind == Kind::User {
        if news.manager || news.life {
            write_manager(items, view, object);
        }
        items.push(b'}');
        return WHOLE;
    }
    let holders = Holders::of(view, round, object.ordinal, switches);
    if news.life {
        news.users |= &*holders.users;
        news.groups |= &*holders.groups;
    }
    slice(items, view, &holders, [&news.users, &news.groups], member, room)
}

#[expect(clippy::too_many_arguments, reason = "the whole state of a page; a struct would only rename it")]
fn first_time(
    items: &mut Vec<u8>,
    view: View<'_>,
    round: &Round,
    switches: &Switches,
    object: Ref,
    member: u64,
    room: usize,
    live: bool,
) -> Written {
    if !live {
        let stray = switches.removed_in_first_round && view.directory.life(object) != Life::Live;
        return if stray { removed(items, view, object) } else { Written::Nothing };
    }
    open_sparse(items, view.directory, object, round.plan.mask);
    if round.plan.relation && object.kind == Kind::Group {
        let holders = Holders::of(view, round, object.ordinal, switches);
        return slice(items, view, &holders, [&holders.users, &holders.groups], member, room);
    }
    if round.plan.relation && view.directory.manager_link(object.ordinal).is_some() {
        write_manager(items, view, object);
    }
    items.push(b'}');
    WHOLE
}

fn gather(view: View<'_>, [from, to]: [u64; 2], object: Ref, switches: &Switches) -> News {
    let mut news = News::default();
    for entry in view.directory.history(object, from, to) {
        match entry.change {
            Change::Created | Change::Deleted | Change::Restored | Change::Purged => news.life = true,
            Change::Set(mask) => news.set |= mask,
            Change::Manager => news.manager = true,
            Change::Member { .. } => {}
        }
    }
    for member in members_between(view, object, [from, to], switches) {
        match member.kind {
            Kind::User => news.users.insert(member.ordinal),
            Kind::Group => news.groups.insert(member.ordinal),
        };
    }
    news
}

/// Whose membership of a group changed between two positions: once for every edit.
fn members_between<'a>(
    view: View<'a>,
    group: Ref,
    [from, to]: [u64; 2],
    switches: &Switches,
) -> impl Iterator<Item = Ref> + use<'a> {
    let shadows = !switches.suppress_membership_removal_on_user_delete;
    view.directory.history(group, from, to).filter_map(move |entry| match entry.change {
        Change::Member { member, shadow } if shadows || !shadow => Some(member),
        _ => None,
    })
}

fn removed(items: &mut Vec<u8>, view: View<'_>, object: Ref) -> Written {
    items.extend_from_slice(b"{\"id\":");
    write_id(items, view.directory.id(object));
    items.extend_from_slice(match view.directory.life(object) {
        Life::Purged => b",\"@removed\":{\"reason\":\"deleted\"}}".as_slice(),
        _ => b",\"@removed\":{\"reason\":\"changed\"}}".as_slice(),
    });
    WHOLE
}

fn write_manager(items: &mut Vec<u8>, view: View<'_>, object: Ref) {
    items.extend_from_slice(b",\"manager@delta\":[");
    if let Some(manager) = view.directory.manager_link(object.ordinal) {
        items.push(b'{');
        write_type(items, Kind::User);
        items.extend_from_slice(b",\"id\":");
        write_id(items, view.directory.id(Ref::user(manager)));
        items.push(b'}');
    }
    items.push(b']');
}

/// Writes the members from `from` on that fit. The next slice is named by a member, not by a count, so that
/// nobody is skipped when the membership changes between two pages.
fn slice(
    items: &mut Vec<u8>,
    view: View<'_>,
    holders: &Holders<'_>,
    [users, groups]: [&RoaringBitmap; 2],
    from: u64,
    room: usize,
) -> Written {
    const GROUPS: u64 = 1 << 32;
    let mut members = 0;
    let mut next = None;
    let (mut first, mut second) = (users.iter(), groups.iter());
    first.advance_to(u32::try_from(from).unwrap_or(u32::MAX));
    second.advance_to(u32::try_from(from.saturating_sub(GROUPS)).unwrap_or(u32::MAX));
    let people = first.map(Ref::user).filter(|_| from < GROUPS);
    let all = people.chain(second.map(Ref::group));
    for member in all {
        if members == room {
            let base = if member.kind == Kind::Group { GROUPS } else { 0 };
            next = Some(base + u64::from(member.ordinal));
            break;
        }
        items.extend_from_slice(if members == 0 { b",\"members@delta\":[{".as_slice() } else { b",{".as_slice() });
        write_type(items, member.kind);
        items.extend_from_slice(b",\"id\":");
        write_id(items, view.directory.id(member));
        if !holders.hold(member) {
            items.extend_from_slice(b",\"@removed\":{\"reason\":\"deleted\"}");
        }
        items.push(b'}');
        members += 1;
    }
    if members > 0 {
        items.push(b']');
    }
    items.push(b'}');
    Written::Item { members, next }
}
