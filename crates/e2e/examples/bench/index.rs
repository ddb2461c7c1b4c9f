//! The membership index at a million users and ten million memberships.

use std::hint::black_box;
use std::time::{Duration, Instant};

use directory::index::{GroupOrdinal, Index, IndexChange, Synthetic, UserOrdinal, synthetic};
use directory::model::MemberKind;
use serde_json::{Value, json};

use super::{flag, process};

/// `index`: row (d).
#[expect(clippy::print_stdout, reason = "a tool that prints its findings")]
pub fn run(args: &[String]) -> anyhow::Result<Value> {
    let users = u32::try_from(flag(args, "--users", 1_000_000))?;
    let groups = users / 20;
    let snapshot = synthetic(users, groups, u64::from(users) * 10, 1).build(1);
    let memory = snapshot.memory().total() >> 20;
    let index = Index::new(snapshot);
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = move |bound: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u32::try_from(state % u64::from(bound)).unwrap_or(0)
    };
    let mut asked: Vec<Duration> = (0..300_000)
        .map(|_| {
            let (user, group) = (UserOrdinal(draw(users)), GroupOrdinal(draw(groups)));
            let begin = Instant::now();
            black_box(index.read().is_member_at(user, group));
            begin.elapsed()
        })
        .collect();
    asked.sort_unstable();
    let (p50, p99) = (asked[asked.len() / 2], asked[asked.len() * 99 / 100]);
    let mut refreshes: Vec<Duration> = (0..20)
        .map(|_| {
            let before = index.snapshot();
            let changes: Vec<_> = (0..500)
                .map(|number| {
                    let group = GroupOrdinal(draw(groups));
                    let member = Synthetic::key(Synthetic::user(draw(users)));
                    let kind = MemberKind::User;
                    if number % 2 == 0 {
                        IndexChange::PutMembership { group, member, kind }
                    } else {
                        IndexChange::RemoveMembership { group, member, kind }
                    }
                })
                .collect();
            let begin = Instant::now();
            let fresh = before.refresh(&changes, before.revision() + 1);
            let took = begin.elapsed();
            index.publish(fresh);
            took
        })
        .collect();
    refreshes.sort_unstable();
    let slowest = refreshes[refreshes.len() - 1];
    println!(
        "{users} users, {groups} groups: is in group p50 {p50:?} p99 {p99:?}; {memory} MiB (process {} MiB); refresh of 500 changes at most {slowest:?}",
        process::peak_mib()
    );
    Ok(json!({
        "users": users, "groups": groups, "is_member_p50_ns": p50.as_nanos(), "is_member_p99_ns": p99.as_nanos(),
        "memory_mib": memory, "refresh_500_ms": slowest.as_secs_f64() * 1000.0,
    }))
}
