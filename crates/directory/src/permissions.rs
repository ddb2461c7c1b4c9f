//! What an actor needs leave for here.

kernel::permission!(
    /// Reads users, groups, memberships and their history.
    ReadDirectory {} = "directory.read", [Owner, Administrator, Helpdesk, Auditor]
);
