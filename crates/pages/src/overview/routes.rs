//! The handler of this page.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use directory::index::Counts;
use directory::permissions::ReadDirectory;
use directory::{StateName, UserFilter};
use dirsync::permissions::ReadSync;
use dirsync::service::source_settings::SourceStatus;
use dirsync::{Run, RunFilter, RunState};
use futures_util::stream;
use kernel::{PageRequest, Timestamp};
use signals::Wish;
use signals::permissions::ReadEvents;
use tokio::time::{Interval, interval};
use web::Problem;
use web::events::{Event, sse};

use super::{Moving, OverviewPage, OverviewView, People, TenantHealth};
use crate::Rooms;
use crate::chart::{Bars, Bucket, Series};
use crate::desk::Desk;
use crate::directory::words::{count, look};
use crate::dirsync::words as sync;
use crate::doors::Offers as _;
use crate::format;
use crate::layout::Section;
use crate::parts::{Action, Callout, Check, Entry, Timeline, Tone};
use crate::render::page;
use crate::tenants::routes::{healths, statuses};

/// The front page.
pub fn routes() -> Router<Rooms> {
    Router::new().route("/", get(overview)).route("/overview/events", get(follow))
}

/// `GET /`.
async fn overview(desk: Desk, State(rooms): State<Rooms>) -> Result<Response, Problem> {
    let found = view(&desk, &rooms, desk.now()).await?;
    Ok(page(&OverviewPage::new(desk.frame("Overview", Section::Overview), &found)))
}

/// Nothing here walks the directory: what is counted comes from memory or along an index.
async fn view(desk: &Desk, rooms: &Rooms, now: Timestamp) -> Result<OverviewView, Problem> {
    let sources = statuses(desk, rooms).await?;
    let runs =
        rooms.dirsync.list_runs(&desk.may(ReadSync {})?, &RunFilter::default(), &PageRequest::first(200)).await?.items;
    let tenants = healths(desk, rooms, &sources).await?;
    let held: Vec<&Run> = runs.iter().filter(|run| run.state == RunState::Held).collect();
    let oldest = sources.iter().filter_map(|source| source.last_read_at).min();
    let stale = sources.iter().any(|source| source.stale);
    let days = days(&runs, now);
    Ok(OverviewView {
        people: people(desk, rooms),
        conflict_count: conflicts(desk, rooms).await?,
        held_count: u64::try_from(held.len()).unwrap_or(0),
        lag: oldest.map_or_else(|| "No data yet".to_owned(), |at| format::duration(now.since(at))),
        lag_tone: match (stale, oldest) {
            (true, _) => Tone::Warn,
            (false, Some(_)) => Tone::Ok,
            (false, None) => Tone::Off,
        },
        first_steps: first_steps(&tenants, &sources),
        role: Some(desk.caller.actor().role),
        decisions: crate::provisioning::routes::decisions(desk, rooms)
            .await?
            .into_iter()
            .chain(decisions(&held, &sources, &tenants, now))
            .map(|callout| callout.only_for(Some(desk.caller.actor().role)))
            .collect(),
        runs: runs.iter().take(6).map(|run| sync::row(run, &name_of(&sources, run))).collect(),
        activity: days.iter().map(|bucket| bucket.counts.iter().sum()).collect(),
        chart: chart(days),
        recent: recent(desk, rooms, now).await?,
        tenants,
    })
}

/// How many this node has in memory.
fn people(desk: &Desk, rooms: &Rooms) -> Option<People> {
    let counts = rooms.directory.index(desk.caller.actor().organisation).ok()?.counts();
    let Counts { users, active_users: active, groups, memberships, .. } = counts;
    Some(People { users, active, groups, memberships })
}

async fn conflicts(desk: &Desk, rooms: &Rooms) -> Result<u64, Problem> {
    let may = desk.may(ReadDirectory {})?;
    let filter = UserFilter { state: Some(StateName::Conflict), ..UserFilter::default() };
    let users = rooms.directory.count_users(&may, &filter).await?.unwrap_or_default();
    Ok(users + count(&rooms.directory.group_counts(&may).await?, &[StateName::Conflict]))
}

