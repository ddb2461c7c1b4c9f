//! What Entra maps to what: one table of what we want, the schema made from it, and what is wrong with the one there is.
//!
//! Pure. The names of Graph's `synchronizationSchema` are in the section on synchronization of its metadata; attribute
//! names and expressions are those that Entra's administrators see.

use scim::schema::ResourceType;
use scim::{AttributePath, GROUP, USER};
use serde_json::{Value, json};

/// How much a mapping matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Without it the push does not do what it is for.
    Must,
    /// Who looks at people misses it.
    Good,
}

/// One mapping that we want.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Entra's attribute, or an expression.
    pub source: &'static str,
    /// Ours.
    pub target: &'static str,
    /// How much it matters.
    pub need: Need,
    /// Its precedence in matching; 0 is none.
    pub matching: u64,
    /// What goes wrong without it.
    pub without: &'static str,
}

const fn must(source: &'static str, target: &'static str, matching: u64, without: &'static str) -> Wanted {
    Wanted { source, target, need: Need::Must, matching, without }
}

const fn good(source: &'static str, target: &'static str) -> Wanted {
    Wanted { source, target, need: Need::Good, matching: 0, without: "" }
}

/// `active` is true unless Entra has blocked or deleted the user, or has taken the assignment away.
const ACTIVE: &str = r#"Switch([IsSoftDeleted], , "False", "True", "True", "False")"#;

