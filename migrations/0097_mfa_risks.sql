-- People of a tenant whom Entra holds to be at risk, as last read. Who is at none is not here.
CREATE TABLE mfa_risks (
    -- The connected tenant.
    provider UUID NOT NULL,
    object_id UUID NOT NULL,
    organisation UUID NOT NULL,
    -- low, medium, high; none where Entra hides it.
    level TEXT,
    -- at_risk, confirmed_compromised
    state TEXT NOT NULL,
    -- Entra's word for why.
    detail TEXT,
    -- When Entra changed it.
    changed_at BIGINT,
    -- When it was first read so.
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (provider, object_id)
);

-- How the reading of risks stands for a tenant.
CREATE TABLE mfa_risk_reads (
    provider UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    -- not_chosen, not_granted, not_licensed, unanswered; none where the last read went well.
    trouble TEXT,
    -- What Graph said.
    detail TEXT,
    tried_at BIGINT NOT NULL,
    -- The last read that went well, and the last of everything.
    read_at BIGINT,
    whole_at BIGINT,
    -- The newest change that Entra told of: the next read begins there.
    seen_until BIGINT
);
