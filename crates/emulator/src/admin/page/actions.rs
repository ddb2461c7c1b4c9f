//! What the page's forms do. Each ends where it began, with a sentence.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use super::{doors, push};
use crate::World;
use crate::admin::control::{self, ClockOrder};
use crate::admin::tenants::{Regenerate, live_on, people_again};
use crate::admin::{AdminError, apps, people, tenant};
use crate::directory::{Author, GroupDeletion, Kind};
use crate::faults::{BodyShape, Kind as Fault, NewRule};
use crate::prepare::{new_password, new_secret};
use crate::world::Tenant;

pub(super) type Fields = BTreeMap<String, String>;

/// `POST /emulator/do/{what}`.
pub async fn act(State(world): State<Arc<World>>, Path(what): Path<String>, Form(fields): Form<Fields>) -> Response {
    let back = fields.get("back").filter(|back| back.starts_with("/emulator/tenants/")).map_or("/", String::as_str);
    let outcome = match what.strip_prefix("push-") {
        Some(what) => push::act(&world, what, &fields).await,
        None => run(&world, &what, &fields),
    };
    let (name, said) = match outcome {
        Ok(said) => ("done", said),
        Err(error) => ("failed", error.to_string()),
    };
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, &said).finish();
    Redirect::to(&format!("{back}?{query}")).into_response()
}

fn run(world: &World, what: &str, fields: &Fields) -> Result<String, AdminError> {
    match what {
        "clock" => clock(world, fields),
        "fault" => add_fault(world, fields),
        "clear-fault" => {
            world.faults.remove(number(fields, "id").unwrap_or_default());
            Ok("The fault is cleared.".to_owned())
        }
        "clear-faults" => {
            world.faults.clear();
            Ok("Every fault is cleared.".to_owned())
        }
        "switches" => switches(world, fields),
        "reset" => {
            control::calm(world);
            Ok("Everything is calm again.".to_owned())
        }
        "roll-keys" => {
            control::roll(world, fields.contains_key("drop_old"))?;
            Ok("A new key signs from now on.".to_owned())
        }
        _ => in_tenant(world, what, fields),
    }
}

fn in_tenant(world: &World, what: &str, fields: &Fields) -> Result<String, AdminError> {
    let tenant = tenant(world, field(fields, "tenant"))?;
    match what {
        "license" => {
            tenant.set_license(field(fields, "license").parse().map_err(AdminError::Invalid)?);
            Ok("The licence is changed.".to_owned())
        }
        "live" => {
            let done = live_on(world, &tenant, number(fields, "steps").unwrap_or(1), None);
            Ok(format!("{} changes: {}", done.len(), done.into_iter().take(5).collect::<Vec<_>>().join(" ")))
        }
        "regenerate" => {
            let count = |name| number(fields, name).unwrap_or_default();
            let order = Regenerate {
                seed: number(fields, "seed"),
                users: count("users"),
                groups: count("groups"),
                cyclic: false,
            };
            people_again(world, &tenant, &order);
            Ok("Everybody is replaced.".to_owned())
        }
        _ if what.starts_with("door-") => doors::act(world, what.trim_start_matches("door-"), fields),
        _ if what.starts_with("app-") => with_app(world, &tenant, what, fields),
        _ => with_people(world, &tenant, what, fields),
    }
}

fn with_app(world: &World, tenant: &Tenant, what: &str, fields: &Fields) -> Result<String, AdminError> {
    let client: Uuid = field(fields, "client").parse().map_err(|_| AdminError::NotFound("application".to_owned()))?;
    let permission: Vec<String> =
        fields.get("permission").filter(|name| !name.is_empty()).cloned().into_iter().collect();
    let said = match what {
        "app-enable" => apps::enable(tenant, client, true).map(|()| "The application is enabled."),
        "app-disable" => apps::enable(tenant, client, false).map(|()| "The application is disabled."),
        "app-consent" => apps::consent(world, tenant, client, &permission).map(|()| "Consent is granted."),
        "app-withdraw" => apps::withdraw(tenant, client, &permission).map(|()| "Consent is withdrawn."),
        "app-expire" => apps::expire_all(world, client).map(|()| "Every secret has expired."),
        "app-secret" => add_secret(world, tenant, client).map(|()| "There is a new secret."),
        "app-uninstall" => {
            tenant.apps_mut().remove_principal_of(client);
            Ok("The application is gone from this tenant.")
        }
        other => Err(AdminError::NotFound(format!("action {other}"))),
    };
    said.map(str::to_owned)
}

fn add_secret(world: &World, tenant: &Tenant, client: Uuid) -> Result<(), AdminError> {
    let password = new_password(world, Some("by hand"), new_secret(&world.rng), 365);
    let mut apps = tenant.apps_mut();
    let app = apps.applications.get_mut(&client).ok_or_else(|| AdminError::NotFound("registration here".to_owned()))?;
    app.passwords.push(password);
    Ok(())
}

