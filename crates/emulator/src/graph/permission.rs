//! Which application permissions open which call (Graph's permission catalogue), and how much of an object they show.

use super::error::GraphError;
use crate::auth::AppToken;
use crate::directory::Kind;
use crate::directory::property::{Mask, user};

/// Everything about users.
pub(crate) const READ_USERS: &[&str] =
    &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
/// Users, if only their business card.
pub(crate) const READ_USERS_BASIC: &[&str] =
    &["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
/// Groups and their members.
pub(crate) const READ_GROUPS: &[&str] = &[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// The groups of a user.
pub(crate) const READ_MEMBER_OF: &[&str] = &[
    "User.Read.All",
    "User.ReadWrite.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
/// Creating and deleting users, and changing what has no permission of its own.
pub(crate) const WRITE_USERS: &[&str] = &["User.ReadWrite.All", "Directory.ReadWrite.All"];
/// Creating, changing and deleting groups.
pub(crate) const WRITE_GROUPS: &[&str] = &["Group.ReadWrite.All", "Directory.ReadWrite.All"];
/// Creating groups.
pub(crate) const CREATE_GROUPS: &[&str] = &["Group.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All"];
/// Adding and removing members.
pub(crate) const WRITE_MEMBERS: &[&str] =
    &["GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"];
/// Membership and ownership of role-assignable groups, beside [`WRITE_MEMBERS`].
pub(crate) const WRITE_ROLES: &[&str] = &["RoleManagement.ReadWrite.Directory"];
/// Ending sessions.
pub(crate) const REVOKE_SESSIONS: &[&str] =
    &["User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"];
/// Restoring and purging users.
pub(crate) const RESTORE_USERS: &[&str] = &["User.DeleteRestore.All", "User.ReadWrite.All"];
/// Any object by id.
pub(crate) const READ_DIRECTORY: &[&str] = &["Directory.Read.All", "Directory.ReadWrite.All"];
/// When people last signed in.
pub(crate) const READ_SIGN_INS: &[&str] = &["AuditLog.Read.All"];
/// Members of groups whose membership is hidden.
pub(crate) const READ_HIDDEN: &[&str] = &["Member.Read.Hidden"];
/// When people leave.
pub(crate) const READ_LEAVING: &[&str] = &["User-LifeCycleInfo.Read.All", "User-LifeCycleInfo.ReadWrite.All"];

/// What `User.ReadBasic.All` shows.
pub(crate) const BASIC: Mask = user::ID.bit()
    | user::DISPLAY_NAME.bit()
    | user::GIVEN_NAME.bit()
    | user::SURNAME.bit()
    | user::MAIL.bit()
    | user::USER_PRINCIPAL_NAME.bit()
    | user::IDENTITIES.bit();

/// Which properties of a kind the caller sees. An empty set: only type and id ("limited information").
pub(crate) fn visible(caller: &AppToken, kind: Kind) -> Mask {
    match kind {
        Kind::User if caller.allowed(READ_USERS) => hide_leaving(caller),
        Kind::User if caller.allowed(READ_USERS_BASIC) => BASIC,
        Kind::Group if caller.allowed(READ_GROUPS) => Mask::MAX,
        // People's tokens get no further than `/me`, which has asked for leave.
        Kind::User if caller.user.is_some() => !user::EMPLOYEE_LEAVE_DATE_TIME.bit(),
        _ => 0,
    }
}

fn hide_leaving(caller: &AppToken) -> Mask {
    if caller.allowed(READ_LEAVING) { Mask::MAX } else { !user::EMPLOYEE_LEAVE_DATE_TIME.bit() }
}

/// Whether the caller may write these properties of a user: each has its own least permission.
pub(crate) fn may_patch_user(caller: &AppToken, touched: &[&str]) -> Result<(), GraphError> {
    let needs_everything = |name: &&str| {
        let own: &[&str] = match *name {
            "accountEnabled" if caller.allowed(READ_USERS) => &["User.EnableDisableAccount.All"],
            // A password is the one thing that the general permission does not cover.
            "passwordProfile" => {
                return !caller.allowed(&["User-PasswordProfile.ReadWrite.All", "Directory.ReadWrite.All"]);
            }
            "businessPhones" | "mobilePhone" => &["User-Phone.ReadWrite.All"],
            "otherMails" => &["User-Mail.ReadWrite.All"],
            "identities" => &["User.ManageIdentities.All"],
            _ => &[],
        };
        !caller.allowed(own) && !caller.allowed(WRITE_USERS)
    };
    if touched.iter().any(needs_everything) || (touched.is_empty() && !caller.allowed(WRITE_USERS)) {
        return Err(GraphError::denied());
    }
    Ok(())
}

/// What Graph calls sensitive: on a privileged target an application permission alone is not enough.
pub(crate) const SENSITIVE: &[&str] = &[
    "accountEnabled",
    "businessPhones",
    "mobilePhone",
    "onPremisesImmutableId",
    "otherMails",
    "passwordProfile",
    "userPrincipalName",
];
