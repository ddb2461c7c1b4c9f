//! What an actor needs leave for here.

kernel::permission!(
    /// Reads the audit trail.
    ReadAudit {} = "signals.read_audit", [Owner, Administrator, Auditor]
);

kernel::permission!(
    /// Follows the event log.
    ReadEvents {} = "signals.read_events", [Owner, Administrator, Helpdesk, Auditor]
);
