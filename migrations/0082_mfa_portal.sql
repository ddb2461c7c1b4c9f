-- Sessions of people at their own portal.
CREATE TABLE mfa_portal_sessions (
    id UUID PRIMARY KEY,
    -- SHA-256 of the secret in the browser's cookie; another one with every rise of rights.
    token_hash {{BYTES}} NOT NULL UNIQUE,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    account UUID NOT NULL,
    -- When the person last signed in to Entra by hand, where Entra tells (auth_time).
    entra_at BIGINT,
    -- When the person last proved themselves here.
    proved_at BIGINT,
    address TEXT,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mfa_portal_sessions_of ON mfa_portal_sessions (account);
CREATE INDEX mfa_portal_sessions_expiry ON mfa_portal_sessions (expires_at);

-- When the person said that an attempt was somebody else's.
ALTER TABLE mfa_attempts ADD COLUMN not_me_at BIGINT;
