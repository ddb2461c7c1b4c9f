-- The head of each organisation's log: taken with a row lock, so that revisions commit in order and without gaps.
CREATE TABLE signals_heads (
    organisation UUID PRIMARY KEY,
    revision BIGINT NOT NULL,
    hash {{BYTES}} NOT NULL
);

CREATE TABLE signals_log (
    organisation UUID NOT NULL,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- change: an object of the directory; act: everything else
    stream TEXT NOT NULL,
    name TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id UUID,
    actor_name TEXT NOT NULL,
    object_kind TEXT,
    object_id UUID,
    object_name TEXT,
    cause_kind TEXT,
    cause_id UUID,
    reason TEXT,
    address TEXT,
    request_id UUID NOT NULL,
    before TEXT,
    after TEXT,
    members {{BYTES}},
    hash {{BYTES}} NOT NULL,
    PRIMARY KEY (organisation, revision)
);
CREATE INDEX signals_log_object ON signals_log (object_id, revision) WHERE object_id IS NOT NULL;
CREATE INDEX signals_log_cause ON signals_log (cause_id, revision) WHERE cause_id IS NOT NULL;
CREATE INDEX signals_log_acts ON signals_log (organisation, revision) WHERE stream = 'act';
CREATE INDEX signals_log_at ON signals_log (organisation, at);
