//! Collect, plan, guard, apply, verify; exceptions, additions, conflicts.