/// How often a follower looks whether anything has moved.
const LOOK: Duration = Duration::from_secs(2);
/// After so many looks the parts are made anew in any case: an age is shown among them.
const AT_LEAST: u32 = 15;

/// `GET /overview/events`: the parts that have moved, whenever something has happened or a run goes on.
async fn follow(desk: Desk, State(rooms): State<Rooms>) -> Result<Response, Problem> {
    desk.may(ReadSync {})?;
    let start = Following { desk, rooms, shown: None, revision: 0, live: false, idle: 0, looks: interval(LOOK) };
    Ok(sse(stream::unfold(start, Following::next)))
}

struct Following {
    desk: Desk,
    rooms: Rooms,
    shown: Option<Moving>,
    revision: i64,
    live: bool,
    idle: u32,
    looks: Interval,
}

impl Following {
    async fn next(mut self) -> Option<(Event, Self)> {
        loop {
            self.looks.tick().await;
            let newest = self.rooms.directory.lag(self.desk.caller.actor().organisation).await.ok()?.newest;
            self.idle += 1;
            if self.shown.is_some() && newest == self.revision && !self.live && self.idle < AT_LEAST {
                continue;
            }
            let now = self.rooms.env.now();
            let found = view(&self.desk, &self.rooms, now).await.ok()?;
            (self.revision, self.idle) = (newest, 0);
            self.live = found.runs.iter().any(|run| run.state.is_live());
            let parts = Moving::new(&found, now);
            let moved = parts.since(self.shown.as_ref());
            self.shown = Some(parts);
            if !moved.is_empty() {
                return Some((Event::default().event("patch").data(moved), self));
            }
        }
    }
}

fn name_of(sources: &[SourceStatus], run: &Run) -> String {
    let source = sources.iter().find(|source| source.kept.source_id == run.source_id);
    source.map(|source| source.name.clone()).unwrap_or_default()
}

/// Days before the end of a credential from which on it is a matter for today.
const SOON: Duration = Duration::from_hours(30 * 24);

fn decisions(held: &[&Run], sources: &[SourceStatus], tenants: &[TenantHealth], now: Timestamp) -> Vec<Callout> {
    let held = held.iter().map(|run| {
        let why = sync::breaches(run).join(". ");
        let expires =
            run.expires_at.map(|at| format!(" It expires {}.", format::relative(at, now))).unwrap_or_default();
        Callout::new(Tone::Warn, "A plan waits for a decision", format!("{why}.{expires}"))
            .action(Action::go("Decide", format!("/dirsync/plans/{}", run.id)).primary())
    });
    let broken = tenants.iter().filter(|tenant| !tenant.status_reason.is_empty()).map(|tenant| {
        Callout::new(Tone::Warn, format!("{} needs a look", tenant.name), &tenant.status_reason)
            .action(Action::go("Look", format!("/tenants/{}", tenant.id)))
    });
    let ends = tenants.iter().filter_map(|tenant| Some((tenant, tenant.credential_expires?)));
    let ending = ends.filter(|(_, at)| *at <= now.plus(SOON)).map(|(tenant, at)| {
        let title = format!("The credential of {} expires {}", tenant.name, format::relative(at, now));
        Callout::new(Tone::Warn, title, "Add a second one now; it takes over by itself.")
            .action(Action::go("Credentials", format!("/tenants/{}/credentials", tenant.id)))
    });
    held.chain(sources.iter().filter_map(|source| stale(source, now))).chain(broken).chain(ending).collect()
}

/// The alarm of a source that was not read for twice its interval.
pub fn stale(source: &SourceStatus, now: Timestamp) -> Option<Callout> {
    let read = source.last_read_at.filter(|_| source.stale)?;
    let title = format!("The data of {} is {} old", source.name, format::duration(now.since(read)));
    let text =
        "No run has ended well for twice the interval. Nobody is removed because of it, and nobody new comes in.";
    let runs = Action::go("Look at the runs", "/dirsync/runs?state=failed");
    let again = Action::post("Sync now", format!("/dirsync/sources/{}/sync", source.kept.source_id));
    Some(Callout::new(Tone::Bad, title, text).action(runs).action(again))
}

