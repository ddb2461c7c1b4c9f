//! Which Graph permissions the chosen features need: the least of them, as data.
//!
//! Ids are Graph's app role ids, the same in every tenant and cloud. Nothing here asks anybody.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::Feature;

/// One permission that a feature needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Its name: `User.Read.All`.
    pub name: &'static str,
    /// Its id among Graph's app roles.
    pub app_role_id: Uuid,
    /// For what.
    pub feature: Feature,
    /// Sync goes on without it.
    pub optional: bool,
    /// Why it is needed.
    pub reason: &'static str,
    /// What does not work without it.
    pub without: &'static str,
    /// Wider permissions that do as well.
    pub wider: &'static [&'static str],
}

/// Everything a feature may need.
pub const GRANTS: &[Grant] = &[
    Grant {
        name: "User.Read.All",
        app_role_id: uuid!("df021288-bdef-4463-88db-98f22de89214"),
        feature: Feature::Users,
        optional: false,
        reason: "reads users, their managers, and the recycle bin that tells a deleted user from a missing one",
        without: "no user can be read: sync stops and nothing is removed",
        wider: &["User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    },
    Grant {
        name: "GroupMember.Read.All",
        app_role_id: uuid!("98830695-27a2-44f7-8c18-0c3ebc9698f6"),
        feature: Feature::Groups,
        optional: false,
        reason: "reads groups and who is in them",
        without: "groups and memberships stay as they are; users go on",
        wider: &[
            "Group.Read.All",
            "Group.ReadWrite.All",
            "GroupMember.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    },
    Grant {
        name: "Member.Read.Hidden",
        app_role_id: uuid!("658aa5d8-239f-45c4-aa12-864f4fc7e490"),
        feature: Feature::HiddenMembers,
        optional: false,
        reason: "reads the members of groups whose membership is hidden",
        without: "groups with hidden membership look empty",
        wider: &[],
    },
    Grant {
        name: "Application.Read.All",
        app_role_id: uuid!("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"),
        feature: Feature::CredentialExpiry,
        optional: true,
        reason: "reads when the application's own secrets and certificates end",
        without: "the end of a client secret has to be entered by hand",
        wider: &[
            "Application.ReadWrite.OwnedBy",
            "Application.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    },
    Grant {
        name: "Organization.Read.All",
        app_role_id: uuid!("498476ce-e0fe-48b0-b801-37ba7e2685c6"),
        feature: Feature::TenantDetails,
        optional: true,
        reason: "reads the tenant's name and its verified domains",
        without: "the tenant's name and domains are not filled in by themselves",
        wider: &["Domain.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    },
    Grant {
        name: "Synchronization.ReadWrite.All",
        app_role_id: uuid!("9b50c33d-700f-43b1-b2eb-87e89b703581"),
        feature: Feature::Provisioning,
        optional: true,
        reason: "reads, mends and starts Entra's provisioning jobs",
        without: "a provisioning job can be looked at and started in Entra only; what is pushed is taken all the same",
        wider: &[],
    },
    Grant {
        name: "Application.Read.All",
        app_role_id: uuid!("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"),
        feature: Feature::Provisioning,
        optional: true,
        reason: "finds the enterprise application that pushes, and who is assigned to it",
        without: "the enterprise application cannot be checked",
        wider: &["Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    },
];

/// What is granted, held against what is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Needed and not granted.
    pub missing: Vec<&'static Grant>,
    /// Granted and not needed.
    pub superfluous: Vec<String>,
}

/// A permission as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantView {
    /// Its name: `User.Read.All`.
    pub name: &'static str,
    /// Its id among Graph's app roles.
    pub app_role_id: Uuid,
    /// For what.
    pub feature: Feature,
    /// Sync goes on without it.
    pub optional: bool,
    /// Why it is needed.
    pub reason: &'static str,
    /// What does not work without it.
    pub without: &'static str,
    /// Whether the last token has it, or a wider one; absent when there was no token yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<bool>,
}

impl Grant {
    /// Whether these roles are enough.
    pub fn is_met_by(&self, roles: &[String]) -> bool {
        roles.iter().any(|role| role == self.name || self.wider.contains(&role.as_str()))
    }

    /// As it is shown, held against the roles of a token.
    pub fn view(&self, roles: Option<&[String]>) -> GrantView {
        GrantView {
            name: self.name,
            app_role_id: self.app_role_id,
            feature: self.feature,
            optional: self.optional,
            reason: self.reason,
            without: self.without,
            granted: roles.map(|roles| self.is_met_by(roles)),
        }
    }
}

/// The least list for these features. What serves several of them is named once, for the first.
pub fn needed(features: &[Feature]) -> Vec<&'static Grant> {
    let mut list: Vec<&Grant> = Vec::new();
    for grant in GRANTS.iter().filter(|grant| features.contains(&grant.feature)) {
        if !list.iter().any(|other| other.name == grant.name) {
            list.push(grant);
        }
    }
    list
}

/// Names what is missing and what is too much.
///
/// A wider permission that stands in for a needed one is named as too much all the same: the narrow one would do.
pub fn compare(features: &[Feature], roles: &[String]) -> Comparison {
    let needed = needed(features);
    let superfluous =
        roles.iter().filter(|role| !needed.iter().any(|grant| grant.name == role.as_str())).cloned().collect();
    let missing = needed.into_iter().filter(|grant| !grant.is_met_by(roles)).collect();
    Comparison { missing, superfluous }
}

#[cfg(test)]
mod tests;
