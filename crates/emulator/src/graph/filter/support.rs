//! What Graph can filter, and with which parameters (Graph, advanced query capabilities on directory objects).

use super::super::error::GraphError;
use super::{Expr, Literal, Op, Path, Root, TextTest};
use crate::directory::Kind;
use crate::directory::property::{Shape, user};

/// How a property may be used in one kind of test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// Not at all.
    No,
    /// Always.
    Plain,
    /// With `ConsistencyLevel: eventual` and `$count=true`.
    Advanced,
}

use Level::{Advanced as A, No as N, Plain as D};

struct Row {
    names: &'static [&'static str],
    eq: Level,
    starts: Level,
    range: Level,
    null: Level,
}

const fn row(names: &'static [&'static str], eq: Level, starts: Level, range: Level, null: Level) -> Row {
    Row { names, eq, starts, range, null }
}

const USER: &[Row] = &[
    row(&["id"], D, N, N, N),
    row(&["accountEnabled", "externalUserState", "creationType", "ageGroup", "consentProvidedForMinor"], D, N, N, A),
    row(&["userType"], D, N, N, A),
    row(
        &[
            "displayName",
            "givenName",
            "surname",
            "jobTitle",
            "department",
            "city",
            "country",
            "state",
            "mail",
            "mailNickname",
            "usageLocation",
        ],
        D,
        D,
        N,
        A,
    ),
    row(&["userPrincipalName", "onPremisesUserPrincipalName"], D, D, N, N),
    row(&["createdDateTime"], D, N, D, A),
    row(&["onPremisesLastSyncDateTime"], D, N, D, N),
    row(&["employeeId"], D, D, N, A),
    row(&["employeeType"], A, N, N, A),
    row(&["employeeHireDate"], A, N, A, A),
    row(&["employeeOrgData", "passwordProfile", "showInAddressList"], A, N, N, A),
    row(
        &[
            "companyName",
            "mobilePhone",
            "officeLocation",
            "postalCode",
            "streetAddress",
            "faxNumber",
            "preferredLanguage",
        ],
        A,
        A,
        N,
        A,
    ),
    row(&["businessPhones"], A, A, N, N),
    row(&["proxyAddresses", "otherMails", "imAddresses"], D, D, N, N),
    row(&["assignedLicenses"], D, N, N, N),
    row(&["assignedPlans", "provisionedPlans"], A, N, N, N),
    row(&["identities"], D, D, N, D),
    row(&["onPremisesSyncEnabled", "onPremisesSecurityIdentifier"], D, N, N, A),
    row(&["onPremisesImmutableId"], D, N, N, N),
    row(&["onPremisesSamAccountName"], A, A, N, A),
    row(&["onPremisesExtensionAttributes"], A, N, N, A),
    row(&["signInActivity"], D, N, D, N),
    row(&["manager"], D, N, N, N),
    row(&["memberOf", "transitiveMemberOf", "directReports"], A, N, N, N),
    row(&["deletedDateTime"], D, N, D, A),
];

const GROUP: &[Row] = &[
    row(&["id"], D, N, N, N),
    row(&["displayName", "mail", "mailNickname"], D, D, N, A),
    row(&["securityEnabled", "mailEnabled", "isAssignableToRole", "hasMembersWithLicenseErrors"], D, N, N, N),
    row(&["groupTypes"], D, D, N, N),
    row(&["membershipRule", "classification"], D, D, N, N),
    row(&["onPremisesSyncEnabled", "onPremisesSecurityIdentifier"], D, N, N, A),
    row(&["onPremisesSamAccountName", "description", "preferredLanguage"], A, A, N, A),
    row(&["proxyAddresses", "resourceProvisioningOptions", "infoCatalogs"], D, D, N, N),
    row(&["renewedDateTime", "onPremisesLastSyncDateTime"], D, N, D, N),
    row(&["expirationDateTime"], A, N, A, N),
    row(&["uniqueName", "visibility"], A, N, N, N),
    row(&["assignedLicenses"], D, N, N, N),
    row(&["members", "memberOf", "owners", "transitiveMembers"], A, N, N, N),
    row(&["deletedDateTime"], D, N, D, A),
];

/// What `endsWith` works on.
const ENDS: &[&str] = &["mail", "userPrincipalName", "otherMails", "proxyAddresses"];

/// Refuses what Graph would refuse. `advanced`: the caller sent both parameters.
pub(crate) fn check(kind: Kind, expr: &Expr, advanced: bool) -> Result<(), GraphError> {
    Judge { kind, advanced }.judge(expr, None)
}

