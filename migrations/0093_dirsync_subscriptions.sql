-- What Microsoft Graph was asked to tell: one row for each source and resource. A notification only hastens a run.
CREATE TABLE dirsync_subscriptions (
    -- Part of the address that notifications come to.
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    source_id UUID NOT NULL,
    -- users, groups
    resource TEXT NOT NULL,
    -- What every notification must carry; sealed.
    client_state {{BYTES}} NOT NULL,
    -- The address that Graph was given.
    address TEXT NOT NULL,
    -- Graph's id of it; none before Graph has agreed and after it took it back.
    graph_id TEXT,
    expires_at BIGINT,
    renew_at BIGINT,
    -- When a change was last told that no run had begun after yet.
    heard_at BIGINT,
    -- How often Graph was asked in vain, and when it is asked again.
    attempts BIGINT NOT NULL,
    try_at BIGINT NOT NULL,
    error_code TEXT,
    error_detail TEXT,
    mend TEXT,
    UNIQUE (source_id, resource)
);
