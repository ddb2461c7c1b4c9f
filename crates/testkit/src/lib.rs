//! Test tools: temporary databases of both kinds, clocks, callers.
