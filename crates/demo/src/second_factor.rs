//! The second factor: the local Entra asks for it before its sample application, and sends people here to prove themselves.

use anyhow::{Context as _, bail};
use directory::{Order, ReadDirectory, StateName, UserFilter, UserSort};
use emulator::admin::apps::OptionalClaims;
use emulator::admin::{access, methods};
use emulator::world::Tenant;
use emulator::{Running, sample};
use kernel::{Actor, PageRequest, Secret};
use mfa::ProviderState;
use mfa::import::{ImportFormat, ImportRequest};
use mfa::permissions::{ChangeProvider, ImportFactors, ReadMfa};
use mfa::providers::{ProviderUpdate, ProviderView};
use serde_json::json;
use tenants::TenantId;
use uuid::Uuid;
use vestibule::App;

/// What people see it called where they choose how to prove themselves.
const METHOD: &str = "Vestibule";

/// What is told of the second factor.
#[derive(Debug, Clone)]
pub struct SecondFactor {
    /// Our side, with what was entered in the local Entra.
    pub provider: ProviderView,
    /// Where people look after what they prove themselves with.
    pub portal_url: String,
    /// An application that asks for a second factor.
    pub sample_url: String,
    /// What everybody signs in with first.
    pub password: String,
    /// Somebody who has an authenticator app.
    pub person: Person,
}

/// Somebody who has an authenticator app. Everybody else registers one within their first sign-in.
#[derive(Debug, Clone)]
pub struct Person {
    /// The object id.
    pub oid: Uuid,
    /// The user principal name.
    pub upn: String,
    /// The app's key, in base32.
    pub totp_secret: String,
}

/// A key for an authenticator app.
pub(crate) fn new_key(app: &App) -> String {
    // Thirty-two letters of five bits are the 160 bits that RFC 4226 §4 recommends.
    let bytes: [u8; 32] = app.env.rng.bytes();
    let letter = |byte: u8| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(byte % 32)]);
    bytes.into_iter().map(letter).collect()
}

/// Introduces both sides to each other, or finds that they know each other.
pub(crate) async fn set_up(
    app: &App,
    actor: &Actor,
    emulator: &Running,
    tenant: TenantId,
    key: &str,
) -> anyhow::Result<SecondFactor> {
    let local = emulator.world.tenant_by_id(emulator.tenant_id).context("the local tenant is gone")?;
    let known = local.methods().external.values().next().map(|method| method.app_id);
    let app_id = known.unwrap_or_else(|| emulator.world.guid());
    let provider = provider(app, actor, tenant, app_id).await?;
    for method in local.methods_mut().external.values_mut() {
        // Another port than last time.
        method.discovery_url.clone_from(&provider.discovery_url);
    }
    sample::ensure(&emulator.world, &local, &emulator.base_url);
    if known.is_none() {
        methods::add(&emulator.world, &local, &order(&provider, app_id)).map_err(|error| anyhow::anyhow!("{error}"))?;
        let sample = sample::client_id(emulator.tenant_id).to_string();
        let policy = json!({
            "display_name": "Second factor for the sample application", "state": "enabled", "apps": [sample],
            "grant": ["mfa"], "operator": "OR",
        });
        let policy = policy.as_object().cloned().unwrap_or_default();
        access::add(&emulator.world, &local, policy).map_err(|error| anyhow::anyhow!("{error}"))?;
    }
    open_portal(&local, emulator.client_id, app.mfa.portal_redirect_uri());
    let person = person(app, actor, tenant, key).await?;
    Ok(SecondFactor {
        provider,
        portal_url: format!("{}/me", app.config.url()),
        sample_url: format!("{}/sample?tenant={}", emulator.base_url, emulator.tenant_id),
        password: emulator.world.switches().default_password.clone(),
        person,
    })
}

/// Lets people come back to their portal from the local Entra, which tells when they signed in.
fn open_portal(local: &Tenant, client_id: Uuid, redirect_uri: String) {
    let mut apps = local.apps_mut();
    let Some(own) = apps.applications.get_mut(&client_id) else { return };
    if !own.redirect_uris.contains(&redirect_uri) {
        own.redirect_uris.push(redirect_uri);
    }
    let claims = OptionalClaims { id_token: vec!["auth_time".to_owned()], access_token: Vec::new() };
    own.optional_claims = claims.as_graph();
}

/// Our side: as it was at the last start, or new.
async fn provider(app: &App, actor: &Actor, tenant: TenantId, app_id: Uuid) -> anyhow::Result<ProviderView> {
    let all = app.mfa.list_providers(&actor.may(ReadMfa {})?).await?;
    let fits = |known: &ProviderView| known.tenant == tenant && known.app_id == app_id.to_string();
    if let Some(known) = all.into_iter().find(fits) {
        return Ok(known);
    }
    let update = ProviderUpdate {
        state: Some(ProviderState::On),
        app_id: Some(app_id.to_string()),
        ..ProviderUpdate::default()
    };
    Ok(app.mfa.put_provider(&actor.may(ChangeProvider { tenant })?, update).await?)
}

fn order(provider: &ProviderView, app_id: Uuid) -> methods::Order {
    methods::Order {
        display_name: METHOD.to_owned(),
        client_id: provider.client_id.clone(),
        discovery_url: provider.discovery_url.clone(),
        app_id: Some(app_id),
        reply_urls: vec![provider.authorization_endpoint.clone()],
        consented: true,
        enabled: true,
        groups: Vec::new(),
        exclude_groups: Vec::new(),
    }
}

/// Gives somebody an authenticator app, as an organisation does that comes from another product.
async fn person(app: &App, actor: &Actor, tenant: TenantId, key: &str) -> anyhow::Result<Person> {
    let filter = UserFilter { state: Some(StateName::Active), ..UserFilter::default() };
    let page = app
        .directory
        .list_users(&actor.may(ReadDirectory {})?, &filter, Order::ascending(UserSort::Name), &PageRequest::first(50))
        .await?;
    let member = page.items.into_iter().find_map(|user| {
        let name = user.attributes.user_principal_name.clone()?;
        (!name.contains("#EXT#")).then_some((user.object_id, name))
    });
    let (oid, upn) = member.context("nobody has arrived")?;
    let request = ImportRequest {
        format: ImportFormat::Csv,
        text: Secret::new(format!("object_id,label,secret,name,serial\n{oid},{upn},{key},Demo app,DEMO-1\n")),
        key: None,
        people: std::collections::BTreeMap::new(),
        skip_errors: false,
    };
    let report = app.mfa.import_factors(&actor.may(ImportFactors { tenant })?, &request).await?;
    if report.errors > 0 {
        bail!("the authenticator app cannot be imported: {:?}", report.lines);
    }
    Ok(Person { oid, upn, totp_secret: key.to_owned() })
}
