-- Lists by the last change, and counts by state.
CREATE INDEX directory_users_changed ON directory_users (organisation, changed_at, id);
CREATE INDEX directory_users_states ON directory_users (organisation, source_id, state, state_cause);
CREATE INDEX directory_groups_changed ON directory_groups (organisation, changed_at, id);
