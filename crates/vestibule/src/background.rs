//! What runs without a caller: jobs, timers, the ear for other nodes.
//!
//! A timer does its work under a lease, so that of several nodes one does it. Nothing in here is the only way to get
//! something done: each verb can be called by hand, which is what tests do.

use std::sync::Arc;
use std::time::Duration;

use kernel::Env;
use provisioning::Provisioning;
use store::worker::{Handler, Worker};
use store::{Store, StoreError, lease, queue};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::App;

/// How many jobs a node runs at once.
const JOBS_AT_ONCE: usize = 4;
/// How long finished jobs stay to be looked at.
const JOBS_KEPT: Duration = Duration::from_hours(24);
/// How often what SCIM calls leave behind is written down.
const WRITE_DOWN_EVERY: Duration = Duration::from_secs(1);
/// How long to wait before listening to other nodes again after a failure.
const LISTEN_AGAIN: Duration = Duration::from_secs(5);

impl App {
    /// Runs jobs and timers until `stop` turns true; ends when all of them have ended.
    pub async fn run_background(&self, stop: watch::Receiver<bool>) {
        if let Err(error) = self.tenants.schedule().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "tenants cannot be scheduled for now");
        }
        let mut tasks = JoinSet::new();
        let worker = self.worker();
        let jobs = stop.clone();
        tasks.spawn(async move { worker.run(JOBS_AT_ONCE, jobs).await });
        let (directory, follow) = (self.directory.clone(), stop.clone());
        tasks.spawn(async move { directory.follow_all(follow).await });
        tasks.spawn(listen(self.store.clone(), stop.clone()));
        let (deliveries, width, delivering) = (self.webhook_worker(), self.webhooks.lanes(), stop.clone());
        tasks.spawn(async move { deliveries.run(width, delivering).await });
        let (webhooks, follow) = (self.webhooks.clone(), stop.clone());
        tasks.spawn(async move { webhooks.follow_all(follow).await });
        tasks.spawn(write_down(self.provisioning.clone(), stop.clone()));
        let (journal, ending) = (self.provisioning.journal().clone(), stop.clone());
        tasks.spawn(async move { journal.run(ending).await });
        for timer in timers() {
            tasks.spawn(timer.run(self.clone(), stop.clone()));
        }
        while tasks.join_next().await.is_some() {}
    }

    /// The runner of jobs with every room's handlers.
    pub fn worker(&self) -> Worker {
        Worker::new(self.store.clone(), self.env.clone(), node_name(&self.env), self.handlers())
    }

    /// The runner of what waits for other people's machines, apart from all else: a slow receiver keeps nobody waiting.
    pub fn webhook_worker(&self) -> Worker {
        Worker::new(self.store.clone(), self.env.clone(), node_name(&self.env), self.webhooks.handlers())
    }

    fn handlers(&self) -> Vec<Arc<dyn Handler>> {
        let mut handlers = self.tenants.handlers();
        handlers.extend(self.dirsync.handlers());
        handlers.extend(self.provisioning.handlers());
        handlers.extend(self.mfa.handlers());
        handlers
    }

    /// Does what every timer would do now, once. For tests, which move the clock instead of waiting.
    pub async fn tick(&self) -> Result<(), String> {
        for timer in timers() {
            (timer.work)(self.clone()).await?;
        }
        self.provisioning.write_down().await.map_err(|error| error.to_string())?;
        self.directory.catch_up_all().await.map_err(|error| error.to_string())
    }
}

/// A name for this process that no other process has.
fn node_name(env: &Env) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "node" } else { host.trim() };
    format!("{host}-{}-{}", std::process::id(), env.rng.token::<6>())
}

type Work = futures_util::future::BoxFuture<'static, Result<(), String>>;

/// Something done every so often, by one node at a time.
struct Timer {
    name: &'static str,
    every: Duration,
    work: fn(App) -> Work,
}

