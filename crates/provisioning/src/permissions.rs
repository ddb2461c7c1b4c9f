//! What an actor needs leave for here. A client that pushes needs none of it: it has its key.

use crate::model::{ConnectionId, HoldId, KeyId};

kernel::permission!(
    /// Reads connections, keys without their secrets, calls, held calls and user groups.
    ReadProvisioning {} = "provisioning.read", [Owner, Administrator, Helpdesk, Auditor]
);
kernel::permission!(
    /// Makes a connection.
    CreateConnection {} = "provisioning.create_connection", [Owner, Administrator]
);
kernel::permission!(
    /// Renames, binds, sets, pauses or resumes a connection.
    UpdateConnection { connection: ConnectionId } = "provisioning.update_connection", [Owner, Administrator]
);
kernel::permission!(
    /// Deletes a connection.
    DeleteConnection { connection: ConnectionId } = "provisioning.delete_connection", [Owner, Administrator]
);
kernel::permission!(
    /// Makes a key for a connection.
    CreateKey { connection: ConnectionId } = "provisioning.create_key", [Owner, Administrator]
);
kernel::permission!(
    /// Revokes a key.
    RevokeKey { key: KeyId } = "provisioning.revoke_key", [Owner, Administrator]
);
kernel::permission!(
    /// Starts, pauses, restarts and mends Entra's provisioning job, and has one object provisioned.
    ControlJob { connection: ConnectionId } = "provisioning.control_job", [Owner, Administrator]
);
kernel::permission!(
    /// Allows or rejects held calls.
    DecideHold { hold: HoldId } = "provisioning.decide_hold", [Owner, Administrator]
);
