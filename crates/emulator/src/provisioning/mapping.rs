//! Attribute mappings: which source value goes where. The default set is Entra's for SCIM applications.

use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::filter::Filter;
use super::path::AttributePath;

/// The enterprise extension.
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The function that turns the source's state into `active`.
pub const SWITCH_ACTIVE: &str = r#"Switch([IsSoftDeleted], , "False", "True", "True", "False")"#;

/// What is provisioned, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Users.
    pub users: ObjectMapping,
    /// Groups.
    pub groups: ObjectMapping,
}

/// The mappings of one kind of object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectMapping {
    /// Whether objects of the kind are provisioned at all.
    pub enabled: bool,
    /// Whether new objects are created.
    pub create: bool,
    /// Whether changes are sent.
    pub update: bool,
    /// Whether objects are deleted or disabled.
    pub delete: bool,
    /// Who of those assigned is in scope.
    #[serde(default)]
    pub filter: Filter,
    /// The attributes.
    pub attributes: Vec<AttributeMapping>,
}

/// One attribute mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeMapping {
    /// The target attribute.
    pub target: String,
    /// The source expression.
    pub expression: String,
    /// Its precedence in matching; 0 is none.
    #[serde(default)]
    pub matching: u32,
    /// Sent when an object is created and never again.
    #[serde(default)]
    pub only_on_create: bool,
}

/// A mapping ready to work.
#[derive(Debug, Clone)]
pub struct Flow {
    /// The target attribute.
    pub path: AttributePath,
    /// The source.
    pub source: Expression,
    /// Its precedence in matching; 0 is none.
    pub matching: u32,
    /// Sent when an object is created and never again.
    pub only_on_create: bool,
}

impl Flow {
    /// Whether it carries a reference, which is written in a later pass.
    pub fn is_reference(&self) -> bool {
        matches!(&self.source, Expression::Attribute(name) if name == "manager" || name == "members")
    }
}

impl ObjectMapping {
    /// Makes the mappings ready; says what is wrong with the first that is.
    pub fn compile(&self) -> Result<Vec<Flow>, String> {
        let flow = |mapping: &AttributeMapping| {
            Ok(Flow {
                path: AttributePath::parse(&mapping.target)?,
                source: Expression::parse(&mapping.expression)?,
                matching: mapping.matching,
                only_on_create: mapping.only_on_create,
            })
        };
        self.attributes.iter().map(flow).collect()
    }

    fn of(attributes: Vec<AttributeMapping>) -> Self {
        Self { enabled: true, create: true, update: true, delete: true, filter: Filter::default(), attributes }
    }
}

impl Schema {
    /// The default set, with the source attribute that becomes a user's `externalId`: `mailNickname` unless an
    /// administrator chose `objectId`.
    pub fn usual(external_id: &str) -> Self {
        let enterprise = |name: &str| format!("{ENTERPRISE}:{name}");
        let mut users = vec![AttributeMapping { matching: 1, ..direct("userPrincipalName", "userName") }];
        users.push(mapping(SWITCH_ACTIVE, "active"));
        users.extend(DIRECT.iter().map(|(source, target)| direct(source, target)));
        users.insert(8, mapping(r#"Join(" ", [givenName], [surname])"#, "name.formatted"));
        users.push(direct(external_id, "externalId"));
        users.push(direct("employeeId", &enterprise("employeeNumber")));
        users.push(direct("department", &enterprise("department")));
        users.push(direct("manager", &enterprise("manager")));
        let groups = vec![
            AttributeMapping { matching: 1, ..direct("displayName", "displayName") },
            direct("objectId", "externalId"),
            direct("members", "members"),
        ];
        Self { users: ObjectMapping::of(users), groups: ObjectMapping::of(groups) }
    }
}

const DIRECT: [(&str, &str); 15] = [
    ("displayName", "displayName"),
    ("jobTitle", "title"),
    ("mail", r#"emails[type eq "work"].value"#),
    ("preferredLanguage", "preferredLanguage"),
    ("givenName", "name.givenName"),
    ("surname", "name.familyName"),
    ("physicalDeliveryOfficeName", r#"addresses[type eq "work"].formatted"#),
    ("streetAddress", r#"addresses[type eq "work"].streetAddress"#),
    ("city", r#"addresses[type eq "work"].locality"#),
    ("state", r#"addresses[type eq "work"].region"#),
    ("postalCode", r#"addresses[type eq "work"].postalCode"#),
    ("country", r#"addresses[type eq "work"].country"#),
    ("telephoneNumber", r#"phoneNumbers[type eq "work"].value"#),
    ("mobile", r#"phoneNumbers[type eq "mobile"].value"#),
    ("facsimileTelephoneNumber", r#"phoneNumbers[type eq "fax"].value"#),
];

fn direct(source: &str, target: &str) -> AttributeMapping {
    mapping(&format!("[{source}]"), target)
}

fn mapping(expression: &str, target: &str) -> AttributeMapping {
    AttributeMapping {
        target: target.to_owned(),
        expression: expression.to_owned(),
        matching: 0,
        only_on_create: false,
    }
}
