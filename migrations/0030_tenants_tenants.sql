CREATE TABLE tenants_tenants (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    -- The tenant's id in Entra.
    entra_id UUID NOT NULL,
    name TEXT NOT NULL,
    primary_domain TEXT,
    -- A JSON list: the verified domains, as last read.
    domains TEXT NOT NULL,
    -- JSON: the cloud's name, and its base URLs where it has no name.
    cloud TEXT NOT NULL,
    client_id UUID NOT NULL,
    -- The application is this installation's own, shared by its organisations.
    shared_app BOOLEAN NOT NULL,
    user_id_attribute TEXT NOT NULL,
    -- A JSON list: what the permissions are needed for.
    features TEXT NOT NULL,
    -- Without user name and password; the whole address, where it has them, is in proxy_sealed.
    proxy_url TEXT,
    proxy_sealed {{BYTES}},
    ca_pem TEXT,
    -- connected, paused
    state TEXT NOT NULL,
    status TEXT NOT NULL,
    status_detail TEXT NOT NULL,
    status_code TEXT,
    status_since BIGINT NOT NULL,
    probed_at BIGINT,
    -- JSON lists: the permissions in the last token, and all that were ever seen.
    roles TEXT NOT NULL,
    roles_seen TEXT NOT NULL,
    -- A JSON list: the features that the status stops.
    stopped TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (organisation, entra_id)
);
CREATE INDEX tenants_tenants_entra ON tenants_tenants (entra_id);

CREATE TABLE tenants_credentials (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    tenant UUID NOT NULL REFERENCES tenants_tenants (id) ON DELETE CASCADE,
    -- primary, staged, retired
    slot TEXT NOT NULL,
    -- secret, certificate
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    -- The secret or the private key; null once retired.
    sealed {{BYTES}},
    certificate_pem TEXT,
    thumbprint TEXT,
    -- Its id in Entra, where known.
    key_id UUID,
    expires_at BIGINT,
    -- entered, entra, certificate
    expiry_source TEXT,
    -- The smallest number of days before the end that was warned of.
    warned_days BIGINT,
    refused_at BIGINT,
    refused_code TEXT,
    worked_at BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    retired_at BIGINT,
    retired_reason TEXT
);
CREATE INDEX tenants_credentials_tenant ON tenants_credentials (organisation, tenant, slot);

-- Consents that an administrator was sent to give. A row is used once.
CREATE TABLE tenants_consents (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    -- Who began: the same operator has to come back.
    begun_by TEXT NOT NULL,
    state_hash {{BYTES}} NOT NULL UNIQUE,
    -- JSON: what the tenant's record will say.
    draft TEXT NOT NULL,
    -- JSON: the secrets of the form; null once it has ended.
    sealed {{BYTES}},
    -- begun, settling, connected, failed
    state TEXT NOT NULL,
    detail TEXT,
    code TEXT,
    claimed_tenant UUID,
    tenant UUID,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_at BIGINT
);
