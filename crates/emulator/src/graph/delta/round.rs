//! Walks the candidates of a round, page by page, with every trick that the switches ask for.
//!
//! Candidates are numbered: slots in a full round; log entries since the last round, then objects that became
//! hidden or visible by a switch, in a round of changes. A page token is such a number and, within a group that is
//! split over pages, the next member.
//!
//! | of an object | a page tells |
//! |---|---|
//! | its properties, its manager, whether it lives | as they are now; what is younger than the round comes again in the next |
//! | its members | as they were when the round began |
//!
//! Invariant: a round ends, however much is edited meanwhile. The candidates are those of its beginning, every page
//! that is not left empty on purpose moves on by a candidate or a member, and no page can be put before another.

use std::collections::HashSet;

use super::super::view::{View, is_hidden, lot, share};
use super::Link;
use super::token::{DeltaToken, Round, SkipToken};
use super::write::{self, Written};
use crate::directory::{Kind, Ref};
use crate::switches::Switches;

/// How many candidates one page may look at: a page may end empty.
const MOST_LOOKED_AT: u64 = 200_000;

/// The next page: its items and how it goes on.
pub(super) fn page(view: View<'_>, switches: &Switches, mut token: SkipToken, minimal: bool) -> (Vec<u8>, Link) {
    let every = switches.empty_page_every as u64;
    if every > 0 && !token.emptied && (token.page + 1).is_multiple_of(every) {
        token.emptied = true;
        return (Vec::new(), Link::Next(Box::new(token)));
    }
    let walk = Walk { view, switches, round: &token.round, minimal };
    let mut page = Page { items: Vec::new(), count: 0, members: 0 };
    if let Some((index, member)) = token.repeat.filter(|_| switches.delta_duplicates > 0.0) {
        walk.repeat(&mut page, index, member, token.index);
    }
    page.count = 0;
    page.members = 0;
    let (mut index, mut member, mut looked_at) = (token.index, token.member, 0);
    let end = walk.end();
    while index < end && page.count < switches.delta_page_size.max(1) && looked_at < MOST_LOOKED_AT {
        looked_at += 1;
        let Some(object) = walk.candidate(index) else {
            index += 1;
            continue;
        };
        let room = switches.group_split_size.max(1).saturating_sub(page.members);
        if room == 0 {
            break;
        }
        if let Some(next) = walk.write(&mut page, object, member, room) {
            member = next;
            break;
        }
        member = 0;
        index += 1;
    }
    let items = page.items;
    if index >= end {
        return (items, Link::Delta(mark(token.round)));
    }
    let repeat = Some((token.index, token.member));
    let next = SkipToken { index, member, repeat, page: token.page + 1, emptied: false, round: token.round };
    (items, Link::Next(Box::new(next)))
}

/// The delta link at the end of a round.
fn mark(round: Round) -> DeltaToken {
    DeltaToken {
        since: round.until,
        before: round.told,
        hidden: round.hidden,
        origin: round.origin,
        issued: round.issued,
        plan: round.plan,
    }
}

struct Page {
    items: Vec<u8>,
    count: usize,
    members: usize,
}

struct Walk<'a> {
    view: View<'a>,
    switches: &'a Switches,
    round: &'a Round,
    minimal: bool,
}

impl Walk<'_> {
    /// How many candidates there are.
    fn end(&self) -> u64 {
        let round = self.round;
        match (&round.plan.ids, round.since) {
            (Some(ids), _) => ids.len() as u64,
            (None, None) => u64::from(round.slots),
            (None, Some(since)) => {
                let switched = if round.hidden == round.hidden_before { 0 } else { u64::from(round.slots) };
                round.until - since + switched
            }
        }
    }

    /// The object of a number, if it has one.
    fn candidate(&self, index: u64) -> Option<Ref> {
        let round = self.round;
        let kind = round.plan.kind;
        match (&round.plan.ids, round.since) {
            (Some(ids), _) => {
                let id = ids.get(usize::try_from(index).ok()?)?.parse().ok()?;
                self.view.directory.find(id).filter(|object| object.kind == kind)
            }
            (None, None) => Some(self.slot(kind, index)),
            (None, Some(since)) if index < round.until - since => {
                let at = since + self.shuffled(index, round.until - since);
                let entry = self.view.directory.entries(at, at + 1).first()?;
                (entry.object.kind == kind && self.view.directory.is_first_since(entry, since)).then_some(entry.object)
            }
            (None, Some(since)) => {
                let object = self.slot(kind, index - (round.until - since));
                let id = self.view.directory.id(object);
                (is_hidden(id, round.hidden) != is_hidden(id, round.hidden_before)).then_some(object)
            }
        }
    }

    fn slot(&self, kind: Kind, index: u64) -> Ref {
        let ordinal = self.shuffled(index, u64::from(self.round.slots));
        Ref { kind, ordinal: u32::try_from(ordinal).unwrap_or(0) }
    }

    /// A place in an order that looks random and is a permutation: multiplication by a number coprime to `span`.
    fn shuffled(&self, index: u64, span: u64) -> u64 {
        if self.round.shuffle == 0 || span < 3 {
            return index;
        }
        let mut factor = (span * 5 / 8).max(1) | 1;
        while common_divisor(factor, span) != 1 {
            factor += 2;
        }
        let place = (u128::from(index) * u128::from(factor) + u128::from(self.round.shuffle)) % u128::from(span);
        u64::try_from(place).unwrap_or(index)
    }

    /// Writes one object; answers the next member when the group did not fit.
    fn write(&self, page: &mut Page, object: Ref, member: u64, room: usize) -> Option<u64> {
        let start = page.items.len();
        if start > 0 {
            page.items.push(b',');
        }
        match write::item(&mut page.items, self.view, self.round, self.switches, object, member, room, self.minimal) {
            Written::Nothing => {
                page.items.truncate(start);
                None
            }
            Written::Item { members, next } => {
                page.count += 1;
                page.members += members;
                next
            }
        }
    }

    /// Writes some of the objects of the page before once more.
    fn repeat(&self, page: &mut Page, from: u64, member: u64, to: u64) {
        let mut seen = HashSet::new();
        for index in from..to.min(from + self.switches.delta_page_size as u64) {
            let Some(object) = self.candidate(index) else { continue };
            let chance = share(self.switches.delta_duplicates);
            if lot(self.view.directory.id(object), self.round.until) < chance && seen.insert(object) {
                let member = if index == from { member } else { 0 };
                self.write(page, object, member, self.switches.group_split_size.max(1));
            }
        }
    }
}

fn common_divisor(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { common_divisor(other, one % other) }
}
