-- Since when a source has not been followed for twice its interval; the alarm is given once.
ALTER TABLE dirsync_settings ADD COLUMN stale_since BIGINT;
