//! The console: server-rendered HTML over the rooms' services.
