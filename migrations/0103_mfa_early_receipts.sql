-- Receipts of messages whose id at the gateway is not written down yet: the gateway was quicker than its own answer.
CREATE TABLE mfa_early_receipts (
    gateway UUID NOT NULL,
    -- What the gateway calls the message.
    reference TEXT NOT NULL,
    -- delivered, failed
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    told_at BIGINT NOT NULL,
    PRIMARY KEY (gateway, reference)
);
CREATE INDEX mfa_early_receipts_age ON mfa_early_receipts (told_at);
