//! Tenants, their licence and their generated people.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AdminError, tenant};
use crate::directory::{Draw, Kind, Spec, generate_from, life};
use crate::prepare::new_tenant;
use crate::world::{License, Tenant, World};

/// `GET tenants`.
pub async fn list(State(world): State<Arc<World>>) -> Json<Vec<Value>> {
    Json(world.tenants().iter().map(|tenant| shown(tenant)).collect())
}

/// `GET tenants/{tenant}`.
pub async fn read(State(world): State<Arc<World>>, Path(name): Path<String>) -> Result<Json<Value>, AdminError> {
    Ok(Json(shown(&*tenant(&world, &name)?)))
}

/// A new tenant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTenant {
    /// The organisation's name.
    display_name: String,
    /// The default domain.
    domain: String,
    /// The tenant id; drawn when none is given.
    id: Option<Uuid>,
    /// The licence.
    #[serde(default)]
    license: License,
    /// How many people to generate.
    #[serde(default)]
    users: usize,
    /// How many groups to generate.
    #[serde(default)]
    groups: usize,
}

/// `POST tenants`.
pub async fn create(
    State(world): State<Arc<World>>,
    Json(new): Json<NewTenant>,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let id = new.id.unwrap_or_else(|| world.guid());
    if world.tenant_by_id(id).is_some() || world.tenant(&new.domain).is_some() {
        return Err(AdminError::Invalid("another tenant has this id or domain".to_owned()));
    }
    let tenant = new_tenant(&world, id, &new.display_name, &new.domain);
    tenant.set_license(new.license);
    let order = Regenerate { users: new.users, groups: new.groups, ..Regenerate::default() };
    people_again(&world, &tenant, &order);
    let tenant = world.add_tenant(tenant);
    Ok((StatusCode::CREATED, Json(shown(&tenant))))
}

/// What may change on a tenant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantPatch {
    /// The licence.
    license: Option<License>,
}

/// `PATCH tenants/{tenant}`.
pub async fn update(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(patch): Json<TenantPatch>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    if let Some(license) = patch.license {
        tenant.set_license(license);
    }
    Ok(Json(shown(&tenant)))
}

/// `DELETE tenants/{tenant}`: decommissioned; its login answers that there is no such tenant.
pub async fn remove(State(world): State<Arc<World>>, Path(name): Path<String>) -> Result<StatusCode, AdminError> {
    let tenant = tenant(&world, &name)?;
    world.remove_tenant(tenant.id);
    Ok(StatusCode::NO_CONTENT)
}

/// Another generated directory.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Regenerate {
    /// The seed; the world's own when none is given.
    pub seed: Option<u64>,
    /// How many people.
    pub users: usize,
    /// How many groups.
    pub groups: usize,
    /// Let two groups hold each other.
    pub cyclic: bool,
}

/// `POST tenants/{tenant}/regenerate`: everybody is replaced. Delta links of before mean nothing afterwards.
pub async fn regenerate(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(order): Json<Regenerate>,
) -> Result<Json<Value>, AdminError> {
    let tenant = tenant(&world, &name)?;
    people_again(&world, &tenant, &order);
    Ok(Json(shown(&tenant)))
}

/// Replaces everybody.
pub fn people_again(world: &World, tenant: &Tenant, order: &Regenerate) {
    let spec = Spec {
        seed: order.seed.unwrap_or(world.seed),
        users: order.users,
        groups: order.groups,
        domains: tenant.domains.clone(),
        cyclic: order.cyclic,
        now: world.clock.now(),
    };
    let mut directory = generate_from(&spec);
    directory.set_origin(u64::from_le_bytes(world.rng.bytes()));
    *tenant.directory_mut() = directory;
}

/// What `POST live` is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveOrder {
    /// How many everyday changes to make.
    steps: usize,
    /// Chance for them; the clock when none is given.
    seed: Option<u64>,
}

/// `POST tenants/{tenant}/live`: some everyday changes; tells what happened.
pub async fn live(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Json(order): Json<LiveOrder>,
) -> Result<Json<Vec<String>>, AdminError> {
    let tenant = tenant(&world, &name)?;
    Ok(Json(live_on(&world, &tenant, order.steps, order.seed)))
}

/// Makes some everyday changes.
pub fn live_on(world: &World, tenant: &Tenant, steps: usize, seed: Option<u64>) -> Vec<String> {
    let now = world.clock.now();
    let mut draw = Draw::new(seed.unwrap_or_else(|| now.micros().unsigned_abs()));
    let mut directory = tenant.directory_mut();
    (0..steps.min(100_000)).filter_map(|_| life::step(&mut directory, &mut draw, now)).collect()
}

/// A tenant in a few words.
pub fn shown(tenant: &Tenant) -> Value {
    let directory = tenant.directory();
    let apps = tenant.apps();
    json!({
        "id": tenant.id, "display_name": tenant.display_name, "default_domain": tenant.default_domain,
        "domains": tenant.domains, "created": tenant.created, "license": tenant.license(),
        "users": directory.live(Kind::User).len(), "groups": directory.live(Kind::Group).len(),
        "deleted_users": directory.deleted(Kind::User).len(), "deleted_groups": directory.deleted(Kind::Group).len(),
        "applications": apps.applications.len(), "service_principals": apps.service_principals.len(),
    })
}
