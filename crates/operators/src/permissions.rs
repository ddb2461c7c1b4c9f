//! What an actor needs leave for here.

use kernel::{OperatorId, OrganisationId, TokenId};

use crate::SessionId;

kernel::permission!(
    /// Reads who may run this server.
    ReadOperators {} = "operators.read_operators", [Owner, Administrator, Auditor]
);
kernel::permission!(
    /// Creates an operator.
    CreateOperator {} = "operators.create_operator", [Owner]
);
kernel::permission!(
    /// Changes an operator's names and role.
    UpdateOperator { operator: OperatorId } = "operators.update_operator", [Owner]
);
kernel::permission!(
    /// Disables an operator, or enables one again.
    DisableOperator { operator: OperatorId } = "operators.disable_operator", [Owner]
);
kernel::permission!(
    /// Lets an operator try again after too many failures.
    UnlockOperator { operator: OperatorId } = "operators.unlock_operator", [Owner]
);
kernel::permission!(
    /// Removes an operator.
    RemoveOperator { operator: OperatorId } = "operators.remove_operator", [Owner]
);
kernel::permission!(
    /// Makes a link by which an operator chooses a new password.
    ResetPassword { operator: OperatorId } = "operators.reset_password", [Owner]
);
kernel::permission!(
    /// Reads who is signed in.
    ReadSessions {} = "operators.read_sessions", [Owner, Auditor]
);
kernel::permission!(
    /// Ends somebody's session.
    RevokeSession { session: SessionId } = "operators.revoke_session", [Owner]
);
kernel::permission!(
    /// Ends every session of an operator.
    SignOutOperator { operator: OperatorId } = "operators.sign_out_operator", [Owner]
);
kernel::permission!(
    /// Reads and ends one's own sessions, and reads who one is.
    ActForOneself {} = "operators.act_for_oneself", [Owner, Administrator, Helpdesk, Auditor]
);
kernel::permission!(
    /// Reads API tokens: an administrator's own, everybody's for the others.
    ReadTokens {} = "operators.read_tokens", [Owner, Administrator, Auditor]
);
kernel::permission!(
    /// Makes an API token.
    CreateToken {} = "operators.create_token", [Owner, Administrator]
);
kernel::permission!(
    /// Revokes an API token: an administrator's own, anybody's for an owner.
    RevokeToken { token: TokenId } = "operators.revoke_token", [Owner, Administrator]
);
kernel::permission!(
    /// Reads the caller's organisation and those made from it.
    ReadOrganisations {} = "operators.read_organisations", [Owner]
);
kernel::permission!(
    /// Makes a further organisation.
    CreateOrganisation {} = "operators.create_organisation", [Owner]
);
kernel::permission!(
    /// Renames the caller's organisation or one made from it.
    RenameOrganisation { organisation: OrganisationId } = "operators.rename_organisation", [Owner]
);
