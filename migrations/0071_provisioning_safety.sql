-- What was lost, for the limits of a day.
CREATE TABLE provisioning_losses (
    connection UUID NOT NULL,
    -- user, group, members
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- The user, or the group.
    resource_id UUID NOT NULL,
    amount BIGINT NOT NULL
);
CREATE INDEX provisioning_losses_day ON provisioning_losses (connection, kind, at);

CREATE TABLE provisioning_holds (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    connection UUID NOT NULL,
    -- user, group, members
    kind TEXT NOT NULL,
    -- open, allowed, rejected, expired
    state TEXT NOT NULL,
    -- Which limit was reached, as JSON.
    breach TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    reason TEXT
);
CREATE INDEX provisioning_holds_open ON provisioning_holds (organisation, state, created_at);
CREATE INDEX provisioning_holds_of ON provisioning_holds (connection, state);
-- One open hold for each kind of loss.
CREATE UNIQUE INDEX provisioning_holds_one ON provisioning_holds (connection, kind) WHERE state = 'open';
CREATE INDEX provisioning_holds_expiry ON provisioning_holds (state, expires_at);

-- Calls that wait for a person's decision, as they were sent.
CREATE TABLE provisioning_held (
    -- The order in which they were asked.
    number {{IDENTITY}},
    id UUID NOT NULL UNIQUE,
    hold UUID NOT NULL,
    connection UUID NOT NULL,
    -- PUT, PATCH, DELETE
    method TEXT NOT NULL,
    -- User, Group
    kind TEXT NOT NULL,
    resource_id UUID NOT NULL,
    name TEXT NOT NULL,
    -- The body as it was read, as JSON; empty for DELETE.
    body TEXT,
    -- What it would take away, as JSON.
    loss TEXT NOT NULL,
    -- How many that is: users, groups, or members.
    amount BIGINT NOT NULL,
    -- How often it was asked.
    asked BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    -- waiting, allowed, done, failed, rejected, dropped
    state TEXT NOT NULL,
    outcome TEXT,
    -- When it last moved on.
    decided_at BIGINT
);
CREATE INDEX provisioning_held_of ON provisioning_held (hold, number);
CREATE INDEX provisioning_held_resource ON provisioning_held (connection, resource_id, state);

-- Every call and its answer, for a time: what the client saw.
CREATE TABLE provisioning_calls (
    number {{IDENTITY}},
    organisation UUID NOT NULL,
    connection UUID NOT NULL,
    at BIGINT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    -- What it meant: match_user, create_user, disable_user, add_member …
    operation TEXT NOT NULL,
    resource_id UUID,
    resource_name TEXT,
    status BIGINT NOT NULL,
    scim_type TEXT,
    detail TEXT,
    -- How many resources a list has in all.
    results BIGINT,
    -- How many members the call names to add and to remove.
    members_added BIGINT NOT NULL,
    members_removed BIGINT NOT NULL,
    -- entra_default, entra_compliant, okta, other
    dialect TEXT,
    micros BIGINT NOT NULL,
    address TEXT,
    key_id UUID,
    request_id UUID NOT NULL,
    -- Redacted and bounded.
    request TEXT,
    answer TEXT
);
CREATE INDEX provisioning_calls_of ON provisioning_calls (connection, number);
CREATE INDEX provisioning_calls_resource ON provisioning_calls (resource_id, number) WHERE resource_id IS NOT NULL;
CREATE INDEX provisioning_calls_all ON provisioning_calls (organisation, number);
