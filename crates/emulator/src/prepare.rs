//! The world an emulator starts with: one tenant with people, and one application ready to call Graph.

use std::time::Duration;

use anyhow::Context as _;
use kernel::Rng;
use uuid::Uuid;

use crate::apps::{Application, PasswordCredential, ResourceAccess, catalogue, grant};
use crate::config::Options;
use crate::directory::{Directory, Spec, generate_from};
use crate::world::{Tenant, World};

const DAY: Duration = Duration::from_hours(24);

/// What was prepared.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The tenant.
    pub tenant_id: Uuid,
    /// The application.
    pub client_id: Uuid,
    /// Its secret.
    pub client_secret: String,
}

/// Makes the tenant and the application. The same options make the same ids, names and secret.
pub fn prepare(world: &World, options: &Options) -> anyhow::Result<Prepared> {
    let tenant_id = options.tenant_id.unwrap_or_else(|| world.guid());
    let client_id = options.client_id.unwrap_or_else(|| world.guid());
    let client_secret = options.client_secret.clone().unwrap_or_else(|| new_secret(&world.rng));
    let tenant = new_tenant(world, tenant_id, &options.organisation, &options.domain);
    tenant.set_license(options.license);
    *tenant.directory_mut() = people(world, &tenant, options.seed, options.users, options.groups);
    let application = prepared_application(world, options, client_id, &client_secret)?;
    let roles: Vec<Uuid> = application.required_access.iter().map(|access| access.id).collect();
    tenant.apps_mut().applications.insert(client_id, application.clone());
    if options.consented {
        grant::consent(world, &tenant, tenant_id, &application, &roles);
    }
    world.add_tenant(tenant);
    Ok(Prepared { tenant_id, client_id, client_secret })
}

/// A tenant with Microsoft Graph in it and nothing else.
pub fn new_tenant(world: &World, id: Uuid, name: &str, domain: &str) -> Tenant {
    let now = world.clock.now();
    let label = domain.split('.').next().unwrap_or("contoso");
    let mut domains = vec![domain.to_owned()];
    if !domain.ends_with(".onmicrosoft.com") {
        domains.push(format!("{label}.onmicrosoft.com"));
    }
    let tenant = Tenant::new(id, name, domains, now.minus(DAY * 1_200));
    grant::install_graph(world, &mut tenant.apps_mut(), tenant.created);
    *tenant.directory_mut() = Directory::empty(world.seed, tenant.domains.clone());
    tenant
}

/// A generated directory for a tenant.
pub fn people(world: &World, tenant: &Tenant, seed: u64, users: usize, groups: usize) -> Directory {
    let domains = tenant.domains.clone();
    generate_from(&Spec { seed, users, groups, domains, cyclic: false, now: world.clock.now() })
}

/// A secret in the shape of the service's: three characters, `8Q~`, the rest.
pub fn new_secret(rng: &Rng) -> String {
    let text: String = rng.token::<36>().replace('-', "_");
    format!("{}8Q~{}", &text[..3], &text[3..37])
}

/// A registration without permissions or credentials.
pub fn new_application(world: &World, app_id: Uuid, name: &str) -> Application {
    Application {
        id: world.guid(),
        app_id,
        display_name: name.to_owned(),
        created: world.clock.now(),
        sign_in_audience: "AzureADMultipleOrgs".to_owned(),
        from_template: false,
        public_client: false,
        identifier_uris: Vec::new(),
        scopes: Vec::new(),
        redirect_uris: Vec::new(),
        spa_redirect_uris: Vec::new(),
        public_redirect_uris: Vec::new(),
        logout_url: None,
        id_token_enabled: false,
        optional_claims: serde_json::Value::Null,
        token_version: None,
        required_access: Vec::new(),
        passwords: Vec::new(),
        keys: Vec::new(),
    }
}

/// A secret valid from now for so many days.
pub fn new_password(world: &World, label: Option<&str>, secret: String, days: u32) -> PasswordCredential {
    let now = world.clock.now();
    PasswordCredential {
        key_id: world.guid(),
        display_name: label.map(str::to_owned),
        secret,
        start: now.minus(Duration::from_mins(5)),
        end: now.plus(DAY * days),
    }
}

/// Reads names of application permissions.
pub fn access(names: &[String]) -> anyhow::Result<Vec<ResourceAccess>> {
    names
        .iter()
        .map(|name| {
            let role =
                catalogue::role_by_value(name).with_context(|| format!("there is no application permission {name}"))?;
            Ok(ResourceAccess { id: role.id, kind: "Role".to_owned() })
        })
        .collect()
}

fn prepared_application(world: &World, options: &Options, app_id: Uuid, secret: &str) -> anyhow::Result<Application> {
    let mut application = new_application(world, app_id, "Prepared application");
    application.redirect_uris.clone_from(&options.redirect_uris);
    application.required_access = access(&options.permissions)?;
    application.passwords.push(new_password(world, Some("prepared"), secret.to_owned(), 365));
    Ok(application)
}
