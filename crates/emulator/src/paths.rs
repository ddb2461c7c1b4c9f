//! Graph's paths are case-insensitive and take keys in parentheses; the router's are neither. Rewrites one into the other.
//!
//! `/v1.0/Users('a@b.c')` becomes `/v1.0/users/a@b.c`, `/v1.0/servicePrincipals(appId='x')` becomes
//! `/v1.0/servicePrincipals/appId=x`, `/users/microsoft.graph.delta()` becomes `/users/delta`.

use http::Uri;
use http::uri::PathAndQuery;

/// Segments with one spelling in the router. Anything else (ids, names) is left as it came.
const NAMES: &[&str] = &[
    "$batch",
    "$count",
    "$ref",
    "$metadata",
    "users",
    "groups",
    "directoryObjects",
    "directory",
    "deletedItems",
    "members",
    "transitiveMembers",
    "memberOf",
    "transitiveMemberOf",
    "owners",
    "manager",
    "directReports",
    "transitiveReports",
    "delta",
    "restore",
    "getByIds",
    "checkMemberGroups",
    "getMemberGroups",
    "checkMemberObjects",
    "getMemberObjects",
    "revokeSignInSessions",
    "servicePrincipals",
    "appRoleAssignments",
    "appRoleAssignedTo",
    "oauth2PermissionGrants",
    "applications",
    "addPassword",
    "removePassword",
    "addKey",
    "removeKey",
    "organization",
    "domains",
    "subscriptions",
    "reauthorize",
    "subscribedSkus",
    "devices",
    "me",
    "v1.0",
    "beta",
    "microsoft.graph.user",
    "microsoft.graph.group",
    "microsoft.graph.servicePrincipal",
    "microsoft.graph.application",
    "microsoft.graph.device",
    "microsoft.graph.directoryRole",
    "microsoft.graph.administrativeUnit",
    "validateProperties",
    "assignLicense",
    "synchronization",
    "jobs",
    "templates",
    "secrets",
    "schema",
    "start",
    "pause",
    "restart",
    "validateCredentials",
    "provisionOnDemand",
    "auditLogs",
    "signIns",
    "identity",
    "conditionalAccess",
    "policies",
    "namedLocations",
    "authenticationContextClassReferences",
    "identityProtection",
    "riskyUsers",
    "authenticationMethodsPolicy",
    "authenticationMethodConfigurations",
    "authentication",
    "methods",
    "passwordMethods",
    "phoneMethods",
    "emailMethods",
    "externalAuthenticationMethods",
    "fido2Methods",
    "softwareOathMethods",
    "microsoftAuthenticatorMethods",
    "windowsHelloForBusinessMethods",
    "temporaryAccessPassMethods",
    "platformCredentialMethods",
    "confirmCompromised",
    "dismiss",
    "confirmSafe",
    "provisioning",
    "applicationTemplates",
    "instantiate",
];

/// The same address with its Graph path in the router's spelling; other addresses are left alone.
pub fn canonical(uri: &Uri) -> Uri {
    let path = uri.path();
    if !is_graph(path) {
        return uri.clone();
    }
    let mut rewritten = String::with_capacity(path.len());
    for segment in path.split('/').skip(1) {
        push_segment(&mut rewritten, segment);
    }
    if let Some(query) = uri.query() {
        rewritten.push('?');
        rewritten.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    match rewritten.parse::<PathAndQuery>() {
        Ok(path_and_query) => parts.path_and_query = Some(path_and_query),
        Err(_) => return uri.clone(),
    }
    Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
}

/// Whether a path belongs to Graph: it begins with a version.
pub fn is_graph(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    first.eq_ignore_ascii_case("v1.0") || first.eq_ignore_ascii_case("beta")
}

fn push_segment(path: &mut String, segment: &str) {
    let (name, key) = split_key(segment);
    let name = spelled(name.strip_suffix("()").unwrap_or(name));
    let name = match name {
        "microsoft.graph.delta" => "delta",
        other => other.strip_prefix("microsoft.graph.").filter(|rest| is_action(rest)).unwrap_or(other),
    };
    path.push('/');
    path.push_str(name);
    if let Some(key) = key {
        path.push('/');
        path.push_str(&key);
    }
}

/// `microsoft.graph.getByIds` is the long form of an action; `microsoft.graph.user` is a cast and stays.
fn is_action(name: &str) -> bool {
    !matches!(
        name,
        "user" | "group" | "servicePrincipal" | "application" | "device" | "directoryRole" | "administrativeUnit"
    ) && NAMES.contains(&name)
}

fn spelled(name: &str) -> &str {
    NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)).copied().unwrap_or(name)
}

/// Splits `users('x')` into `users` and `x`, `servicePrincipals(appId='x')` into the name and `appId=x`.
fn split_key(segment: &str) -> (&str, Option<String>) {
    let plain = (segment, None);
    let Some((name, rest)) = split_paren(segment) else { return plain };
    let Some(inner) = rest.strip_suffix(')').or_else(|| rest.strip_suffix("%29")) else { return plain };
    if inner.is_empty() {
        return (name, None);
    }
    let quoted = inner.replace("%27", "'").replace("%3D", "=").replace("%3d", "=");
    let key = match quoted.split_once('=') {
        Some((key, value)) if !key.contains('\'') => format!("{key}={}", unquoted(value)),
        _ => unquoted(&quoted),
    };
    (name, Some(key))
}

fn split_paren(segment: &str) -> Option<(&str, &str)> {
    segment.split_once('(').or_else(|| segment.split_once("%28")).filter(|(name, _)| !name.is_empty())
}

fn unquoted(text: &str) -> String {
    let text = text.strip_prefix('\'').unwrap_or(text);
    text.strip_suffix('\'').unwrap_or(text).replace("''", "'")
}

#[cfg(test)]
mod tests {
    use http::Uri;

    use super::canonical;

    fn check(path: &str, expected: &str) {
        let uri: Uri = path.parse().expect("a path");
        assert_eq!(canonical(&uri).to_string(), expected, "{path}");
    }

    #[test]
    fn graph_paths_are_spelled_one_way() {
        check("/v1.0/Users?$top=5", "/v1.0/users?$top=5");
        check("/v1.0/users('ada@contoso.com')", "/v1.0/users/ada@contoso.com");
        check("/v1.0/users(%27$ada@contoso.com%27)/memberof", "/v1.0/users/$ada@contoso.com/memberOf");
        check("/beta/servicePrincipals(appId='x-1')?$select=id", "/beta/servicePrincipals/appId=x-1?$select=id");
        check("/v1.0/users/microsoft.graph.delta()?$select=id", "/v1.0/users/delta?$select=id");
        check("/v1.0/users/delta()", "/v1.0/users/delta");
        check("/v1.0/groups/g/members/microsoft.graph.user", "/v1.0/groups/g/members/microsoft.graph.user");
        check("/v1.0/directoryObjects/microsoft.graph.getByIds", "/v1.0/directoryObjects/getByIds");
        check("/contoso.com/OAuth2/v2.0/token", "/contoso.com/OAuth2/v2.0/token");
    }
}
