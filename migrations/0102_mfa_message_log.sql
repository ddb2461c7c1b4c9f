-- Every code that was sent, without the code: what administrators see of it, and what became of it.
CREATE TABLE mfa_message_log (
    -- Sorts by time.
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    account UUID NOT NULL,
    -- The sign-in.
    holder UUID NOT NULL,
    -- What the person was called.
    label TEXT NOT NULL,
    -- email, sms, voice
    way TEXT NOT NULL,
    target TEXT NOT NULL,
    -- The address as the person was shown it: never whole.
    shown TEXT NOT NULL,
    -- sending, taken, delivered, failed
    state TEXT NOT NULL,
    -- What the mail server or the gateway said.
    detail TEXT,
    -- The gateway, and what it calls the message; none where it is not asked or did not say.
    gateway UUID,
    reference TEXT,
    sent_at BIGINT NOT NULL,
    -- When the gateway told what became of it.
    told_at BIGINT,
    correlation_id TEXT
);
CREATE INDEX mfa_message_log_of ON mfa_message_log (organisation, sent_at, id);
CREATE INDEX mfa_message_log_account ON mfa_message_log (account, sent_at, id);
CREATE INDEX mfa_message_log_age ON mfa_message_log (sent_at);
CREATE INDEX mfa_message_log_reference ON mfa_message_log (gateway, reference) WHERE reference IS NOT NULL;

-- How a gateway tells what became of its messages, as JSON; none: it is not listened to.
ALTER TABLE mfa_gateways ADD COLUMN receipts TEXT;
-- The hash of the token in the address that it tells to, and since when that address counts.
ALTER TABLE mfa_gateways ADD COLUMN receipt_hash {{BYTES}};
ALTER TABLE mfa_gateways ADD COLUMN receipt_since BIGINT;
CREATE UNIQUE INDEX mfa_gateways_receipts ON mfa_gateways (receipt_hash) WHERE receipt_hash IS NOT NULL;
