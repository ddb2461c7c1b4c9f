//! The application permissions of Microsoft Graph: ids and names are the same in every tenant.
//!
//! Source: the published permission catalogue (2026-08). A permission that is not here cannot be granted.

use uuid::{Uuid, uuid};

/// The application id of Microsoft Graph.
pub const GRAPH_APP_ID: Uuid = uuid!("00000003-0000-0000-c000-000000000000");

/// The tenant most first-party applications are registered in.
pub const MICROSOFT_TENANT: Uuid = uuid!("f8cdef31-a31e-4b4a-93e4-5f571e91255a");

/// The role `User` that enterprise applications made from a template publish.
pub const USER_ROLE: Uuid = uuid!("18d14569-c3bd-439b-9a66-3a2aee01d14f");

/// One application permission of Microsoft Graph.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// Its id.
    pub id: Uuid,
    /// Its name, as in the `roles` claim.
    pub value: &'static str,
}

/// The permission of that id.
pub fn role_by_id(id: Uuid) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.id == id)
}

/// The permission of that name.
pub fn role_by_value(value: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.value == value)
}

const fn role(value: &'static str, id: Uuid) -> Role {
    Role { id, value }
}

/// Every permission, by name.
pub const ROLES: &[Role] = &[
    role("AppRoleAssignment.ReadWrite.All", uuid!("06b708a9-e830-4db3-a914-8e69da51d44f")),
    role("Application.Read.All", uuid!("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30")),
    role("Application.ReadWrite.All", uuid!("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9")),
    role("Application.ReadWrite.OwnedBy", uuid!("18a4783c-866b-4cc7-a460-3d5e5662c884")),
    role("AuditLog.Read.All", uuid!("b0afded3-3588-46d8-8b3d-9842eff778da")),
    role("AuthenticationContext.Read.All", uuid!("381f742f-e1f8-4309-b4ab-e3d91ae4c5c1")),
    role("AuthenticationContext.ReadWrite.All", uuid!("a88eef72-fed0-4bf7-a2a9-f19df33f8b83")),
    role("Device.Read.All", uuid!("7438b122-aefc-4978-80ed-43db9fcc7715")),
    role("Directory.Read.All", uuid!("7ab1d382-f21e-4acd-a863-ba3e13f7da61")),
    role("Directory.ReadWrite.All", uuid!("19dbc75e-c2e2-444c-a770-ec69d8559fc7")),
    role("Domain.Read.All", uuid!("dbb9058a-0e50-45d7-ae91-66909b5d4664")),
    role("Group.Read.All", uuid!("5b567255-7703-4780-807c-7be8301ae99b")),
    role("Group.ReadWrite.All", uuid!("62a82d76-70ea-41e2-9197-370581804d09")),
    role("GroupMember.Read.All", uuid!("98830695-27a2-44f7-8c18-0c3ebc9698f6")),
    role("GroupMember.ReadWrite.All", uuid!("dbaae8cf-10b5-4b86-a4a1-f871c94c6695")),
    role("IdentityRiskEvent.Read.All", uuid!("6e472fd1-ad78-48da-a0f0-97ab2c6b769e")),
    role("IdentityRiskEvent.ReadWrite.All", uuid!("db06fb33-1953-4b7b-a2ac-f1e2c854f7ae")),
    role("IdentityRiskyUser.Read.All", uuid!("dc5007c0-2d7d-4c42-879c-2dab87571379")),
    role("IdentityRiskyUser.ReadWrite.All", uuid!("656f6061-f9fe-4807-9708-6a2e0934df76")),
    role("Member.Read.Hidden", uuid!("658aa5d8-239f-45c4-aa12-864f4fc7e490")),
    role("Organization.Read.All", uuid!("498476ce-e0fe-48b0-b801-37ba7e2685c6")),
    role("Policy.Read.All", uuid!("246dd0d5-5bd0-4def-940b-0421030a5b68")),
    role("Policy.Read.AuthenticationMethod", uuid!("8e3bc81b-d2f3-4b7b-838c-32c88218d2f0")),
    role("Policy.Read.ConditionalAccess", uuid!("37730810-e9ba-4e46-b07e-8ca78d182097")),
    role("Policy.ReadWrite.AuthenticationMethod", uuid!("29c18626-4985-4dcd-85c0-193eef327366")),
    role("Policy.ReadWrite.ConditionalAccess", uuid!("01c0a623-fc9b-48e9-b794-0756f8e8f067")),
    role("ProvisioningLog.Read.All", uuid!("091937d3-3e38-47a1-8649-b2f99d3035f1")),
    role("RoleManagement.Read.Directory", uuid!("483bed4a-2ad3-4361-a73b-c83ccdbdc53c")),
    role("RoleManagement.ReadWrite.Directory", uuid!("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8")),
    role("Synchronization.Read.All", uuid!("5ba43d2f-fa88-4db2-bd1c-a67c5f0fb1ce")),
    role("Synchronization.ReadWrite.All", uuid!("9b50c33d-700f-43b1-b2eb-87e89b703581")),
    role("SynchronizationData-User.Upload.OwnedBy", uuid!("25c32ff3-849a-494b-b94f-20a8ac4e6774")),
    role("User-LifeCycleInfo.Read.All", uuid!("8556a004-db57-4d7a-8b82-97a13428e96f")),
    role("User-Mail.ReadWrite.All", uuid!("280d0935-0796-47d1-8d26-273470a3f17a")),
    role("User-PasswordProfile.ReadWrite.All", uuid!("cc117bb9-00cf-4eb8-b580-ea2a878fe8f7")),
    role("User-Phone.ReadWrite.All", uuid!("86ceff06-c822-49ff-989a-d912845ffe69")),
    role("User.DeleteRestore.All", uuid!("eccc023d-eccf-4e7b-9683-8813ab36cecc")),
    role("User.EnableDisableAccount.All", uuid!("3011c876-62b7-4ada-afa2-506cbbecc68c")),
    role("User.ManageIdentities.All", uuid!("c529cfca-c91b-489c-af2b-d92990b66ce6")),
    role("User.Read.All", uuid!("df021288-bdef-4463-88db-98f22de89214")),
    role("User.ReadBasic.All", uuid!("97235f07-e226-4f63-ace3-39588e11d3a1")),
    role("User.ReadWrite.All", uuid!("741f803b-c850-494e-b5df-cde7c675a1ca")),
    role("User.RevokeSessions.All", uuid!("77f3a031-c388-4f99-b373-dc68676a979e")),
    role("UserAuthMethod-Email.Read.All", uuid!("a1e58be0-1095-422b-b067-73434bd7d40f")),
    role("UserAuthMethod-External.Read.All", uuid!("d2c4289f-9f95-40da-ad43-eeb1506f0db7")),
    role("UserAuthMethod-External.ReadWrite.All", uuid!("c7a22c2e-5b01-4129-8159-6c8be2c78f16")),
    role("UserAuthMethod-Phone.Read.All", uuid!("f529a223-ea70-43ec-b268-5012de2fbaa2")),
    role("UserAuthenticationMethod.Read.All", uuid!("38d9df27-64da-44fd-b7c5-a6fbac20248f")),
    role("UserAuthenticationMethod.ReadWrite.All", uuid!("50483e42-d915-4231-9639-7fdb7fd190e5")),
];
