//! The page: everything the admin API can do most often, by hand. Server-rendered, forms only, no script.

mod actions;
mod doors;
mod push;
mod switch_words;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde::Deserialize;
use serde_json::Value;

use super::people::{ListQuery, list};
use super::{AdminError, tenant};
use crate::World;
use crate::apps::catalogue;
use crate::directory::Kind;
use crate::faults::Rule;
use crate::links::Links;
use crate::requests::{Counters, Entry};
use crate::world::Tenant;
use doors::{MethodRow, PolicyRow, SignInRow, method_rows, policy_rows, sign_in_rows};
use push::{JobRow, job_rows};
use switch_words::{SwitchRow, switch_rows};

const STYLE: &str = include_str!("../../assets/style.css");
/// No script at all; styles from here only.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// How many people and requests one page shows.
const SHOWN: usize = 50;

/// The page and its forms.
pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/", get(home))
        .route("/emulator", get(home))
        .route("/emulator/style.css", get(style))
        .route("/emulator/submit.js", get(submit))
        .route("/emulator/tenants/{tenant}", get(tenant_page))
        .route("/emulator/do/{what}", post(actions::act))
}

async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

/// The one script: pages of the sign-in that hand a form to somebody else post it themselves.
async fn submit() -> Response {
    ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], crate::sign_in::page::SUBMIT).into_response()
}

/// What a form left to say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Notice {
    done: Option<String>,
    failed: Option<String>,
    search: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/home.html")]
struct Home {
    now: String,
    frozen: bool,
    shifted: bool,
    base: String,
    seed: u64,
    tenants: Vec<TenantRow>,
    faults: Vec<FaultRow>,
    switches: Vec<SwitchRow>,
    counters: Counters,
    requests: Vec<RequestRow>,
    keys: Vec<String>,
    notice: Notice,
}

struct TenantRow {
    id: String,
    name: String,
    domain: String,
    license: String,
    users: u64,
    groups: u64,
    deleted: u64,
}

struct FaultRow {
    id: u64,
    what: String,
    whom: String,
    left: String,
    hits: u64,
}

struct RequestRow {
    entry: Entry,
    at: String,
    class: &'static str,
    millis: String,
}

#[derive(Template)]
#[template(path = "admin/tenant.html")]
struct TenantPage {
    tenant: TenantRow,
    authority: String,
    graph: String,
    apps: Vec<AppRow>,
    jobs: Vec<JobRow>,
    policies: Vec<PolicyRow>,
    methods: Vec<MethodRow>,
    sign_ins: Vec<SignInRow>,
    password: String,
    permissions: Vec<&'static str>,
    users: Vec<PersonRow>,
    deleted: Vec<PersonRow>,
    groups: Vec<GroupRow>,
    search: String,
    notice: Notice,
}

struct AppRow {
    client_id: String,
    name: String,
    installed: bool,
    enabled: bool,
    permissions: Vec<String>,
    secrets: Vec<SecretRow>,
    ours: bool,
}

struct SecretRow {
    secret: String,
    end: String,
    expired: bool,
}

struct PersonRow {
    id: String,
    name: String,
    principal_name: String,
    enabled: bool,
    guest: bool,
}

struct GroupRow {
    id: String,
    name: String,
    members: u64,
    deleted: bool,
}

async fn home(State(world): State<Arc<World>>, links: Links, Query(notice): Query<Notice>) -> Response {
    let setting = world.clock.setting();
    rendered(&Home {
        now: minute(&world.clock.now().to_string()),
        frozen: setting.frozen_at.is_some(),
        shifted: setting.offset_micros != 0,
        base: links.base().to_owned(),
        seed: world.seed,
        tenants: world.tenants().iter().map(|tenant| tenant_row(tenant)).collect(),
        faults: world.faults.list().iter().map(fault_row).collect(),
        switches: switch_rows(&world.switches()),
        counters: world.requests.counters(),
        requests: world.requests.last(SHOWN).into_iter().map(request_row).collect(),
        keys: world.keys().all().iter().map(|key| key.kid.clone()).collect(),
        notice,
    })
}

