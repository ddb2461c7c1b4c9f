-- How a tenant's text messages and calls leave: an HTTP gateway, by template.
CREATE TABLE mfa_gateways (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    -- sms, voice
    way TEXT NOT NULL,
    -- Method, address, headers, body, price, as JSON.
    template TEXT NOT NULL,
    -- Sealed.
    secret {{BYTES}},
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (provider, way)
);

-- What addresses are hashed with, for each tenant: without it nobody can try out every telephone number.
CREATE TABLE mfa_peppers (
    -- The provider.
    id UUID PRIMARY KEY,
    -- Sealed.
    secret {{BYTES}} NOT NULL
);

-- The address that each person was last seen to have, as a hash, and since when.
CREATE TABLE mfa_addresses (
    account UUID NOT NULL,
    -- email, mobile, alternate_mobile, office
    target TEXT NOT NULL,
    hash {{BYTES}} NOT NULL,
    -- When it was seen to have changed; the beginning of time where it was there from the start.
    since BIGINT NOT NULL,
    PRIMARY KEY (account, target)
);

-- The code that was last sent in the course of a sign-in.
CREATE TABLE mfa_messages (
    -- The sign-in.
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    account UUID NOT NULL,
    -- email, sms, voice
    way TEXT NOT NULL,
    target TEXT NOT NULL,
    -- The address as the person was shown it: never whole.
    shown TEXT NOT NULL,
    -- Sealed.
    code {{BYTES}} NOT NULL,
    -- Wrong codes that were shown for it.
    tries BIGINT NOT NULL,
    -- sending, taken, failed
    state TEXT NOT NULL,
    -- What the mail server or the gateway said.
    detail TEXT,
    sent_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX mfa_messages_expiry ON mfa_messages (expires_at);

-- How often was sent, to a person or to an address, since when.
CREATE TABLE mfa_sent (
    provider UUID NOT NULL,
    -- A hash.
    target {{BYTES}} NOT NULL,
    since BIGINT NOT NULL,
    count BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (provider, target)
);
CREATE INDEX mfa_sent_age ON mfa_sent (last_at);

-- What a tenant's messages have cost on one day, in hundredths.
CREATE TABLE mfa_spend (
    provider UUID NOT NULL,
    -- Days since 1970, UTC.
    day BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    -- When something could not be sent for it.
    capped_at BIGINT,
    PRIMARY KEY (provider, day)
);
