-- The attributes of users who were planned while they were read for the first time, many to a row.
CREATE TABLE dirsync_packs (
    run_id UUID NOT NULL,
    -- The place in the plan of the item that the first of them belongs to; the others follow.
    first_seq BIGINT NOT NULL,
    -- Each with its length before it, as JSON.
    bodies {{BYTES}} NOT NULL,
    PRIMARY KEY (run_id, first_seq)
);
{{POSTGRES}} ALTER TABLE dirsync_packs ALTER COLUMN bodies SET STORAGE EXTERNAL;
