-- Whom other settings of a tenant's second factor would concern: the last that was worked out. Its people are in
-- mfa_policy_people.
CREATE TABLE mfa_settings_previews (
    provider UUID PRIMARY KEY,
    id UUID NOT NULL,
    organisation UUID NOT NULL,
    -- The version of the settings, and the revision of the policies, that it was held against.
    version BIGINT NOT NULL,
    in_force BIGINT NOT NULL,
    -- The kinds of proof that would count, as JSON, and how many factors people would have to keep.
    kinds TEXT NOT NULL,
    least_factors BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    counted_by TEXT NOT NULL,
    -- Whom it would concern, as JSON.
    figures TEXT NOT NULL
);
