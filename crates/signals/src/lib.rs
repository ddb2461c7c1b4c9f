//! Audit trail, event log with cursor.
