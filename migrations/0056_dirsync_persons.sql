-- The operator on whose account a run is, directly or through a token of theirs: they alone do not decide a plan that takes
-- away much (NET-03). Labels such as `token:ci` do not tell whose token it was.
ALTER TABLE dirsync_runs ADD COLUMN person UUID;
-- The operator who last changed whom the settings let in.
ALTER TABLE dirsync_settings ADD COLUMN scope_person UUID;
