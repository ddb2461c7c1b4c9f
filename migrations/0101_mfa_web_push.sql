-- What push services know this server by (RFC 8292): one pair of keys for all of it.
CREATE TABLE mfa_push_keys (
    id UUID PRIMARY KEY,
    -- Sealed: PKCS #8.
    private_key {{BYTES}} NOT NULL,
    -- An uncompressed point of P-256: what browsers subscribe with.
    public_key {{BYTES}} NOT NULL,
    created_at BIGINT NOT NULL
);

-- Browsers in which a person agrees to sign-ins, and which are told of them while their page is closed.
CREATE TABLE mfa_push_subscriptions (
    -- The browser, of mfa_push_devices.
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    -- The host of the push service.
    service TEXT NOT NULL,
    -- Sealed: the address and the keys that the browser handed out, as JSON.
    subscription {{BYTES}} NOT NULL,
    -- What it is told in: en, de.
    language TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
