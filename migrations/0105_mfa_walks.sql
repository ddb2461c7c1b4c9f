-- Who works something out over all the people of a tenant now: one at a time. Whoever has not said for a while that they go on
-- has given it up.
CREATE TABLE mfa_walks (
    provider UUID PRIMARY KEY,
    id UUID NOT NULL,
    begun_by TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
