-- Policies of the second factor that are in force for a tenant, an ordered list as JSON, and of which revision they are.
ALTER TABLE mfa_providers ADD COLUMN policies TEXT NOT NULL DEFAULT '[]';
ALTER TABLE mfa_providers ADD COLUMN policy_revision BIGINT NOT NULL DEFAULT 0;

-- What an administrator prepares. The row stays when a draft was applied or discarded, so that no version comes twice.
CREATE TABLE mfa_policy_drafts (
    -- The connected tenant.
    provider UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    version BIGINT NOT NULL,
    -- An ordered list, as JSON; none where nothing is being prepared.
    policies TEXT,
    -- The revision that was in force when it was saved.
    based_on BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    saved_by TEXT NOT NULL
);

-- Everything that ever was in force.
CREATE TABLE mfa_policy_revisions (
    provider UUID NOT NULL,
    revision BIGINT NOT NULL,
    organisation UUID NOT NULL,
    policies TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    applied_by TEXT NOT NULL,
    reason TEXT,
    -- The revision that it gave back, where it was an undo.
    restores BIGINT,
    -- Whom it was found to concern, as JSON.
    figures TEXT NOT NULL,
    PRIMARY KEY (provider, revision)
);

-- Whom a draft, or a former revision, would concern: the last that was worked out.
CREATE TABLE mfa_policy_previews (
    provider UUID PRIMARY KEY,
    id UUID NOT NULL,
    organisation UUID NOT NULL,
    -- One of these two.
    draft BIGINT,
    revision BIGINT,
    -- The revision in force that it was held against.
    in_force BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    counted_by TEXT NOT NULL,
    figures TEXT NOT NULL
);

-- The people who would lose or get back a factor.
CREATE TABLE mfa_policy_people (
    preview UUID NOT NULL,
    provider UUID NOT NULL,
    object_id UUID NOT NULL,
    -- Who they are here.
    account UUID NOT NULL,
    name TEXT NOT NULL,
    upn TEXT NOT NULL,
    -- loses_last, loses, gains
    effect TEXT NOT NULL,
    -- Kinds of proof, with spaces between.
    lost TEXT NOT NULL,
    gained TEXT NOT NULL,
    -- The policy that decides which kinds of proof the person may use; none where the tenant's settings do.
    policy TEXT,
    PRIMARY KEY (preview, object_id)
);