fn timers() -> [Timer; 10] {
    [
        Timer { name: "dirsync.tick", every: Duration::from_secs(5), work: |app| Box::pin(tick_dirsync(app)) },
        Timer { name: "dirsync.prune", every: Duration::from_hours(6), work: |app| Box::pin(prune_dirsync(app)) },
        Timer {
            name: "provisioning.tick",
            every: Duration::from_mins(1),
            work: |app| Box::pin(tick_provisioning(app)),
        },
        Timer {
            name: "provisioning.prune",
            every: Duration::from_hours(1),
            work: |app| Box::pin(prune_provisioning(app)),
        },
        Timer { name: "mfa.tend_keys", every: Duration::from_hours(1), work: |app| Box::pin(tend_mfa_keys(app)) },
        Timer { name: "mfa.prune", every: Duration::from_mins(10), work: |app| Box::pin(prune_mfa(app)) },
        Timer { name: "mfa.read_risk", every: Duration::from_mins(5), work: |app| Box::pin(read_mfa_risks(app)) },
        Timer { name: "signals.prune", every: Duration::from_hours(1), work: |app| Box::pin(prune_webhooks(app)) },
        Timer { name: "jobs.prune", every: Duration::from_hours(1), work: |app| Box::pin(prune_jobs(app)) },
        Timer { name: "operators.prune", every: Duration::from_hours(1), work: |app| Box::pin(prune_operators(app)) },
    ]
}

impl Timer {
    async fn run(self, app: App, mut stop: watch::Receiver<bool>) {
        let holder = node_name(&app.env);
        let mut ticks = tokio::time::interval(self.every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stop.changed() => return,
            }
            if *stop.borrow() {
                return;
            }
            if let Err(why) = self.once(&app, &holder).await {
                tracing::warn!(timer = self.name, why, "a timer could not do its work");
            }
        }
    }

    async fn once(&self, app: &App, holder: &str) -> Result<(), String> {
        let taken = async {
            let mut tx = app.store.begin().await?;
            let lease = lease::acquire(&mut tx, self.name, holder, app.env.now(), self.every).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(lease)
        };
        match taken.await.map_err(|error| error.to_string())? {
            Some(_) => (self.work)(app.clone()).await,
            None => Ok(()),
        }
    }
}

async fn tick_dirsync(app: App) -> Result<(), String> {
    app.dirsync.tick().await.map(drop).map_err(|error| error.to_string())
}

async fn prune_dirsync(app: App) -> Result<(), String> {
    app.dirsync.prune().await.map(drop).map_err(|error| error.to_string())
}

async fn tick_provisioning(app: App) -> Result<(), String> {
    app.provisioning.tick().await.map_err(|error| error.to_string())
}

async fn prune_provisioning(app: App) -> Result<(), String> {
    app.provisioning.prune().await.map_err(|error| error.to_string())
}

async fn tend_mfa_keys(app: App) -> Result<(), String> {
    app.mfa.tend_keys().await.map_err(|error| error.to_string())
}

async fn prune_mfa(app: App) -> Result<(), String> {
    app.mfa.prune().await.map(drop).map_err(|error| error.to_string())
}

async fn read_mfa_risks(app: App) -> Result<(), String> {
    app.mfa.read_risks().await.map_err(|error| error.to_string())
}

async fn prune_webhooks(app: App) -> Result<(), String> {
    app.webhooks.prune().await.map_err(|error| error.to_string())
}

async fn prune_jobs(app: App) -> Result<(), String> {
    let prune = async {
        let mut tx = app.store.begin().await?;
        queue::prune(&mut tx, app.env.now().minus(JOBS_KEPT)).await?;
        tx.commit().await
    };
    prune.await.map_err(|error| error.to_string())
}

async fn prune_operators(app: App) -> Result<(), String> {
    app.operators.prune().await.map(drop).map_err(|error| error.to_string())
}

/// Writes down what SCIM calls have left behind on this node; what failed is not tried again.
async fn write_down(provisioning: Provisioning, mut stop: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(WRITE_DOWN_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let ending = tokio::select! {
            _ = ticks.tick() => false,
            _ = stop.changed() => true,
        };
        if let Err(error) = provisioning.write_down().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "calls were not written down");
        }
        if ending {
            return;
        }
    }
}

/// Hears of other nodes' commits. Readers poll as well, so a failure costs a second and not a change.
async fn listen(store: Store, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            heard = store.listen() => {
                if let Err(error) = heard {
                    tracing::debug!(error = &error as &dyn std::error::Error, "other nodes are not heard for now");
                }
            }
            _ = stop.changed() => return,
        }
        if tokio::time::timeout(LISTEN_AGAIN, stop.changed()).await.is_ok() {
            return;
        }
    }
}
