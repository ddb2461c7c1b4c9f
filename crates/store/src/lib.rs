//! Pool, migrations, unit of work, job queue, leases, sealed secrets; SQLite and PostgreSQL.
