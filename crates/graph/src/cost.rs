//! What a request costs in Graph's resource units (throttling limits of the identity and access service).

use reqwest::Method;

/// Resource units and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Resource units.
    pub units: u32,
    /// Writes, counted apart.
    pub writes: u32,
}

impl Cost {
    /// The cost of one request by its path below the version and its query.
    pub fn of(method: &Method, path: &str, query: &str) -> Self {
        let mut units = base(path);
        if query.contains("$expand=") || query.contains("%24expand=") {
            units += 1;
        }
        if query.contains("$select=") || query.contains("%24select=") {
            units -= 1;
        }
        if top(query).is_some_and(|top| top < 20) {
            units -= 1;
        }
        let write = !matches!(*method, Method::GET | Method::HEAD);
        Self { units: u32::try_from(units.max(1)).unwrap_or(1), writes: u32::from(write) }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { units: self.units + other.units, writes: self.writes + other.writes }
    }
}

fn base(path: &str) -> i32 {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let collection = segments.next().unwrap_or_default();
    match (collection, segments.next(), segments.next()) {
        // Microsoft's own membership tool budgets five units for a delta page.
        ("users" | "groups", Some("delta" | "microsoft.graph.delta"), _)
        | ("groups", Some(_), Some("transitiveMembers")) => 5,
        (_, Some(_), Some("checkMemberGroups" | "checkMemberObjects")) => 4,
        ("groups", Some(_), Some("members")) | ("directoryObjects", Some("getByIds"), _) | ("subscribedSkus", ..) => 3,
        ("users" | "applications", None, _)
        | (
            _,
            Some(_),
            Some(
                "memberOf"
                | "transitiveMemberOf"
                | "getMemberGroups"
                | "getMemberObjects"
                | "appRoleAssignments"
                | "oauth2PermissionGrants",
            ),
        ) => 2,
        _ => 1,
    }
}

fn top(query: &str) -> Option<u32> {
    let after = query.split_once("$top=").or_else(|| query.split_once("%24top="))?.1;
    after.split('&').next()?.parse().ok()
}
