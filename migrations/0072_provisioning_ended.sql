-- Connections that were ended while they had users or groups: what became of those is the directory sync's to plan.
CREATE TABLE provisioning_ended (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    name TEXT NOT NULL,
    -- The tenant that it was bound to. Then its users are the tenant's, and nothing of it is a source of its own.
    tenant_id UUID,
    user_count BIGINT NOT NULL,
    group_count BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    -- An actor's label, and the operator it stands for.
    ended_by TEXT NOT NULL,
    person UUID
);
CREATE INDEX provisioning_ended_of ON provisioning_ended (organisation, ended_at);
