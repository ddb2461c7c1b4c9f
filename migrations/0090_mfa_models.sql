-- What is known of models of security keys: the FIDO metadata that an organisation imported last.
CREATE TABLE mfa_metadata (
    -- The organisation.
    id UUID PRIMARY KEY,
    -- The blob's number: it never goes back.
    number BIGINT NOT NULL,
    -- The day by which there is another one, as the blob says.
    next_update TEXT NOT NULL,
    -- SHA-256 of the root certificates that were given in its place; empty: the usual root.
    root {{BYTES}},
    imported_at BIGINT NOT NULL,
    imported_by TEXT NOT NULL
);

CREATE TABLE mfa_models (
    organisation UUID NOT NULL,
    aaguid UUID NOT NULL,
    -- What its maker calls it.
    name TEXT NOT NULL,
    -- What was last reported of it, and what makes it untrustworthy.
    status TEXT NOT NULL,
    flaw TEXT,
    -- The certificates that its attestations lead to: a JSON list of DER in base64.
    roots TEXT NOT NULL,
    PRIMARY KEY (organisation, aaguid)
);
