//! The server, the emulator and seeded data in one process.
