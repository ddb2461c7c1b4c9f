//! What an actor needs leave for here.

use crate::webhooks::model::WebhookId;

kernel::permission!(
    /// Reads the audit trail.
    ReadAudit {} = "signals.read_audit", [Owner, Administrator, Auditor]
);

kernel::permission!(
    /// Follows the event log.
    ReadEvents {} = "signals.read_events", [Owner, Administrator, Helpdesk, Auditor]
);

kernel::permission!(
    /// Looks at webhooks and at what was sent to them.
    ReadWebhooks {} = "signals.read_webhooks", [Owner, Administrator, Auditor]
);

kernel::permission!(
    /// Makes webhooks: from then on the organisation's events leave the server.
    CreateWebhook {} = "signals.create_webhook", [Owner, Administrator]
);

kernel::permission!(
    /// Changes a webhook, its secret and its place in the log; tries it; removes it.
    ManageWebhook { webhook: WebhookId } = "signals.manage_webhook", [Owner, Administrator]
);
