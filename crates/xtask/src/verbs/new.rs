//! `./dev new`: empty, well-formed files in the right rooms.

use anyhow::Result;
use clap::Subcommand;

/// What can be made.
#[derive(Subcommand)]
pub enum Thing {
    /// An HTTP verb of a room: `route dirsync pause_run`.
    Route {
        /// The room.
        room: String,
        /// `<verb>_<noun>`.
        name: String,
    },
}

/// Makes it.
pub fn run(_thing: &Thing) -> Result<()> {
    Ok(())
}
