-- Browsers in which a person agrees to sign-ins elsewhere.
CREATE TABLE mfa_push_devices (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    account UUID NOT NULL,
    name TEXT NOT NULL,
    -- The public half of the key that stays in the browser: an uncompressed point of P-256.
    public_key {{BYTES}} NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    -- SHA-256 of the secret in the browser's cookie while its page is open, and until when it counts.
    session_hash {{BYTES}},
    session_until BIGINT
);
CREATE INDEX mfa_push_devices_of ON mfa_push_devices (account, created_at);

-- A sign-in that waits for a person to agree to it elsewhere.
CREATE TABLE mfa_pushes (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    account UUID NOT NULL,
    -- The sign-in: one at a time.
    holder UUID NOT NULL UNIQUE,
    -- Sealed.
    number {{BYTES}} NOT NULL,
    -- waiting, approved, denied, spoilt, used
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    -- Where the sign-in comes from.
    address TEXT,
    user_agent TEXT,
    -- Which browser agreed or did not.
    device UUID,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mfa_pushes_of ON mfa_pushes (account, expires_at);
CREATE INDEX mfa_pushes_expiry ON mfa_pushes (expires_at);

-- How often a person was asked, and until when they are not asked any more.
CREATE TABLE mfa_push_limits (
    account UUID PRIMARY KEY,
    since BIGINT NOT NULL,
    count BIGINT NOT NULL,
    locked_until BIGINT
);