fn with_people(world: &World, tenant: &Tenant, what: &str, fields: &Fields) -> Result<String, AdminError> {
    let now = world.clock.now();
    let mut directory = tenant.directory_mut();
    if what == "user-create" {
        let body =
            json!({ "displayName": field(fields, "name"), "userPrincipalName": field(fields, "principal_name") });
        people::add_user(&mut directory, body.as_object().cloned().unwrap_or_default(), now)?;
        return Ok("The user is made.".to_owned());
    }
    let kind = if what.starts_with("group-") { Kind::Group } else { Kind::User };
    let ordinal = people::find(&directory, kind, field(fields, "id"))?.ordinal;
    let enable = |enabled: bool| Map::from_iter([("accountEnabled".to_owned(), Value::Bool(enabled))]);
    let said = match what {
        "user-enable" => {
            directory.patch_user(ordinal, &enable(true), Author::Service, now).map(|_| "The user is enabled.")?
        }
        "user-disable" => {
            directory.patch_user(ordinal, &enable(false), Author::Service, now).map(|_| "The user is disabled.")?
        }
        "user-delete" => {
            directory.delete_user(ordinal, now);
            "The user is deleted and can be restored."
        }
        "user-purge" => {
            directory.purge_user(ordinal, now);
            "The user is gone for good."
        }
        "user-restore" => directory.restore_user(ordinal, None, now).map(|()| "The user is back.")?,
        "group-delete" => {
            directory.delete_group(ordinal, GroupDeletion::Soft, now);
            "The group is deleted and can be restored."
        }
        "group-restore" => directory.restore_group(ordinal, now).map(|()| "The group is back.")?,
        other => return Err(AdminError::NotFound(format!("action {other}"))),
    };
    Ok(said.to_owned())
}

fn clock(world: &World, fields: &Fields) -> Result<String, AdminError> {
    let mut order = ClockOrder { advance_seconds: number(fields, "advance_seconds"), ..ClockOrder::default() };
    if let Some(text) = fields.get("now").filter(|text| !text.is_empty()) {
        let moment = kernel::Timestamp::parse(&format!("{text}:00Z"));
        order.now = Some(moment.map_err(|_| AdminError::Invalid(format!("{text} is not a time")))?);
    }
    match field(fields, "do") {
        "freeze" => order.frozen = Some(true),
        "run" => order.frozen = Some(false),
        "reset" => order.reset = true,
        _ => {}
    }
    control::move_clock(world, &order);
    Ok("The clock is set.".to_owned())
}

fn add_fault(world: &World, fields: &Fields) -> Result<String, AdminError> {
    let optional = |name: &str| fields.get(name).filter(|text| !text.is_empty()).cloned();
    let (label, fault) = fault_of(field(fields, "kind"))?;
    world.faults.add(NewRule {
        fault,
        label: Some(label.to_owned()),
        method: optional("method"),
        path: optional("path"),
        tenant: None,
        count: number(fields, "count"),
        skip: number(fields, "skip").unwrap_or_default(),
        probability: number(fields, "percent").map_or(1.0, |percent: f64| (percent / 100.0).clamp(0.0, 1.0)),
    });
    Ok(format!("From now on: {label}."))
}

fn fault_of(kind: &str) -> Result<(&'static str, Fault), AdminError> {
    let status = |status, body| Fault::Status { status, body, code: None, message: None };
    Ok(match kind {
        "throttle" => ("429 with Retry-After: 5", Fault::Throttle { retry_after_seconds: Some(5) }),
        "throttle-silent" => ("429 without Retry-After", Fault::Throttle { retry_after_seconds: None }),
        "500" => ("500 with an error in JSON", status(500, BodyShape::Json)),
        "503" => ("503 with an error in JSON", status(503, BodyShape::Json)),
        "502-html" => ("502 with a gateway's HTML page", status(502, BodyShape::Html)),
        "504-empty" => ("504 without a body", status(504, BodyShape::Empty)),
        "forbidden" => ("403", Fault::Forbidden),
        "latency" => ("answers three seconds late", Fault::Latency { millis: 3_000 }),
        "truncate" => ("half of the body", Fault::Truncate { keep_percent: 50, abort: false }),
        "abort" => ("the connection cut in the middle of the body", Fault::Truncate { keep_percent: 50, abort: true }),
        "reset" => ("the connection closed without an answer", Fault::Reset),
        "empty" => ("lists that look empty", Fault::EmptyPage { keep_links: false }),
        other => return Err(AdminError::Invalid(format!("{other} is no fault"))),
    })
}

/// The form holds every switch; a box that is not ticked is not sent.
fn switches(world: &World, fields: &Fields) -> Result<String, AdminError> {
    let now = serde_json::to_value(world.switches()).unwrap_or_default();
    let mut patch = Map::new();
    for (name, value) in now.as_object().cloned().unwrap_or_default() {
        let wanted = match value {
            Value::Bool(_) => Value::Bool(fields.contains_key(&name)),
            Value::String(text) => Value::String(fields.get(&name).cloned().unwrap_or(text)),
            _ => match fields.get(&name) {
                Some(text) => {
                    serde_json::from_str(text).map_err(|_| AdminError::Invalid(format!("{text} is not a number")))?
                }
                None => continue,
            },
        };
        patch.insert(name, wanted);
    }
    control::change_switches(world, patch)?;
    Ok("The switches are set.".to_owned())
}

pub(super) fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map(String::as_str).unwrap_or_default()
}

fn number<T: std::str::FromStr>(fields: &Fields, name: &str) -> Option<T> {
    fields.get(name)?.parse().ok()
}
