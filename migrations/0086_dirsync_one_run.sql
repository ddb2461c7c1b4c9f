-- A source has one run that is not over, whoever asks for another at the same moment.
CREATE UNIQUE INDEX dirsync_runs_open ON dirsync_runs (source_id)
    WHERE state IN ('queued', 'collecting', 'planning', 'held', 'applying', 'verifying');
