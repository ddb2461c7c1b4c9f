//! The emulator's state in a file, so that a restart goes on where it stopped.