/// What is left of setting up; empty once a plan was confirmed.
fn first_steps(tenants: &[TenantHealth], sources: &[SourceStatus]) -> Vec<Check> {
    if sources.iter().any(|source| source.kept.confirmed_version > 0) {
        return Vec::new();
    }
    let read = sources.iter().any(|source| source.last_run.is_some());
    let step = |done: bool, next: bool| {
        if done {
            Tone::Ok
        } else if next {
            Tone::Busy
        } else {
            Tone::Off
        }
    };
    let connected = !tenants.is_empty();
    vec![
        Check::new(Tone::Ok, "Create the first operator", "Done: that is you."),
        Check::new(
            step(connected, true),
            "Connect a tenant",
            "By consent, or with an app registration of your own. An application can push people instead: see Connections.",
        ),
        Check::new(step(read, connected), "Look at the first preview", "It changes nothing."),
        Check::new(
            step(false, read),
            "Switch sync on and confirm the first plan",
            "From then on runs apply what they plan.",
        ),
    ]
}

const DAYS: u32 = 30;
const DAY: Duration = Duration::from_hours(24);

/// What runs changed on each of the last days: created or returned, updated, lost, purged.
fn days(runs: &[Run], now: Timestamp) -> Vec<Bucket> {
    let mut days: BTreeMap<i64, [u64; 4]> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.state == RunState::Done) {
        let counts = sync::counts(run.totals.as_ref());
        let found = [counts.created + counts.returned, counts.updated, counts.lost, counts.purged];
        let day = days.entry(day_of(run.finished_at.unwrap_or(run.created_at))).or_default();
        day.iter_mut().zip(found).for_each(|(sum, count)| *sum += count);
    }
    let bucket = |back| {
        let at = now.minus(DAY * back);
        let label = format::day(at);
        let label = label.rsplit_once(' ').map_or(label.as_str(), |(day, _)| day).to_owned();
        Bucket { label, counts: days.get(&day_of(at)).copied().unwrap_or_default().into() }
    };
    (0..DAYS).rev().map(bucket).collect()
}

fn day_of(at: Timestamp) -> i64 {
    at.seconds().div_euclid(86_400)
}

fn chart(days: Vec<Bucket>) -> Bars {
    let series =
        [("Created or returned", Tone::Ok), ("Updated", Tone::Info), ("Lost", Tone::Warn), ("Purged", Tone::Bad)];
    let series = series.map(|(name, tone)| Series { name: name.to_owned(), tone });
    Bars::new("Changes per day, last 30 days", series.into(), days)
}

/// The newest events.
const RECENT: i64 = 10;

async fn recent(desk: &Desk, rooms: &Rooms, now: Timestamp) -> Result<Timeline, Problem> {
    let may = desk.may(ReadEvents {})?;
    let end =
        rooms.signals.follow(&may, Wish { after: 0, limit: 1, ..Wish::default() }, std::future::ready(())).await?;
    let after = end.newest.saturating_sub(RECENT * 3).max(0);
    let wish = Wish { after, limit: 30, ..Wish::default() };
    let found = rooms.signals.follow(&may, wish, std::future::ready(())).await?;
    let limit = usize::try_from(RECENT).unwrap_or(10);
    let entries = found.events.iter().rev().take(limit).map(|event| {
        let row = crate::signals::words::row(event);
        let what =
            if row.object.is_empty() { row.what } else { format!("{}: {}", row.object, row.what.to_lowercase()) };
        let (tone, icon) = look(&event.kind);
        Entry::new(tone, what, row.at, now, format::who(&row.actor)).icon(icon)
    });
    Ok(Timeline::new(entries.collect(), "Nothing has happened yet."))
}
