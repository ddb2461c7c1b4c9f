//! Measures the membership index: `cargo run --release -p directory --example index_size [users groups memberships]`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use directory::index::{GroupOrdinal, Index, IndexChange, Reach, Snapshot, Synthetic, UserOrdinal, synthetic};
use directory::model::{GroupId, MemberKind, UserId};
use uuid::Uuid;

fn main() {
    let mut sizes = std::env::args().skip(1).filter_map(|text| text.parse::<u32>().ok());
    let users = sizes.next().unwrap_or(1_000_000);
    let groups = sizes.next().unwrap_or(50_000);
    let memberships = sizes.next().unwrap_or(10_000_000);
    let begin = Instant::now();
    let snapshot = synthetic(users, groups, u64::from(memberships), 1).build(1);
    say(&format!("build {:?}, {:?}", begin.elapsed(), snapshot.counts()));
    say(&format!("memory {} MiB {:?}, process {}", snapshot.memory().total() >> 20, snapshot.memory(), resident()));
    let index = Index::new(snapshot);
    questions(&index, users, groups);
    for kind in ["members", "nestings", "users"] {
        refresh(&index, users, groups, kind);
    }
    say(&format!("process after refreshes {}", resident()));
}

fn questions(index: &Index, users: u32, groups: u32) {
    let mut draws = draws(users, groups);
    let by_number = times(200_000, || {
        let (user, group) = draws();
        let begin = Instant::now();
        black_box(index.read().is_member_at(UserOrdinal(user), GroupOrdinal(group)));
        begin.elapsed()
    });
    say(&format!("is_member by number {by_number}"));
    let by_id = times(200_000, || {
        let (user, group) = draws();
        let (user, group) = (Synthetic::user(user), Synthetic::group(group));
        let begin = Instant::now();
        black_box(index.read().is_member(user, group));
        begin.elapsed()
    });
    say(&format!("is_member by id     {by_id}"));
    let snapshot = index.snapshot();
    let paths = times(20_000, || {
        let (user, group) = draws();
        let begin = Instant::now();
        black_box(snapshot.path(Synthetic::user(user), Synthetic::group(group)));
        begin.elapsed()
    });
    say(&format!("path                {paths}"));
    let members = times(500, || {
        let group = Synthetic::group(draws().1);
        let begin = Instant::now();
        black_box(snapshot.members_of(group, Reach::Transitive).len());
        begin.elapsed()
    });
    say(&format!("members, transitive {members}"));
    say(&format!("clock               {}", times(200_000, || Instant::now().elapsed())));
}

fn refresh(index: &Index, users: u32, groups: u32, kind: &str) {
    let mut draws = draws(users, groups);
    let took = times(20, || {
        let before = index.snapshot();
        let changes: Vec<IndexChange> = (0..500).map(|number| change(&before, kind, number, draws())).collect();
        let begin = Instant::now();
        let fresh = before.refresh(&changes, before.revision() + 1);
        let took = begin.elapsed();
        index.publish(fresh);
        took
    });
    say(&format!("refresh, 500 {kind}: {took}"));
}

fn change(before: &Snapshot, kind: &str, number: u32, (user, group): (u32, u32)) -> IndexChange {
    let of = GroupOrdinal(group);
    match (kind, number % 2) {
        ("members", 0) => {
            let member = Synthetic::key(Synthetic::user(user));
            IndexChange::PutMembership { group: of, member, kind: MemberKind::User }
        }
        ("members", _) => {
            let held = before.members_of(Synthetic::group(group), Reach::Direct).iter().next().map(|(_, id)| id);
            let member = Synthetic::key(held.unwrap_or(UserId(Uuid::nil())));
            IndexChange::RemoveMembership { group: of, member, kind: MemberKind::User }
        }
        ("nestings", 0) => {
            // One level up, so that no cycles appear by the dozen.
            let member = Synthetic::key(Synthetic::group(group / 10 * 10 + (group + 1) % 10));
            IndexChange::PutMembership { group: of, member, kind: MemberKind::Group }
        }
        ("nestings", _) => {
            let child = before.groups_within(Synthetic::group(group), Reach::Direct).first().copied();
            let member = Synthetic::key(child.unwrap_or(GroupId(Uuid::nil())));
            IndexChange::RemoveMembership { group: of, member, kind: MemberKind::Group }
        }
        (_, 0) => IndexChange::RemoveUser { ordinal: UserOrdinal(user) },
        _ => {
            let id = Synthetic::user(user);
            IndexChange::PutUser { ordinal: UserOrdinal(user), id, key: Synthetic::key(id), active: false }
        }
    }
}

fn draws(users: u32, groups: u32) -> impl FnMut() -> (u32, u32) {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = move |bound: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u32::try_from(state % u64::from(bound)).unwrap_or(0)
    };
    move || (next(users), next(groups))
}

fn times(count: usize, mut once: impl FnMut() -> Duration) -> String {
    let mut took: Vec<Duration> = (0..count).map(|_| once()).collect();
    took.sort_unstable();
    let at = |share: usize| took[(count * share / 1_000).min(count - 1)];
    format!("p50 {:?}, p99 {:?}, p99.9 {:?}, most {:?}", at(500), at(990), at(999), at(1_000))
}

fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
}

#[expect(clippy::print_stdout, reason = "what this program is for")]
fn say(line: &str) {
    println!("{line}");
}
