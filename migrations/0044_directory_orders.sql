-- Lists of people by state and by department, however many there are.
CREATE INDEX directory_users_by_state ON directory_users (organisation, state, id);
CREATE INDEX directory_users_by_department ON directory_users (organisation, LOWER(COALESCE(department, '')), id);
{{POSTGRES}} ALTER TABLE directory_users SET (toast_tuple_target = 4080);
