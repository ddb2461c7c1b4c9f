//! Who may import whom. Arrows point down only, and never sideways between rooms.
//!
//! What ships and what only tests use are counted apart.

use toml::Table;

use super::Breach;
use crate::repository::Repository;

/// The floors from the ground up.
const GROUND: &[&str] = &["kernel"];
const WIRE: &[&str] = &["graph", "mail", "oidc", "passkeys", "scim", "ssf"];
const SERVICES: &[&str] = &["store", "web"];
/// In their fixed order: each may import those before it.
const HALL: &[&str] = &["signals", "tenants", "directory"];
const ROOMS: &[&str] =
    &["dirsync", "provisioning", "mfa", "segmentation", "gateway", "response", "customers", "operators"];

/// Dependencies that stay behind few doors, and those doors.
const ADDRESSES: &[(&str, &[&str])] = &[
    ("sqlx", &["store", "testkit"]),
    ("rusqlite", &["store"]),
    ("askama", &["pages", "emulator"]),
    ("rust-embed", &["pages"]),
    ("roaring", &["directory", "emulator"]),
    ("argon2", &["operators"]),
    ("lettre", &["mail"]),
    ("webauthn-rs", &["passkeys"]),
    ("jsonwebtoken", &["oidc", "emulator"]),
    ("clap", &["vestibule", "demo", "emulator", "agent", "e2e", "xtask"]),
    ("anyhow", &["vestibule", "demo", "emulator", "agent", "testkit", "e2e", "xtask"]),
];

/// Arrows of what ships.
pub fn shipped(repository: &Repository) -> Vec<Breach> {
    breaches(repository, "dependencies", may_ship)
}

/// Arrows of what only tests use.
pub fn tests(repository: &Repository) -> Vec<Breach> {
    breaches(repository, "dev-dependencies", may_test)
}

/// Heavy dependencies away from their address.
pub fn addresses(repository: &Repository) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (name, manifest) in repository.crates() {
        for dependency in imports(manifest, "dependencies").chain(imports(manifest, "dev-dependencies")) {
            let address = ADDRESSES.iter().find(|(heavy, _)| *heavy == dependency);
            if let Some((_, doors)) = address.filter(|(_, doors)| !doors.contains(&name.as_str())) {
                breaches
                    .push(Breach::new(format!("{name} -> {dependency}"), format!("belongs in {}", doors.join(", "))));
            }
        }
    }
    breaches
}

fn breaches(repository: &Repository, section: &str, may: fn(&str, &str) -> bool) -> Vec<Breach> {
    let crates = repository.crates();
    let mut breaches = Vec::new();
    for (from, manifest) in crates {
        for to in imports(manifest, section).filter(|to| crates.contains_key(*to) && !may(from, to)) {
            breaches.push(Breach::new(format!("{from} -> {to}"), "this arrow does not point down"));
        }
    }
    breaches
}

fn imports<'a>(manifest: &'a Table, section: &str) -> impl Iterator<Item = &'a str> {
    manifest.get(section).and_then(toml::Value::as_table).into_iter().flat_map(|table| table.keys().map(String::as_str))
}

fn may_ship(from: &str, to: &str) -> bool {
    let below = |floors: &[&[&str]]| floors.iter().any(|floor| floor.contains(&to));
    match from {
        "kernel" | "xtask" => false,
        "graph" => to == "oidc" || below(&[GROUND]),
        "emulator" => below(&[GROUND]),
        "testkit" => below(&[GROUND, SERVICES]),
        "pages" => to == "web" || below(&[GROUND, HALL, ROOMS]),
        "vestibule" => to == "pages" || below(&[GROUND, WIRE, SERVICES, HALL, ROOMS]),
        "demo" => matches!(to, "vestibule" | "pages" | "emulator") || below(&[GROUND, WIRE, SERVICES, HALL, ROOMS]),
        "e2e" => to != "xtask",
        _ if WIRE.contains(&from) || SERVICES.contains(&from) => below(&[GROUND]),
        _ if HALL.contains(&from) => below(&[GROUND, WIRE, SERVICES]) || stands_before(from, to),
        _ if ROOMS.contains(&from) => below(&[GROUND, WIRE, SERVICES, HALL]),
        // A newcomer says where it stands first.
        _ => false,
    }
}

fn may_test(from: &str, to: &str) -> bool {
    let floor_of = |name| [GROUND, WIRE, SERVICES, HALL, ROOMS].iter().position(|floor| floor.contains(&name));
    if may_ship(from, to) {
        return true;
    }
    match (floor_of(from), floor_of(to)) {
        (Some(above), None) => above > 2 && to == "testkit",
        (None, None) => matches!(from, "pages" | "vestibule" | "demo") && to == "testkit",
        // Pages are shown against the real services, which need a store.
        (None, Some(_)) => from == "pages",
        _ => false,
    }
}

fn stands_before(from: &str, to: &str) -> bool {
    let place = |name| HALL.iter().position(|hall| *hall == name);
    matches!((place(to), place(from)), (Some(to), Some(from)) if to < from)
}
