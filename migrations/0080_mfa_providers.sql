-- A tenant whose sign-ins ask here for the second factor (External MFA).
CREATE TABLE mfa_providers (
    -- The connected tenant.
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    -- The tenant's id in Entra.
    entra_id UUID NOT NULL,
    -- off, on
    state TEXT NOT NULL,
    -- What we have Entra call itself, and the application that hints are for.
    client_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX mfa_providers_of ON mfa_providers (organisation, created_at);

-- What answers are signed with.
CREATE TABLE mfa_keys (
    id UUID PRIMARY KEY,
    provider UUID NOT NULL,
    kid TEXT NOT NULL UNIQUE,
    certificate {{BYTES}} NOT NULL,
    -- Sealed; wiped when the key has signed its last answer.
    private_key {{BYTES}},
    published_at BIGINT NOT NULL,
    signs_from BIGINT NOT NULL,
    -- When another key took over, and when this one is no longer published.
    signs_until BIGINT,
    removed_at BIGINT
);
CREATE INDEX mfa_keys_of ON mfa_keys (provider, signs_from);

-- Hints and nonces that were seen: each counts once, on every node.
CREATE TABLE mfa_seen (
    provider UUID NOT NULL,
    -- SHA-256
    hash {{BYTES}} NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (provider, hash)
);
CREATE INDEX mfa_seen_expiry ON mfa_seen (expires_at);

-- A sign-in that waits for its second factor.
CREATE TABLE mfa_transactions (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    account UUID NOT NULL,
    -- SHA-256 of the secret in the browser's cookie.
    browser_hash {{BYTES}} NOT NULL,
    -- waiting, passed, declined, locked
    state TEXT NOT NULL,
    -- What is needed for the answer, as JSON; wiped when it was given.
    request TEXT,
    client_request_id TEXT,
    address TEXT,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX mfa_transactions_expiry ON mfa_transactions (expires_at);
