-- Where an organisation's events are sent.
CREATE TABLE signals_webhooks (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    url TEXT NOT NULL,
    -- Chosen event names as JSON; one that ends in * stands for all that begin so.
    events TEXT NOT NULL,
    -- How many calls are under way at once; 1 keeps the log's order.
    in_flight BIGINT NOT NULL,
    -- Who is told when it is switched off, as JSON: mail addresses.
    tell TEXT NOT NULL,
    -- enabled, disabled
    state TEXT NOT NULL,
    -- operator, gone, failing
    disabled_by TEXT,
    disabled_at BIGINT,
    secret {{BYTES}} NOT NULL,
    -- The former secret still signs until then.
    former_secret {{BYTES}},
    former_until BIGINT,
    rotated_at BIGINT NOT NULL,
    -- Every entry of the log up to here was sent, or waits in signals_deliveries.
    cursor BIGINT NOT NULL,
    -- Grows with every change by an operator: what was sent under an older one moves no cursor.
    version BIGINT NOT NULL,
    -- Failed calls in a row.
    failures BIGINT NOT NULL,
    failing_since BIGINT,
    -- Nothing is sent before.
    retry_at BIGINT,
    last_success_at BIGINT,
    last_failure_at BIGINT,
    last_error TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX signals_webhooks_organisation ON signals_webhooks (organisation, id);

-- One event for one webhook: sent, waiting to be sent again, or given up.
CREATE TABLE signals_deliveries (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    webhook_id UUID NOT NULL,
    -- log, replay, test
    origin TEXT NOT NULL,
    -- The entry of the log; 0 for a test.
    revision BIGINT NOT NULL,
    -- 0 for the whole entry, else which of its members.
    part BIGINT NOT NULL,
    event TEXT NOT NULL,
    -- Deliveries about one object keep their order.
    object_id UUID,
    object_name TEXT,
    -- waiting, delivered, dead
    state TEXT NOT NULL,
    -- Since the last time that somebody asked for it.
    attempts BIGINT NOT NULL,
    next_at BIGINT,
    last_status BIGINT,
    last_error TEXT,
    last_at BIGINT,
    last_duration BIGINT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX signals_deliveries_list ON signals_deliveries (webhook_id, id);
CREATE INDEX signals_deliveries_open ON signals_deliveries (webhook_id, state, revision) WHERE state IN ('waiting', 'dead');
CREATE INDEX signals_deliveries_finished ON signals_deliveries (finished_at) WHERE finished_at IS NOT NULL;

-- One call.
CREATE TABLE signals_attempts (
    id UUID PRIMARY KEY,
    delivery_id UUID NOT NULL,
    at BIGINT NOT NULL,
    -- Microseconds.
    duration BIGINT NOT NULL,
    -- The HTTP status, where there was an answer.
    status BIGINT,
    error TEXT,
    -- How the answer begins.
    response TEXT
);
CREATE INDEX signals_attempts_delivery ON signals_attempts (delivery_id, id);
