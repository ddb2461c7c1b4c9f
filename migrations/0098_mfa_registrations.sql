-- Runs that register people for the method in Entra on their behalf, as an administrator had it done.
CREATE TABLE mfa_registrations (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    -- The group that it is for, by object id; none: everybody who can pass.
    people_of UUID,
    -- The method in Entra.
    configuration TEXT NOT NULL,
    name TEXT NOT NULL,
    -- running, done, stopped, undoing, undone
    state TEXT NOT NULL,
    -- How many people it is for.
    people BIGINT NOT NULL,
    reason TEXT,
    -- Why it waits, where it does.
    trouble TEXT,
    started_at BIGINT NOT NULL,
    started_by TEXT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX mfa_registrations_of ON mfa_registrations (provider, started_at);
-- One at a time.
CREATE UNIQUE INDEX mfa_registrations_running ON mfa_registrations (provider) WHERE state IN ('running', 'undoing');

-- The people of such a run.
CREATE TABLE mfa_registered (
    registration UUID NOT NULL,
    object_id UUID NOT NULL,
    account UUID NOT NULL,
    name TEXT NOT NULL,
    upn TEXT NOT NULL,
    -- waiting, asked, registered, already, failed, removed, kept
    state TEXT NOT NULL,
    -- What Entra calls the registration that was made.
    method TEXT,
    -- Entra's code and words, where it refused.
    code TEXT,
    detail TEXT,
    PRIMARY KEY (registration, object_id)
);
-- Who is next, and how many are where.
CREATE INDEX mfa_registered_next ON mfa_registered (registration, state, object_id);
