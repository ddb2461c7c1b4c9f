-- A person who proves themselves here, known by tenant and object id alone.
CREATE TABLE mfa_accounts (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    object_id UUID NOT NULL,
    -- What the person is called: to be shown and searched, never to decide by.
    label TEXT NOT NULL,
    name TEXT,
    -- What a passkey knows the person by: 16 random bytes, never shown.
    handle {{BYTES}} NOT NULL UNIQUE,
    guest BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    last_proved_at BIGINT,
    -- Failures in a row, over all factors and sources, since the last success.
    failures BIGINT NOT NULL,
    locked_at BIGINT,
    version BIGINT NOT NULL,
    UNIQUE (provider, object_id)
);
CREATE INDEX mfa_accounts_label ON mfa_accounts (organisation, label, id);

-- Means of proof that a person has registered.
CREATE TABLE mfa_factors (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    account UUID NOT NULL,
    -- passkey, totp, hotp, recovery, temporary
    kind TEXT NOT NULL,
    -- What the person calls it.
    name TEXT NOT NULL,
    -- pending (not yet confirmed or approved), active, suspended
    state TEXT NOT NULL,
    -- Sealed: a seed, a passkey's record, what codes are salted with.
    secret {{BYTES}} NOT NULL,
    -- What is not secret, as JSON: digits, period, algorithm, model, reason.
    details TEXT NOT NULL,
    -- SHA-256 of a passkey's credential id: registered to one person only.
    credential_hash {{BYTES}} UNIQUE,
    -- The last time step or counter that counted: none at or before it counts again.
    last_step BIGINT NOT NULL,
    -- How far the device's clock is off, in steps.
    drift BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX mfa_factors_of ON mfa_factors (account, created_at);

-- Recovery and temporary codes.
CREATE TABLE mfa_codes (
    account UUID NOT NULL,
    -- The first letters of the code: which of the person's codes it is. Not part of what is secret.
    place TEXT NOT NULL,
    factor UUID NOT NULL,
    -- PBKDF2-HMAC-SHA256 under the factor's sealed salt.
    hash {{BYTES}} NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (account, place)
);
CREATE INDEX mfa_codes_of ON mfa_codes (factor);

-- Failures by person and source.
CREATE TABLE mfa_failures (
    account UUID NOT NULL,
    -- An IPv4 address or an IPv6 network of 64 bits; empty when it is not known.
    source TEXT NOT NULL,
    organisation UUID NOT NULL,
    -- In a row, since the person's last success.
    failures BIGINT NOT NULL,
    -- Within an hour of each other, whoever succeeds: what the source is judged by.
    lately BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    -- No code of the person's is looked at from there before this time.
    waits_until BIGINT,
    PRIMARY KEY (account, source)
);
CREATE INDEX mfa_failures_source ON mfa_failures (organisation, source, last_at);
CREATE INDEX mfa_failures_age ON mfa_failures (last_at);

-- Ceremonies that have been begun: each ends once.
CREATE TABLE mfa_ceremonies (
    id UUID PRIMARY KEY,
    account UUID NOT NULL,
    -- The sign-in or the portal's session that began it.
    holder UUID NOT NULL,
    -- register, prove, device
    kind TEXT NOT NULL,
    -- Sealed.
    state {{BYTES}} NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mfa_ceremonies_expiry ON mfa_ceremonies (expires_at);

-- Browsers that are remembered.
CREATE TABLE mfa_devices (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    account UUID NOT NULL,
    name TEXT NOT NULL,
    -- The public half of the key that stays in the browser: an uncompressed point of P-256.
    public_key {{BYTES}} NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mfa_devices_of ON mfa_devices (account, created_at);

-- Every attempt, passed or not.
CREATE TABLE mfa_attempts (
    -- Sorts by time.
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    account UUID,
    at BIGINT NOT NULL,
    -- passed, refused, declined, error
    outcome TEXT NOT NULL,
    -- A stable word for why.
    reason TEXT NOT NULL,
    detail TEXT,
    label TEXT,
    factor_kind TEXT,
    factor_name TEXT,
    address TEXT,
    user_agent TEXT,
    correlation_id TEXT
);
CREATE INDEX mfa_attempts_of ON mfa_attempts (organisation, at, id);
CREATE INDEX mfa_attempts_account ON mfa_attempts (account, at, id);
CREATE INDEX mfa_attempts_age ON mfa_attempts (at);
