//! What a person would do in the first ten minutes: become the owner, connect the tenant, look at the first plan,
//! allow it.

use std::time::Duration;

use anyhow::{Context as _, bail};
use directory::SourceId;
use dirsync::notify::{NotificationState, NotificationStatus};
use dirsync::permissions::{ChangeSettings, DecideRun, ReadSync, StartRun};
use dirsync::service::runs::Part;
use dirsync::{Mode, Run, RunId, RunKind, RunState, Settings};
use emulator::Running;
use kernel::{Actor, OrganisationId, RequestId, Role, Secret};
use operators::NewToken;
use operators::permissions::{CreateOperator, CreateToken, RenameOrganisation};
use tenants::connect::NewTenant;
use tenants::draft::{CloudBody, NewCredential, TenantSettings};
use tenants::permissions::ConnectTenant;
use tenants::{Feature, Status, Tenant};
use vestibule::App;

use crate::folder::{Folder, Notes};
use crate::ready::note;
use crate::second::{self, Second};
use crate::second_factor::{self, SecondFactor};

/// Who signs in.
pub(crate) const OWNER: &str = "admin";

/// What the organisation is called.
const COMPANY: &str = "Contoso";

/// What came of it.
pub(crate) struct Done {
    pub password: String,
    pub api_token: String,
    pub organisation: OrganisationId,
    pub tenant: SourceId,
    pub user_count: u64,
    pub second: Second,
    pub base_url: String,
    pub second_factor: SecondFactor,
}

/// Sets everything up, or finds it set up.
pub(crate) async fn set_up(app: &App, emulator: &Running, folder: &Folder, url: &str) -> anyhow::Result<Done> {
    let organisation = app.operators.ensure_organisation().await?.id;
    let actor = Actor::system("demo", organisation, app.env.new_id::<RequestId>());
    let mut notes = if let Some(notes) = folder.notes() {
        notes
    } else {
        let notes = become_owner(app, &actor).await?;
        folder.keep_notes(&notes)?;
        notes
    };
    let second = match notes.second.take() {
        Some(second) => second,
        None => second::create(app, &actor).await?,
    };
    notes.second = Some(second.clone());
    let key = notes.totp_secret.get_or_insert_with(|| second_factor::new_key(app)).clone();
    folder.keep_notes(&notes)?;
    let tenant = match app.tenants.list(organisation).await?.into_iter().next() {
        Some(tenant) => tenant,
        None => connect(app, &actor, emulator).await?,
    };
    let source = SourceId(tenant.id.0);
    note(&format!("reading the organisation; watch it at {url}"));
    first_run(app, &actor, source).await?;
    let is_told = ask_to_be_told(app, &actor, source).await?;
    let base_url = format!("{url}/scim/orgs/{}/", second.organisation);
    second::push(emulator, &second, &base_url).await?;
    let second_factor = second_factor::set_up(app, &actor, emulator, tenant.id, &key).await?;
    if is_told {
        agreed(app, &actor, source).await?;
    }
    let status = app.dirsync.get_source(&actor.may(ReadSync {})?, source).await?;
    let here = |state: &str| ["active", "disabled"].contains(&state);
    let user_count = status.users.iter().filter(|count| here(&count.state)).map(|count| count.count).sum();
    let Notes { password, api_token, .. } = notes;
    Ok(Done { password, api_token, organisation, tenant: source, user_count, second, base_url, second_factor })
}

async fn become_owner(app: &App, actor: &Actor) -> anyhow::Result<Notes> {
    let password = app.env.rng.token::<12>();
    app.operators.create_owner(&actor.may(CreateOperator {})?, OWNER, &Secret::from(password.as_str())).await?;
    let organisation = actor.organisation;
    app.operators.rename_organisation(&actor.may(RenameOrganisation { organisation })?, COMPANY).await?;
    let token = NewToken { label: "demo".to_owned(), role: Role::Owner, expires_in_days: 365 };
    let issued = app.operators.create_token(&actor.may(CreateToken {})?, &token).await?;
    Ok(Notes { password, api_token: issued.text.expose().clone(), second: None, totp_secret: None })
}

/// Connects the tenant as one whose application the administrator registered.
async fn connect(app: &App, actor: &Actor, emulator: &Running) -> anyhow::Result<Tenant> {
    let features = [Feature::Users, Feature::Groups, Feature::TenantDetails, Feature::CredentialExpiry];
    let new = NewTenant {
        tenant: emulator.tenant_id.to_string(),
        cloud: CloudBody::Custom { login: emulator.base_url.clone(), graph: emulator.base_url.clone() },
        client_id: emulator.client_id,
        credential: NewCredential {
            secret: Some(Secret::from(emulator.client_secret.as_str())),
            ..NewCredential::default()
        },
        settings: TenantSettings {
            name: Some(COMPANY.to_owned()),
            features: Some(features.to_vec()),
            ..TenantSettings::default()
        },
    };
    let tenant = app.tenants.create_tenant(&actor.may(ConnectTenant {})?, &new).await?;
    if tenant.health.status != Status::Granted {
        bail!("the tenant's status is {}: {}", tenant.health.status, tenant.health.detail);
    }
    Ok(tenant)
}

