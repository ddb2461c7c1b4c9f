//! The admin API and its page: how people and tests drive the emulator. No authentication: it is a toy tenant's.
