//! Graph's resources as types. A resource is read in one pass from the bytes of an answer.
//!
//! What we know has a field; what the caller selected beyond that stays, as raw JSON, in `extras`.

mod apps;
mod delta;
mod extras;
mod groups;
mod methods;
mod objects;
mod property;
mod users;

pub use apps::{
    AppRole, AppRoleAssignment, Application, Domain, KeyCredential, Organization, PasswordCredential, ServicePrincipal,
    VerifiedDomain,
};
pub use delta::{DeltaGroup, DeltaUser, RemovedReason};
pub use extras::Extras;
pub use groups::{Group, GroupKind};
pub use methods::{EmailMethod, PhoneMethod};
pub use objects::{DirectoryObject, MemberChange, ObjectKind};
pub use users::{AssignedLicense, EmployeeOrgData, Identity, ProxyAddresses, SignInActivity, User};
