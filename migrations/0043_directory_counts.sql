-- How many users and groups of a source are in each state: kept with every change, so that nobody has to count.
CREATE TABLE directory_counts (
    organisation UUID NOT NULL,
    -- user, group
    kind TEXT NOT NULL,
    source_id UUID NOT NULL,
    state TEXT NOT NULL,
    -- Why, for conflict and excluded; otherwise empty.
    cause TEXT NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (organisation, kind, source_id, state, cause)
) {{CLUSTERED}};
INSERT INTO directory_counts (organisation, kind, source_id, state, cause, total)
SELECT organisation, 'user', source_id, state, COALESCE(state_cause, ''), COUNT(*) FROM directory_users
GROUP BY organisation, source_id, state, COALESCE(state_cause, '');
INSERT INTO directory_counts (organisation, kind, source_id, state, cause, total)
SELECT organisation, 'group', source_id, state, COALESCE(state_cause, ''), COUNT(*) FROM directory_groups
GROUP BY organisation, source_id, state, COALESCE(state_cause, '');
DROP INDEX directory_users_states;
