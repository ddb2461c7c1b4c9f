CREATE TABLE operators_organisations (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    -- The organisation whose owner made this one; null for the first.
    parent UUID,
    created_at BIGINT NOT NULL
);

CREATE TABLE operators_operators (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL REFERENCES operators_organisations (id),
    user_name TEXT NOT NULL,
    -- The user name in lower case: one per server, because people sign in without naming an organisation.
    user_key TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    email TEXT,
    role TEXT NOT NULL,
    -- active, disabled
    state TEXT NOT NULL,
    -- argon2id as a PHC string; null until the first link was used.
    password_hash TEXT,
    must_change_password BOOLEAN NOT NULL,
    failed_attempts BIGINT NOT NULL,
    locked_until BIGINT,
    last_sign_in_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX operators_operators_organisation ON operators_operators (organisation, user_key);

CREATE TABLE operators_sessions (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    operator UUID NOT NULL REFERENCES operators_operators (id) ON DELETE CASCADE,
    token_hash {{BYTES}} NOT NULL UNIQUE,
    address TEXT,
    user_agent TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX operators_sessions_operator ON operators_sessions (operator);

CREATE TABLE operators_tokens (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    operator UUID NOT NULL REFERENCES operators_operators (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    role TEXT NOT NULL,
    secret_hash {{BYTES}} NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX operators_tokens_organisation ON operators_tokens (organisation, id);

-- One-time links: to set an organisation up, or to choose a password.
CREATE TABLE operators_links (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL REFERENCES operators_organisations (id),
    -- set_up, password
    purpose TEXT NOT NULL,
    operator UUID REFERENCES operators_operators (id) ON DELETE CASCADE,
    token_hash {{BYTES}} NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
