//! What an actor needs leave for here.

use store::queue::JobId;

kernel::permission!(
    /// Reads the job queue.
    ReadJobs {} = "jobs.read_jobs", [Owner, Administrator, Helpdesk, Auditor]
);
kernel::permission!(
    /// Runs a job again that was given up.
    RetryJob { job: JobId } = "jobs.retry_job", [Owner, Administrator]
);
kernel::permission!(
    /// Removes a job that waits or was given up.
    DiscardJob { job: JobId } = "jobs.discard_job", [Owner, Administrator]
);