/// Switches the sync on, and allows the first plan, which is always held.
async fn first_run(app: &App, actor: &Actor, source: SourceId) -> anyhow::Result<()> {
    let status = app.dirsync.get_source(&actor.may(ReadSync {})?, source).await?;
    if status.last_full_at.is_some() {
        return Ok(());
    }
    if status.kept.settings.mode != Mode::On {
        // Often, so that whoever plays with the local Entra sees it arrive.
        let settings = Settings { mode: Mode::On, delta_interval_minutes: 1, ..status.kept.settings };
        let may = actor.may(ChangeSettings { source })?;
        app.dirsync.put_settings(&may, status.kept.version, settings).await?;
    }
    let run = match status.open_run {
        Some(run) => run,
        None => match app.dirsync.start_run(&actor.may(StartRun { source })?, RunKind::Full, false).await {
            Ok(run) => run,
            // The clockwork was quicker.
            Err(dirsync::DirsyncError::RunUnderWay) => open_run(app, actor, source).await?,
            Err(error) => return Err(error.into()),
        },
    };
    let mut run = follow(app, actor, run.id).await?;
    if run.state == RunState::Held {
        note("the first plan is held, as it always is; allowing it");
        let may = actor.may(DecideRun { run: run.id })?;
        app.dirsync.approve_run(&may, &Part::All, Some("the demo's first plan".to_owned())).await?;
        run = follow(app, actor, run.id).await?;
    }
    match run.state {
        RunState::Done => Ok(()),
        other => bail!("the first run is {other}: {}", run.error_detail.unwrap_or_default()),
    }
}

/// Switches notifications of changes on, where this server has an address for them; whether it has.
async fn ask_to_be_told(app: &App, actor: &Actor, source: SourceId) -> anyhow::Result<bool> {
    let status = app.dirsync.get_source(&actor.may(ReadSync {})?, source).await?;
    let on = status.kept.settings.notifications;
    if app.config.dirsync.notification_base().is_none() {
        return Ok(false);
    }
    if !on {
        let settings = Settings { notifications: true, ..status.kept.settings };
        app.dirsync.put_settings(&actor.may(ChangeSettings { source })?, status.kept.version, settings).await?;
    }
    Ok(true)
}

/// Waits until the local Entra tells of changes, or has said why it does not: then the timer does.
async fn agreed(app: &App, actor: &Actor, source: SourceId) -> anyhow::Result<()> {
    let mut changes = app.store.changes();
    loop {
        let status = app.dirsync.get_source(&actor.may(ReadSync {})?, source).await?.notifications;
        match status {
            NotificationStatus { state: NotificationState::Beginning, .. } => {}
            NotificationStatus { state: NotificationState::Failing, error_detail, .. } => {
                note(&format!("it does not tell of changes: {}", error_detail.unwrap_or_default()));
                return Ok(());
            }
            _ => return Ok(()),
        }
        // A commit wakes us; where it is not announced, a look every half second is enough.
        let _ = tokio::time::timeout(Duration::from_millis(500), changes.changed()).await;
    }
}

async fn open_run(app: &App, actor: &Actor, source: SourceId) -> anyhow::Result<Run> {
    let status = app.dirsync.get_source(&actor.may(ReadSync {})?, source).await?;
    status.open_run.context("a run is under way")
}

/// Waits until a run has ended or is held.
async fn follow(app: &App, actor: &Actor, id: RunId) -> anyhow::Result<Run> {
    let mut changes = app.store.changes();
    let mut told = (RunState::Queued, 0);
    loop {
        let run = app.dirsync.get_run(&actor.may(ReadSync {})?, id).await?;
        if !run.state.open() || run.state == RunState::Held {
            return Ok(run);
        }
        let progress = (run.state, (run.progress.users + run.progress.applied) / 50_000);
        if progress != told {
            note(&format!(
                "{}: {} people read, {} changes written",
                run.state, run.progress.users, run.progress.applied
            ));
            told = progress;
        }
        // A commit wakes us; where it is not announced, a look every half second is enough.
        let _ = tokio::time::timeout(Duration::from_millis(500), changes.changed()).await;
    }
}
