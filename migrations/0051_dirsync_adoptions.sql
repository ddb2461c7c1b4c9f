-- Users of a disconnected source whom another source has too, as the last plan found them.
CREATE TABLE dirsync_adoptions (
    source_id UUID NOT NULL,
    -- The user of the disconnected source, and the one who takes its place.
    old_user UUID NOT NULL,
    new_user UUID NOT NULL,
    -- immutable_id, mail, user_principal_name
    matched_by TEXT NOT NULL,
    PRIMARY KEY (source_id, old_user)
);
