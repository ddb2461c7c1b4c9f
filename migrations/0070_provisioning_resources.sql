-- An application that pushes users and groups by SCIM. Its resources are a world of their own.
CREATE TABLE provisioning_connections (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    name TEXT NOT NULL,
    -- The connected tenant that it pushes from, where it is known to be one.
    tenant_id UUID,
    -- on, paused
    state TEXT NOT NULL,
    settings TEXT NOT NULL,
    -- How many users and groups it has.
    user_count BIGINT NOT NULL,
    group_count BIGINT NOT NULL,
    last_call_at BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX provisioning_connections_of ON provisioning_connections (organisation, name);

-- What a client signs its calls with: `{key}:{secret}`.
CREATE TABLE provisioning_keys (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    connection UUID NOT NULL,
    label TEXT NOT NULL,
    -- SHA-256 of the secret.
    secret_hash {{BYTES}} NOT NULL,
    -- Address ranges it may call from, as JSON; empty: any.
    addresses TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    last_address TEXT
);
CREATE INDEX provisioning_keys_of ON provisioning_keys (connection, created_at);

-- Access tokens given for a key (OAuth client credentials).
CREATE TABLE provisioning_tokens (
    token_hash {{BYTES}} PRIMARY KEY,
    key_id UUID NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX provisioning_tokens_expiry ON provisioning_tokens (expires_at);

CREATE TABLE provisioning_users (
    -- The place in lists: the order of creation.
    number {{IDENTITY}},
    id UUID NOT NULL UNIQUE,
    organisation UUID NOT NULL,
    connection UUID NOT NULL,
    -- Folded, as it is compared.
    user_name_key TEXT NOT NULL,
    external_id TEXT,
    active BOOLEAN NOT NULL,
    -- The normalised resource without id, meta and groups, as JSON.
    resource TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- The directory's user: its source, and its id there.
    source_id UUID NOT NULL,
    object_id UUID NOT NULL,
    UNIQUE (connection, user_name_key)
);
CREATE INDEX provisioning_users_order ON provisioning_users (connection, number);
CREATE INDEX provisioning_users_external ON provisioning_users (connection, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX provisioning_users_object ON provisioning_users (object_id);

-- The mail addresses of users, folded, so that one can be looked up.
CREATE TABLE provisioning_emails (
    user_number BIGINT NOT NULL,
    connection UUID NOT NULL,
    email_key TEXT NOT NULL,
    PRIMARY KEY (user_number, email_key)
) {{CLUSTERED}};
CREATE INDEX provisioning_emails_key ON provisioning_emails (connection, email_key);

CREATE TABLE provisioning_groups (
    number {{IDENTITY}},
    id UUID NOT NULL UNIQUE,
    organisation UUID NOT NULL,
    connection UUID NOT NULL,
    name_key TEXT NOT NULL,
    external_id TEXT,
    -- The normalised resource without id, meta and members, as JSON.
    resource TEXT NOT NULL,
    member_count BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    source_id UUID NOT NULL,
    object_id UUID NOT NULL,
    UNIQUE (connection, name_key)
);
CREATE INDEX provisioning_groups_order ON provisioning_groups (connection, number);
CREATE INDEX provisioning_groups_external ON provisioning_groups (connection, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX provisioning_groups_object ON provisioning_groups (object_id);

CREATE TABLE provisioning_members (
    group_number BIGINT NOT NULL,
    -- 0 user, 1 group
    member_kind BIGINT NOT NULL,
    member_number BIGINT NOT NULL,
    PRIMARY KEY (group_number, member_kind, member_number)
) {{CLUSTERED}};
CREATE INDEX provisioning_members_member ON provisioning_members (member_kind, member_number, group_number);

-- What was deleted: who comes back is the same directory object, and a group of the same name is another group.
CREATE TABLE provisioning_former (
    id UUID PRIMARY KEY,
    connection UUID NOT NULL,
    -- User, Group
    kind TEXT NOT NULL,
    name_key TEXT NOT NULL,
    external_id TEXT,
    source_id UUID NOT NULL,
    object_id UUID NOT NULL,
    deleted_at BIGINT NOT NULL
);
CREATE INDEX provisioning_former_external ON provisioning_former (connection, kind, external_id);
CREATE INDEX provisioning_former_name ON provisioning_former (connection, kind, name_key);