/// What we want of users.
pub const USERS: &[Wanted] = &[
    must("userPrincipalName", "userName", 1, "no user can be matched or created"),
    must(ACTIVE, "active", 0, "who leaves stays active here"),
    must("objectId", "externalId", 0, "a user cannot be told from another who has the same name later"),
    good("displayName", "displayName"),
    good("givenName", "name.givenName"),
    good("surname", "name.familyName"),
    good("mail", r#"emails[type eq "work"].value"#),
    good("jobTitle", "title"),
    good("preferredLanguage", "preferredLanguage"),
    good("physicalDeliveryOfficeName", r#"addresses[type eq "work"].formatted"#),
    good("city", r#"addresses[type eq "work"].locality"#),
    good("country", r#"addresses[type eq "work"].country"#),
    good("telephoneNumber", r#"phoneNumbers[type eq "work"].value"#),
    good("mobile", r#"phoneNumbers[type eq "mobile"].value"#),
    good("employeeId", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber"),
    good("department", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"),
    good("manager", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"),
];

/// What we want of groups.
pub const GROUPS: &[Wanted] = &[
    must("displayName", "displayName", 1, "no group can be matched or created"),
    must(
        "objectId",
        "externalId",
        0,
        "a group that was deleted and made again under its name is taken for the old one",
    ),
    must("members", "members", 0, "groups stay empty"),
];

/// Something wrong with the mappings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Whether it breaks what the push is for.
    pub serious: bool,
    /// What was seen.
    pub detail: String,
    /// What to do.
    pub mend: String,
}

impl Fault {
    fn serious(detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { serious: true, detail: detail.into(), mend: mend.into() }
    }

    fn slight(detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { serious: false, detail: detail.into(), mend: mend.into() }
    }
}

/// Users or groups.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Entra's name of it.
    pub source: &'static str,
    /// In words.
    pub word: &'static str,
    /// Ours.
    pub resource: &'static ResourceType,
    /// The target object's name in a fresh schema.
    pub target: &'static str,
    /// What we want.
    pub wanted: &'static [Wanted],
}

/// What is provisioned.
pub static KINDS: [Kind; 2] = [
    Kind {
        source: "User",
        word: "users",
        resource: &USER,
        target: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        wanted: USERS,
    },
    Kind {
        source: "Group",
        word: "groups",
        resource: &GROUP,
        target: "urn:ietf:params:scim:schemas:core:2.0:Group",
        wanted: GROUPS,
    },
];

/// The mapping of one kind in a schema, and the id of the rule it stands in.
pub fn object_mapping<'v>(schema: &'v Value, source: &str) -> Option<(&'v str, &'v Value)> {
    let rules = schema["synchronizationRules"].as_array()?;
    rules.iter().find_map(|rule| {
        let found = rule["objectMappings"].as_array()?.iter().find(|mapping| is_of(mapping, source))?;
        Some((rule["id"].as_str().unwrap_or_default(), found))
    })
}

fn is_of(mapping: &Value, source: &str) -> bool {
    mapping["sourceObjectName"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(source))
}

/// What is wrong with the mapping of one kind, the worst first.
pub fn faults(schema: &Value, kind: &Kind) -> Vec<Fault> {
    let Some((_, mapping)) = object_mapping(schema, kind.source) else {
        let detail = format!("{} are not mapped at all", kind.word);
        return vec![Fault::serious(detail, "put the ready mapping in its place")];
    };
    if mapping["enabled"] == false {
        let name = if kind.source == "User" {
            "Provision Microsoft Entra ID Users"
        } else {
            "Provision Microsoft Entra ID Groups"
        };
        return vec![Fault::serious(
            format!("{} are not provisioned: their mapping is switched off", kind.word),
            format!("in Entra, under Provisioning > Mappings > {name}, set Enabled to Yes"),
        )];
    }
    let lines = mapping["attributeMappings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut faults = flows(mapping, kind);
    faults.extend(
        kind.wanted.iter().filter(|wanted| wanted.need == Need::Must).filter_map(|wanted| wrong(lines, wanted)),
    );
    faults.extend(matching(lines, kind));
    faults.extend(strangers(lines, kind));
    faults.sort_by_key(|fault| !fault.serious);
    faults
}

/// The actions that are switched off.
fn flows(mapping: &Value, kind: &Kind) -> Vec<Fault> {
    let flows = mapping["flowTypes"].as_str().unwrap_or("Add, Update, Delete").to_ascii_lowercase();
    let off = |name: &str| !flows.split(',').any(|flow| flow.trim() == name);
    let mend = |name: &str| format!("in the mapping's Target Object Actions, tick {name}");
    let mut faults = Vec::new();
    for (flow, name, serious, then) in [
        ("add", "Create", true, "new ones never arrive"),
        ("update", "Update", true, "changes never arrive, and who leaves stays active"),
        ("delete", "Delete", false, "who is deleted in Entra for good stays here, disabled"),
    ] {
        if off(flow) {
            let detail = format!("{name} is switched off for {}: {then}", kind.word);
            faults.push(Fault { serious, detail, mend: mend(name) });
        }
    }
    faults
}

fn wrong(lines: &[Value], wanted: &Wanted) -> Option<Fault> {
    let shown = if wanted.source == ACTIVE { "the expression on IsSoftDeleted" } else { wanted.source };
    let mend = format!("map {} from {shown}", wanted.target);
    let Some(line) = find(lines, wanted.target) else {
        return Some(Fault::serious(format!("{} is not mapped: {}", wanted.target, wanted.without), mend));
    };
    let source = expression(line);
    if line["flowType"] == "ObjectAddOnly" && wanted.target != "externalId" {
        let detail = format!("{} is sent only when an object is created: {}", wanted.target, wanted.without);
        return Some(Fault::serious(detail, format!("set Apply this mapping of {} to Always", wanted.target)));
    }
    let fits = match wanted.target {
        "active" => {
            let source = source.to_ascii_lowercase();
            source.contains("issoftdeleted") || source.contains("accountenabled")
        }
        // Any name that is unique in the tenant will do.
        "userName" | "displayName" => true,
        _ => bare(&source).eq_ignore_ascii_case(wanted.source),
    };
    (!fits).then(|| Fault::serious(format!("{} comes from {source}: {}", wanted.target, wanted.without), mend))
}

/// The attributes that Entra looks objects up by.
fn matching(lines: &[Value], kind: &Kind) -> Option<Fault> {
    let looked_up: &[&str] = if kind.source == "User" {
        &["userName", "externalId", "emails.value", "id"]
    } else {
        &["displayName", "externalId", "id"]
    };
    let used: Vec<String> = lines
        .iter()
        .filter(|line| line["matchingPriority"].as_u64().unwrap_or(0) > 0)
        .map(|line| plain(target(line)))
        .collect();
    let first = kind.wanted.first().map_or("", |wanted| wanted.target);
    if used.is_empty() {
        let detail = format!("nothing matches {}: Entra cannot find them again", kind.word);
        return Some(Fault::serious(detail, format!("match by {first}, precedence 1")));
    }
    let slow = used.iter().find(|name| !looked_up.iter().any(|fast| fast.eq_ignore_ascii_case(name)))?;
    let detail = format!("{} are matched by {slow}, which is not made for looking up", kind.word);
    Some(Fault::slight(detail, format!("match by one of {}", looked_up.join(", "))))
}

/// Targets that no schema of ours has.
fn strangers(lines: &[Value], kind: &Kind) -> Option<Fault> {
    let unknown: Vec<&str> =
        lines.iter().map(target).filter(|name| AttributePath::parse(kind.resource, &plain(name)).is_none()).collect();
    if unknown.is_empty() {
        return None;
    }
    let detail = format!("mapped to attributes that are not kept here: {}", unknown.join(", "));
    Some(Fault::slight(detail, "remove these mappings; what they send is ignored"))
}

/// How many mappings there are, and which of those that are good to have are missing.
pub fn summary(schema: &Value, kind: &Kind) -> (usize, Vec<&'static str>) {
    let lines = object_mapping(schema, kind.source).and_then(|(_, mapping)| mapping["attributeMappings"].as_array());
    let lines = lines.map(Vec::as_slice).unwrap_or_default();
    let missing = kind.wanted.iter().filter(|wanted| find(lines, wanted.target).is_none()).map(|wanted| wanted.target);
    (lines.len(), missing.collect())
}

fn find<'v>(lines: &'v [Value], wanted: &str) -> Option<&'v Value> {
    lines.iter().find(|line| target(line).eq_ignore_ascii_case(wanted))
}

fn target(line: &Value) -> &str {
    line["targetAttributeName"].as_str().unwrap_or_default()
}

fn expression(line: &Value) -> String {
    let source = &line["source"];
    let text = source["expression"].as_str().or_else(|| source["name"].as_str());
    text.unwrap_or_default().to_owned()
}

/// `[objectId]` as `objectId`.
fn bare(expression: &str) -> &str {
    expression.trim().trim_start_matches('[').trim_end_matches(']')
}

/// `emails[type eq "work"].value` as `emails.value`.
fn plain(target: &str) -> String {
    match (target.find('['), target.rfind(']')) {
        (Some(open), Some(close)) if open < close => format!("{}{}", &target[..open], &target[close + 1..]),
        _ => target.to_owned(),
    }
}

/// The mapping that we want, put into the schema of a job: all else in it stays as it is.
pub fn applied(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let Some(rules) = schema.get_mut("synchronizationRules").and_then(Value::as_array_mut) else { return ready() };
    for rule in rules {
        for mapping in rule.get_mut("objectMappings").and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(kind) = KINDS.iter().find(|kind| is_of(mapping, kind.source)) else { continue };
            mapping["enabled"] = json!(true);
            mapping["flowTypes"] = json!("Add, Update, Delete");
            mapping["attributeMappings"] = json!(kind.wanted.iter().map(attribute).collect::<Vec<_>>());
        }
    }
    schema
}

/// The mapping that we want, as a schema of its own.
pub fn ready() -> Value {
    let mappings = KINDS.iter().rev().map(|kind| {
        let name = if kind.source == "User" {
            "Provision Microsoft Entra ID Users"
        } else {
            "Provision Microsoft Entra ID Groups"
        };
        json!({
            "enabled": true, "flowTypes": "Add, Update, Delete", "name": name, "metadata": [], "scope": null,
            "sourceObjectName": kind.source, "targetObjectName": kind.target,
            "attributeMappings": kind.wanted.iter().map(attribute).collect::<Vec<_>>(),
        })
    });
    json!({
        "synchronizationRules": [{
            "name": "USER_OUTBOUND_USER", "priority": 1, "editable": true, "metadata": [],
            "sourceDirectoryName": "Azure Active Directory", "targetDirectoryName": "customappsso",
            "objectMappings": mappings.collect::<Vec<_>>(),
        }],
    })
}

fn attribute(wanted: &Wanted) -> Value {
    let source = match wanted.source.split_once('(') {
        Some((function, _)) => {
            json!({ "expression": wanted.source, "name": function, "type": "Function", "parameters": [] })
        }
        None => json!({
            "expression": format!("[{}]", wanted.source), "name": wanted.source, "type": "Attribute", "parameters": [],
        }),
    };
    json!({
        "targetAttributeName": wanted.target, "matchingPriority": wanted.matching, "defaultValue": null,
        "exportMissingReferences": false, "flowBehavior": "FlowWhenChanged", "flowType": "Always", "source": source,
    })
}

#[cfg(test)]
mod tests;
