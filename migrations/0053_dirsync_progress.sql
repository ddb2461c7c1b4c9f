-- How far a plan is applied: its allowed items up to this one are, as are those that are marked by themselves.
ALTER TABLE dirsync_runs ADD COLUMN applied_until BIGINT NOT NULL DEFAULT 0;
-- When that was written last.
ALTER TABLE dirsync_runs ADD COLUMN applied_until_at BIGINT;
