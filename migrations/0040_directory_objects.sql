CREATE TABLE directory_users (
    -- The place in the in-memory index.
    ordinal {{IDENTITY}},
    id UUID NOT NULL UNIQUE,
    organisation UUID NOT NULL,
    -- graph, scim, ldap, csv, manual
    source TEXT NOT NULL,
    -- Which source of that kind; for graph, the tenant.
    source_id UUID NOT NULL,
    -- The immutable id in the source.
    object_id UUID NOT NULL,
    -- active, disabled, conflict, deleted, excluded
    state TEXT NOT NULL,
    -- Why, for conflict and excluded.
    state_cause TEXT,
    state_detail TEXT,
    -- When a conflict is acted on, or a deleted user is purged.
    due BIGINT,
    -- Since when complete reads have not shown it.
    missing_since BIGINT,
    display_name TEXT,
    user_principal_name TEXT,
    mail TEXT,
    department TEXT,
    job_title TEXT,
    user_type TEXT,
    account_enabled BOOLEAN NOT NULL,
    manager_object_id UUID,
    -- Lower case, for sorting and finding.
    sort_name TEXT NOT NULL,
    sort_upn TEXT NOT NULL,
    -- Everything the source reported, as JSON with Graph's names.
    attributes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- The log's revision of the last change.
    revision BIGINT NOT NULL,
    UNIQUE (source_id, object_id)
);
CREATE INDEX directory_users_name ON directory_users (organisation, sort_name, id);
CREATE INDEX directory_users_upn ON directory_users (organisation, sort_upn);
CREATE INDEX directory_users_due ON directory_users (organisation, state, due) WHERE state IN ('conflict', 'deleted');

CREATE TABLE directory_groups (
    ordinal {{IDENTITY}},
    id UUID NOT NULL UNIQUE,
    organisation UUID NOT NULL,
    source TEXT NOT NULL,
    source_id UUID NOT NULL,
    object_id UUID NOT NULL,
    state TEXT NOT NULL,
    state_cause TEXT,
    state_detail TEXT,
    due BIGINT,
    missing_since BIGINT,
    display_name TEXT,
    description TEXT,
    mail TEXT,
    -- security, microsoft365, mail_enabled_security, distribution
    kind TEXT NOT NULL,
    dynamic BOOLEAN NOT NULL,
    sort_name TEXT NOT NULL,
    attributes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (source_id, object_id)
);
CREATE INDEX directory_groups_name ON directory_groups (organisation, sort_name, id);
CREATE INDEX directory_groups_due ON directory_groups (organisation, state, due) WHERE state IN ('conflict', 'deleted');

CREATE TABLE directory_memberships (
    group_ordinal BIGINT NOT NULL,
    -- The member's immutable id in the group's source; need not be known yet.
    member_object_id UUID NOT NULL,
    -- 0 user, 1 group, 2 device, 3 service principal, 4 other
    member_kind BIGINT NOT NULL,
    PRIMARY KEY (group_ordinal, member_object_id)
) {{CLUSTERED}};
