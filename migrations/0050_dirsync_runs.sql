CREATE TABLE dirsync_settings (
    source_id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    -- The version whose preview an operator has confirmed (NET-07).
    confirmed_version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);

CREATE TABLE dirsync_cursors (
    source_id UUID NOT NULL,
    -- user, group
    kind TEXT NOT NULL,
    link TEXT NOT NULL,
    obtained_at BIGINT NOT NULL,
    PRIMARY KEY (source_id, kind)
);

CREATE TABLE dirsync_runs (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    source_id UUID NOT NULL,
    -- full, delta, rescope, single
    kind TEXT NOT NULL,
    preview BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    started_by TEXT NOT NULL,
    -- Of a single run: what to look at.
    subject TEXT,
    -- Where to go on after a stop.
    resume TEXT NOT NULL,
    progress TEXT NOT NULL,
    totals TEXT,
    verdict TEXT,
    outcome TEXT,
    error_code TEXT,
    error_detail TEXT,
    settings_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    -- Of a hold: when it counts as rejected.
    expires_at BIGINT,
    decided_by TEXT,
    decided_at BIGINT,
    decision TEXT,
    -- Which execution may write; an older one finds its name gone and stops.
    owner TEXT,
    -- What was lost by it, for the limits over 24 hours.
    users_lost BIGINT NOT NULL,
    groups_lost BIGINT NOT NULL
);
CREATE INDEX dirsync_runs_source ON dirsync_runs (source_id, id);
CREATE INDEX dirsync_runs_organisation ON dirsync_runs (organisation, id);
CREATE INDEX dirsync_runs_state ON dirsync_runs (state) WHERE state IN ('queued', 'collecting', 'planning', 'held', 'applying', 'verifying');

CREATE TABLE dirsync_staged (
    run_id UUID NOT NULL,
    kind TEXT NOT NULL,
    object_id UUID NOT NULL,
    -- The attributes that the source reported, as JSON; empty when it only said that the object is gone.
    body TEXT,
    -- What of them it told: 1 attributes, 2 manager.
    told BIGINT NOT NULL,
    -- changed (restorable), deleted, confirmed
    removed TEXT,
    PRIMARY KEY (run_id, kind, object_id)
);

CREATE TABLE dirsync_staged_members (
    run_id UUID NOT NULL,
    group_object_id UUID NOT NULL,
    slice BIGINT NOT NULL,
    members {{BYTES}} NOT NULL,
    PRIMARY KEY (run_id, group_object_id, slice)
);

CREATE TABLE dirsync_changes (
    run_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    -- user, group
    kind TEXT NOT NULL,
    object_id UUID NOT NULL,
    name TEXT NOT NULL,
    -- create, update, lose, return, purge, members, note
    effect TEXT NOT NULL,
    cause TEXT NOT NULL,
    members_added BIGINT NOT NULL,
    members_removed BIGINT NOT NULL,
    -- put, state, members, missing, purge
    act TEXT NOT NULL,
    -- The revision that the object had.
    base BIGINT,
    -- The state to bring it to, as JSON.
    state TEXT,
    -- The attributes to bring it to, as JSON; empty where they are as staged.
    attributes TEXT,
    -- Members to add and to remove, packed.
    members {{BYTES}},
    -- allowed, rejected
    decision TEXT NOT NULL,
    applied_at BIGINT,
    PRIMARY KEY (run_id, seq)
) {{CLUSTERED}};
CREATE INDEX dirsync_changes_effect ON dirsync_changes (run_id, effect, seq);

CREATE TABLE dirsync_exceptions (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    source_id UUID NOT NULL,
    -- user, group, alias
    kind TEXT NOT NULL,
    -- The object id, or the address in lower case.
    value TEXT NOT NULL,
    label TEXT NOT NULL,
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (source_id, kind, value)
);

CREATE TABLE dirsync_additions (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    source_id UUID NOT NULL,
    email TEXT NOT NULL,
    -- expected, found, expired
    state TEXT NOT NULL,
    object_id UUID,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    seen_at BIGINT,
    expires_at BIGINT NOT NULL,
    UNIQUE (source_id, email)
);
