-- Letters to people without a usable factor, as an administrator had them sent.
CREATE TABLE mfa_campaigns (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    -- Whom this policy of Entra's hits; empty: everybody without a usable factor.
    policy TEXT,
    -- The administrator's own words in each letter.
    words TEXT,
    again_days BIGINT NOT NULL,
    -- running, done, stopped
    state TEXT NOT NULL,
    -- How many people there were when it began; how it went with those it came to.
    people BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    -- The object id of the last person it came to.
    reached UUID,
    -- Why it waits, where it does.
    trouble TEXT,
    started_at BIGINT NOT NULL,
    started_by TEXT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX mfa_campaigns_of ON mfa_campaigns (provider, started_at);
-- One at a time.
CREATE UNIQUE INDEX mfa_campaigns_running ON mfa_campaigns (provider) WHERE state = 'running';

-- When a person was last written to by a campaign.
CREATE TABLE mfa_invited (
    provider UUID NOT NULL,
    object_id UUID NOT NULL,
    campaign UUID NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (provider, object_id)
);
