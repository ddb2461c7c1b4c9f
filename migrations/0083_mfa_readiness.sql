-- How ready a tenant's people were for each policy that asks for a second factor, when somebody last counted.
CREATE TABLE mfa_reports (
    -- The connected tenant.
    provider UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    counted_at BIGINT NOT NULL,
    counted_by TEXT NOT NULL,
    -- The policies with their figures, as JSON.
    report TEXT NOT NULL
);

-- Who had no usable factor then.
CREATE TABLE mfa_unready (
    provider UUID NOT NULL,
    organisation UUID NOT NULL,
    object_id UUID NOT NULL,
    -- Who they are here, where they were asked before.
    account UUID,
    name TEXT NOT NULL,
    upn TEXT NOT NULL,
    mail TEXT,
    department TEXT,
    -- nothing, switched_off, locked
    why TEXT NOT NULL,
    -- The ids of the policies that hit them, each between bars.
    policies TEXT NOT NULL,
    PRIMARY KEY (provider, object_id)
);
