//! Whether a policy is about a situation: every condition that is set must hold, and exclusion wins.

use serde_json::Value;
use uuid::Uuid;

use super::Access;
use super::place::is_in;
use super::policy::texts;
use super::situation::Situation;

/// The role template of Global Administrator: who is privileged here, is one.
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// Whether the policy is about it.
pub fn hold(access: &Access, policy: &Value, situation: &Situation<'_>) -> bool {
    let conditions = &policy["conditions"];
    users(&conditions["users"], situation)
        && applications(&conditions["applications"], situation)
        && level(&conditions["userRiskLevels"], &situation.risk.level)
        && level(&conditions["signInRiskLevels"], &situation.risk.sign_in_level)
        && locations(access, &conditions["locations"], situation)
        && platforms(&conditions["platforms"], situation.system)
        && texts(&conditions["clientAppTypes"]).iter().any(|kind| kind == "all" || kind == situation.client)
        && conditions["devices"]["deviceFilter"]["mode"] != "include"
        && ["clientApplications", "authenticationFlows", "insiderRiskLevels"]
            .iter()
            .all(|name| conditions[name].is_null())
}

fn users(users: &Value, situation: &Situation<'_>) -> bool {
    let named = |prefix: &str| {
        let person = situation.person;
        let id = person.id.to_string();
        let listed = texts(&users[format!("{prefix}Users")]).iter().any(|name| match name.as_str() {
            "All" => true,
            "GuestsOrExternalUsers" => person.guest,
            other => other.eq_ignore_ascii_case(&id),
        });
        let groups = texts(&users[format!("{prefix}Groups")]);
        let grouped = groups.iter().filter_map(|id| id.parse().ok()).any(|id| person.groups.contains(&id));
        let ruling =
            person.admin && texts(&users[format!("{prefix}Roles")]).iter().any(|role| role == GLOBAL_ADMINISTRATOR);
        let visiting = person.guest && guests(&users[format!("{prefix}GuestsOrExternalUsers")]);
        listed || grouped || ruling || visiting
    };
    named("include") && !named("exclude")
}

/// Guests here are all of one kind.
fn guests(kinds: &Value) -> bool {
    kinds["guestOrExternalUserTypes"].as_str().is_some_and(|kinds| {
        kinds.split(',').any(|kind| matches!(kind.trim(), "b2bCollaborationGuest" | "internalGuest"))
    })
}

fn applications(applications: &Value, situation: &Situation<'_>) -> bool {
    let asked = |name: &str, has: &dyn Fn(&str) -> bool| texts(&applications[name]).iter().any(|one| has(one));
    if let Some(action) = situation.action {
        return asked("includeUserActions", &|one| one == action);
    }
    let named = |list: &str, app: &Uuid| asked(list, &|one| one == "All" || one.eq_ignore_ascii_case(&app.to_string()));
    let context = |one: &str| situation.contexts.iter().any(|asked| asked == one);
    // The client may be excluded and the API it asks for not.
    let target = |app: &Uuid| named("includeApplications", app) && !named("excludeApplications", app);
    asked("includeAuthenticationContextClassReferences", &context) || situation.targets.iter().any(target)
}

fn level(wanted: &Value, level: &str) -> bool {
    let wanted = texts(wanted);
    wanted.is_empty() || wanted.iter().any(|one| one == level)
}

fn locations(access: &Access, locations: &Value, situation: &Situation<'_>) -> bool {
    locations.is_null()
        || (is_in(access, &texts(&locations["includeLocations"]), situation.address)
            && !is_in(access, &texts(&locations["excludeLocations"]), situation.address))
}

fn platforms(platforms: &Value, system: Option<&str>) -> bool {
    let named = |name: &str| texts(&platforms[name]).iter().any(|one| one == "all" || Some(one.as_str()) == system);
    platforms.is_null() || (named("includePlatforms") && !named("excludePlatforms"))
}