struct Judge {
    kind: Kind,
    advanced: bool,
}

impl Judge {
    /// `list`: the property whose elements the enclosing `any` walks.
    fn judge(&self, expr: &Expr, list: Option<&str>) -> Result<(), GraphError> {
        match expr {
            Expr::Or(parts) | Expr::And(parts) => parts.iter().try_for_each(|part| self.judge(part, list)),
            Expr::Not(inner) => {
                self.needs(A, "not", "")?;
                self.judge(inner, list)
            }
            Expr::Compare(path, op, literal) => self.compare(path, *op, literal, list),
            Expr::In(path, _) => {
                let name = self.name(path, list);
                self.needs(self.row(&name)?.eq, "in", &name)
            }
            Expr::Text(test, path, _) => self.text(*test, path, list),
            Expr::Any(path, inner) => {
                let name = self.name(path, list);
                let row = self.row(&name)?;
                match inner {
                    Some(inner) => self.judge(inner, Some(&name)),
                    None => self.needs(if row.eq == N { N } else { A }, "any", &name),
                }
            }
        }
    }

    fn compare(&self, path: &Path, op: Op, literal: &Literal, list: Option<&str>) -> Result<(), GraphError> {
        let name = self.name(path, list);
        let row = self.row(&name)?;
        if path.rest.last().is_some_and(|last| last == "$count") {
            return self.needs(A, "$count", &name);
        }
        if op == Op::Ne {
            self.needs(A, "ne", &name)?;
        }
        match (op, literal) {
            (Op::Eq | Op::Ne, Literal::Null) => self.needs(row.null, "eq", &name),
            (Op::Eq | Op::Ne, _) => self.needs(row.eq, "eq", &name),
            _ if row.range == N => Err(self.unsupported(&name)),
            (Op::Gt | Op::Lt, _) => self.needs(A, if op == Op::Gt { "gt" } else { "lt" }, &name),
            _ => self.needs(row.range, "ge", &name),
        }
    }

    fn text(&self, test: TextTest, path: &Path, list: Option<&str>) -> Result<(), GraphError> {
        let name = self.name(path, list);
        let row = self.row(&name)?;
        match test {
            TextTest::StartsWith => self.needs(row.starts, "startsWith", &name),
            TextTest::EndsWith => self.needs(if ENDS.contains(&name.as_str()) { A } else { N }, "endsWith", &name),
            TextTest::Contains => Err(GraphError::unsupported_query("Unsupported Query.")),
        }
    }

    fn needs(&self, level: Level, operator: &str, name: &str) -> Result<(), GraphError> {
        match level {
            D => Ok(()),
            A if self.advanced => Ok(()),
            // The operator is what the service complains about, unless it is the property that is not indexed.
            A if matches!(operator, "eq" | "in" | "ge" | "startsWith") => Err(self.unsupported(name)),
            A => Err(GraphError::unsupported_query(format!(
                "Operator '{operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information"
            ))),
            N => Err(self.unsupported(name)),
        }
    }

    fn unsupported(&self, name: &str) -> GraphError {
        let resource = match self.kind {
            Kind::User => "User",
            Kind::Group => "Group",
        };
        GraphError::unsupported_query(format!(
            "Unsupported or invalid query filter clause specified for property '{name}' of resource '{resource}'."
        ))
    }

    fn name(&self, path: &Path, list: Option<&str>) -> String {
        match &path.root {
            Root::Prop(prop) => self.kind.table()[usize::from(prop.0)].name.to_owned(),
            Root::Relation(name) => name.clone(),
            Root::Element => list.unwrap_or_default().to_owned(),
        }
    }

    fn row(&self, name: &str) -> Result<&'static Row, GraphError> {
        let table = match self.kind {
            Kind::User => USER,
            Kind::Group => GROUP,
        };
        table.iter().find(|row| row.names.contains(&name)).ok_or_else(|| self.unsupported(name))
    }
}

/// Whether a list may be sorted by the property: `None` when never, else whether only with both parameters.
pub(crate) fn sortable(kind: Kind, name: &str) -> Option<bool> {
    match (kind, name) {
        (_, "displayName") | (Kind::User, "userPrincipalName") => Some(false),
        _ => {
            let prop = crate::directory::property::find(kind.table(), name)?;
            let shape = kind.table()[usize::from(prop.0)].shape;
            (matches!(shape, Shape::Text | Shape::Moment) && prop != user::ID).then_some(true)
        }
    }
}
