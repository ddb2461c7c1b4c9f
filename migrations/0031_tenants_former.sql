-- Tenants that were disconnected and whose users may still be here. Connecting one again gives it its id back.
CREATE TABLE tenants_former (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    entra_id UUID NOT NULL,
    name TEXT NOT NULL,
    disconnected_at BIGINT NOT NULL,
    disconnected_by TEXT NOT NULL,
    UNIQUE (organisation, entra_id)
);

-- The last connection test of each tenant.
CREATE TABLE tenants_tests (
    tenant UUID PRIMARY KEY REFERENCES tenants_tenants (id) ON DELETE CASCADE,
    organisation UUID NOT NULL,
    tested_at BIGINT NOT NULL,
    tested_by TEXT NOT NULL,
    passed BOOLEAN NOT NULL,
    -- A JSON list of lines.
    lines TEXT NOT NULL
);
