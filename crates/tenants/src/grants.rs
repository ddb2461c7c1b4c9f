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
    Grant {
        name: "UserAuthenticationMethod.Read.All",
        app_role_id: uuid!("38d9df27-64da-44fd-b7c5-a6fbac20248f"),
        feature: Feature::OutOfBand,
        optional: true,
        reason: "reads the telephone numbers and mail addresses that people registered, to send codes there",
        without: "no code can be sent by mail, text message or call; every other factor works",
        wider: &["UserAuthenticationMethod.ReadWrite.All"],
    },
    Grant {
        name: "Policy.Read.All",
        app_role_id: uuid!("246dd0d5-5bd0-4def-940b-0421030a5b68"),
        feature: Feature::SecondFactor,
        optional: true,
        reason: "reads the method and the Conditional Access policies, for the doctor and the readiness report",
        without: "what stands in the way in Entra is found in Entra only; people prove themselves all the same",
        wider: &[],
    },
    Grant {
        name: "Policy.ReadWrite.AuthenticationMethod",
        app_role_id: uuid!("29c18626-4985-4dcd-85c0-193eef327366"),
        feature: Feature::SecondFactor,
        optional: true,
        reason: "makes the method in Entra, switched off, and enables it for a pilot group",
        without: "the method is made in Entra by hand; its values can be copied",
        wider: &[],
    },
    Grant {
        name: "Application.Read.All",
        app_role_id: uuid!("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"),
        feature: Feature::SecondFactor,
        optional: true,
        reason: "finds the method's application and its reply URLs",
        without: "a missing reply URL is found when the first sign-in fails",
        wider: &["Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    },
    Grant {
        name: "Organization.Read.All",
        app_role_id: uuid!("498476ce-e0fe-48b0-b801-37ba7e2685c6"),
        feature: Feature::SecondFactor,
        optional: true,
        reason: "reads whether the tenant's plan has Conditional Access",
        without: "a plan that is not enough is found in Entra only",
        wider: &["Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    },
    // What is read is not what is told of: Graph names this one for subscriptions to groups (Graph, create subscription).
    Grant {
        name: "Group.Read.All",
        app_role_id: uuid!("5b567255-7703-4780-807c-7be8301ae99b"),
        feature: Feature::ChangeNotifications,
        optional: true,
        reason: "lets Microsoft tell of changes of groups and of who is in them",
        without: "such changes are found when the timer reads",
        wider: &["Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    },
    Grant {
        name: "IdentityRiskyUser.Read.All",
        app_role_id: uuid!("dc5007c0-2d7d-4c42-879c-2dab87571379"),
        feature: Feature::Risk,
        optional: true,
        reason: "reads who is at risk, so that policies of the second factor can ask for it",
        without: "nobody's risk is known; what a policy makes of that, it says itself",
        wider: &["IdentityRiskyUser.ReadWrite.All"],
    },
    Grant {
        name: "UserAuthMethod-External.ReadWrite.All",
        app_role_id: uuid!("c7a22c2e-5b01-4129-8159-6c8be2c78f16"),
        feature: Feature::Registration,
        optional: true,
        reason: "registers people for the second factor on their behalf, and takes back what it registered",
        without: "people register themselves in Entra, with their first sign-in",
        wider: &["UserAuthenticationMethod.ReadWrite.All"],
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
