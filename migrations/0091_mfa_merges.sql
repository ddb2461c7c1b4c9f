-- Two accounts of one person whose credentials became one's.
CREATE TABLE mfa_merges (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    provider UUID NOT NULL,
    -- The account that was emptied, and the one that has it all.
    former UUID NOT NULL,
    account UUID NOT NULL,
    former_label TEXT NOT NULL,
    -- The ids of the factors that were moved, as JSON.
    factors TEXT NOT NULL,
    reason TEXT NOT NULL,
    merged_at BIGINT NOT NULL,
    merged_by TEXT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX mfa_merges_of ON mfa_merges (account, merged_at);

-- What a passkey that was moved knows its person by: the former account's handle.
CREATE TABLE mfa_handles (
    factor UUID PRIMARY KEY,
    handle {{BYTES}} NOT NULL
);
