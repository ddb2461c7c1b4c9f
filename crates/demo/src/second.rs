//! A second organisation, which the local Entra pushes a part of its people and groups to.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use emulator::directory::{Directory, Kind, Ref};
use emulator::provisioning::behaviour::Behaviour;
use emulator::provisioning::enterprise::{self, Filters, Order};
use emulator::provisioning::job::Ended;
use emulator::provisioning::{Job, cycle};
use emulator::{Running, Tenant};
use kernel::{Actor, OrganisationId, RequestId, Secret};
use operators::permissions::{CreateOperator, CreateOrganisation};
use provisioning::connections::NewConnection;
use provisioning::keys::NewKey;
use provisioning::permissions::{CreateConnection, CreateKey};
use serde::{Deserialize, Serialize};
use vestibule::App;

use crate::ready::note;

/// Who signs in there.
const OWNER: &str = "scim";
/// What it is called.
const COMPANY: &str = "Contoso, pushed by SCIM";
/// What the application is called in the local Entra.
const APPLICATION: &str = "Vestibule";
/// How many people are assigned to it, with those who come with a group.
const PEOPLE: u64 = 300;
/// How many groups.
const GROUPS: usize = 20;
/// Entra takes forty minutes; whoever watches does not.
const INTERVAL_SECONDS: u64 = 60;

/// What the demo must know of it again at its next start, and tells.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Second {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Who signs in.
    pub username: String,
    /// With which password.
    pub password: String,
    /// The secret token for tools; Entra has one of its own.
    pub token: String,
    /// Entra's.
    pub pushed_with: String,
}

/// Makes the organisation, its owner, a connection and two keys for it.
pub(crate) async fn create(app: &App, first: &Actor) -> anyhow::Result<Second> {
    let (organisation, _) = app.operators.create_organisation(&first.may(CreateOrganisation {})?, COMPANY).await?;
    let actor = Actor::system("demo", organisation.id, app.env.new_id::<RequestId>());
    let password = app.env.rng.token::<12>();
    app.operators.create_owner(&actor.may(CreateOperator {})?, OWNER, &Secret::from(password.as_str())).await?;
    let new = NewConnection { name: "Entra ID".to_owned(), ..NewConnection::default() };
    let connection = app.provisioning.create_connection(&actor.may(CreateConnection {})?, new).await?.id;
    let mut tokens = Vec::new();
    for label in ["Entra's provisioning", "tools"] {
        let new = NewKey { label: label.to_owned(), ..NewKey::default() };
        let issued = app.provisioning.create_key(&actor.may(CreateKey { connection })?, new).await?;
        tokens.push(issued.token().expose().clone());
    }
    let (Some(token), Some(pushed_with)) = (tokens.pop(), tokens.pop()) else { bail!("there are two keys") };
    Ok(Second { organisation: organisation.id, username: OWNER.to_owned(), password, token, pushed_with })
}

/// Has the local Entra push; returns when everybody has arrived. Its next cycles are its own.
pub(crate) async fn push(emulator: &Running, second: &Second, base_url: &str) -> anyhow::Result<()> {
    let tenant = emulator.world.tenant_by_id(emulator.tenant_id).context("the local tenant is gone")?;
    let job = match known(emulator, &tenant) {
        Some(job) => {
            job.with(|state| state.secrets.insert("BaseAddress".to_owned(), base_url.to_owned()));
            job
        }
        None => enterprise::set_up(&emulator.world, &tenant, &order(&tenant, second, base_url))?,
    };
    if job.with(|state| state.links.is_empty()) {
        note("pushing a part of it into a second organisation");
        first_cycle(emulator, &job).await?;
    }
    job.with(|state| state.start(emulator.world.clock.now()));
    Ok(())
}

/// The job of an earlier start.
fn known(emulator: &Running, tenant: &Tenant) -> Option<Arc<Job>> {
    let apps = tenant.apps();
    let named = |job: &Arc<Job>| {
        let principal = apps.service_principals.get(&job.principal_id);
        principal.is_some_and(|principal| principal.display_name == APPLICATION)
    };
    emulator.world.provisioning.all().into_iter().find(named)
}

fn order(tenant: &Tenant, second: &Second, base_url: &str) -> Order {
    Order {
        display_name: APPLICATION.to_owned(),
        target_url: base_url.to_owned(),
        token: second.pushed_with.clone(),
        oauth: None,
        filters: Filters::default(),
        external_id: "objectId".to_owned(),
        assign: whom(&tenant.directory()),
        behaviour: Behaviour { interval_seconds: INTERVAL_SECONDS, ..Behaviour::default() },
        start: false,
    }
}

/// Some groups of different names with their people, and further people until there are enough.
fn whom(directory: &Directory) -> Vec<String> {
    let (mut names, mut assigned) = (Vec::new(), Vec::new());
    // Nobody yet: the people that are live and are not.
    let mut people = directory.live(Kind::User) - directory.live(Kind::User);
    for group in directory.live(Kind::Group) {
        let members = directory.linked(group).0;
        let Some(name) = enterprise::name_of(directory, Ref::group(group)).map(|name| name.to_lowercase()) else {
            continue;
        };
        let fits = !members.is_empty() && (&people | members).len() <= PEOPLE && !names.contains(&name);
        if fits && names.len() < GROUPS {
            people |= members;
            names.push(name);
            assigned.push(directory.id(Ref::group(group)).to_string());
        }
    }
    let missing = usize::try_from(PEOPLE.saturating_sub(people.len())).unwrap_or(0);
    let further = directory.live(Kind::User).iter().filter(|user| !people.contains(*user)).take(missing);
    assigned.extend(further.map(|user| directory.id(Ref::user(user)).to_string()));
    assigned
}

async fn first_cycle(emulator: &Running, job: &Job) -> anyhow::Result<()> {
    let done = cycle::run(&emulator.world, job).await.map_err(anyhow::Error::msg)?;
    match (done.state, done.error) {
        (Ended::Failed, error) => bail!("nothing could be pushed: {error:?}"),
        (Ended::EntryLevelErrors, _) => note(&format!("{} objects could not be pushed", done.counts.failed)),
        (Ended::Succeeded, _) => {}
    }
    Ok(())
}
