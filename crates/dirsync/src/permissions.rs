//! What an actor needs leave for here.

use directory::SourceId;

use crate::model::RunId;

kernel::permission!(
    /// Reads settings, runs, plans, conflicts and lists.
    ReadSync {} = "dirsync.read", [Owner, Administrator, Helpdesk, Auditor]
);
kernel::permission!(
    /// Changes the settings of a source.
    ChangeSettings { source: SourceId } = "dirsync.change_settings", [Owner, Administrator]
);
kernel::permission!(
    /// Starts a run of a source.
    StartRun { source: SourceId } = "dirsync.start_run", [Owner, Administrator]
);
kernel::permission!(
    /// Looks at one user or group now.
    SyncOne { source: SourceId } = "dirsync.sync_one", [Owner, Administrator, Helpdesk]
);
kernel::permission!(
    /// Cancels, allows or rejects a run.
    DecideRun { run: RunId } = "dirsync.decide_run", [Owner, Administrator]
);
kernel::permission!(
    /// Decides conflicts.
    DecideConflicts {} = "dirsync.decide_conflicts", [Owner, Administrator]
);
kernel::permission!(
    /// Edits exceptions and additions.
    EditLists { source: SourceId } = "dirsync.edit_lists", [Owner, Administrator, Helpdesk]
);
kernel::permission!(
    /// Takes back a run or a change.
    Undo { source: SourceId } = "dirsync.undo", [Owner, Administrator]
);