async fn tenant_page(
    State(world): State<Arc<World>>,
    links: Links,
    Path(name): Path<String>,
    Query(notice): Query<Notice>,
) -> Result<Response, AdminError> {
    let tenant = tenant(&world, &name)?;
    let search = notice.search.clone().unwrap_or_default();
    let query = |deleted: bool| ListQuery { search: Some(search.clone()), deleted, skip: 0, limit: Some(SHOWN) };
    let apps = app_rows(&world, &tenant);
    let directory = tenant.directory();
    let users = list(&directory, Kind::User, &query(false)).iter().map(person_row).collect();
    let deleted = list(&directory, Kind::User, &query(true)).iter().map(person_row).collect();
    let groups = [false, true].into_iter().flat_map(|gone| list(&directory, Kind::Group, &query(gone)));
    let groups = groups.map(|group| group_row(&group)).collect();
    drop(directory);
    Ok(rendered(&TenantPage {
        tenant: tenant_row(&tenant),
        authority: links.authority(&tenant.id.to_string()),
        graph: links.graph("v1.0", ""),
        apps,
        jobs: job_rows(&world, &tenant),
        policies: policy_rows(&tenant),
        methods: method_rows(&tenant),
        sign_ins: sign_in_rows(&world, &tenant),
        password: world.switches().default_password,
        permissions: catalogue::ROLES.iter().map(|role| role.value).collect(),
        users,
        deleted,
        groups,
        search,
        notice,
    }))
}

fn rendered(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => ([(CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

// === rows ===

fn tenant_row(tenant: &Tenant) -> TenantRow {
    let directory = tenant.directory();
    TenantRow {
        id: tenant.id.to_string(),
        name: tenant.display_name.clone(),
        domain: tenant.default_domain.clone(),
        license: format!("{:?}", tenant.license()),
        users: directory.live(Kind::User).len(),
        groups: directory.live(Kind::Group).len(),
        deleted: directory.deleted(Kind::User).len(),
    }
}

fn fault_row(rule: &Rule) -> FaultRow {
    let spec = &rule.spec;
    let method = spec.method.as_deref().unwrap_or("any request");
    let path = spec.path.as_deref().unwrap_or("any path");
    FaultRow {
        id: rule.id,
        what: spec.label.clone().unwrap_or_else(|| serde_json::to_string(&spec.fault).unwrap_or_default()),
        whom: format!("{method}, {path}"),
        left: spec.count.map_or_else(|| "until cleared".to_owned(), |count| count.to_string()),
        hits: rule.hits,
    }
}

fn request_row(entry: Entry) -> RequestRow {
    let class = match entry.status {
        200..=399 => "good",
        400..=499 => "warn",
        _ => "bad",
    };
    let millis = format!("{}.{}", entry.micros / 1_000, entry.micros % 1_000 / 100);
    RequestRow { at: second(&entry.at.to_string()), class, millis, entry }
}

fn app_rows(world: &World, tenant: &Tenant) -> Vec<AppRow> {
    let now = world.clock.now();
    let apps = tenant.apps().clone();
    let registered = apps.applications.values().map(|app| (app.app_id, app.display_name.clone()));
    let installed =
        apps.service_principals.values().map(|principal| (principal.app_id, principal.display_name.clone()));
    let mut all: Vec<_> = registered.chain(installed).filter(|(id, _)| *id != catalogue::GRAPH_APP_ID).collect();
    all.sort();
    all.dedup_by_key(|(id, _)| *id);
    all.into_iter()
        .map(|(client_id, name)| {
            let principal = apps.principal_of(client_id);
            let app = apps.applications.get(&client_id);
            let secrets = app.map(|app| app.passwords.as_slice()).unwrap_or_default();
            AppRow {
                client_id: client_id.to_string(),
                name,
                installed: principal.is_some(),
                enabled: principal.is_some_and(|principal| principal.enabled),
                permissions: principal.map(|principal| apps.graph_roles(principal.id, now)).unwrap_or_default(),
                secrets: secrets
                    .iter()
                    .map(|password| SecretRow {
                        secret: password.secret.clone(),
                        end: minute(&password.end.to_string()),
                        expired: password.end <= now,
                    })
                    .collect(),
                ours: app.is_some(),
            }
        })
        .collect()
}

fn person_row(user: &Value) -> PersonRow {
    PersonRow {
        id: text(user, "id"),
        name: text(user, "displayName"),
        principal_name: text(user, "userPrincipalName"),
        enabled: user["accountEnabled"] == true,
        guest: user["userType"] == "Guest",
    }
}

fn group_row(group: &Value) -> GroupRow {
    let count = |name: &str| group[name].as_u64().unwrap_or_default();
    GroupRow {
        id: text(group, "id"),
        name: text(group, "displayName"),
        members: count("user_members") + count("group_members"),
        deleted: group["state"] == "deleted",
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// `2026-01-09 02:02` out of RFC 3339.
fn minute(moment: &str) -> String {
    moment.chars().take(16).collect::<String>().replace('T', " ")
}

/// `02:02:12` out of RFC 3339.
fn second(moment: &str) -> String {
    moment.chars().skip(11).take(8).collect()
}
