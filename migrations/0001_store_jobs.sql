CREATE TABLE store_jobs (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    kind TEXT NOT NULL,
    -- At most one waiting or running job per key.
    unique_key TEXT,
    payload TEXT NOT NULL,
    -- queued, running, done, dead
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    holder TEXT,
    lease_until BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX store_jobs_due ON store_jobs (state, run_at);
CREATE UNIQUE INDEX store_jobs_unique ON store_jobs (organisation, kind, unique_key) WHERE state IN ('queued', 'running');

CREATE TABLE store_leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL,
    -- Grows with every change of holder: a fencing token.
    epoch BIGINT NOT NULL
);
