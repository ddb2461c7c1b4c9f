//! The binary: config, wiring, serve, migrate, doctor, client commands.
