//! What the console shows: the services of the rooms.

use kernel::Env;
use operators::Operators;
use signals::Signals;

/// The rooms' services. Cheap to clone.
#[derive(Clone)]
pub struct Rooms {
    /// Time and chance.
    pub env: Env,
    /// Where people reach this server: `https://vestibule.example`, without a slash at its end.
    pub url: String,
    /// Who may run this server.
    pub operators: Operators,
    /// The one ordered log.
    pub signals: Signals,
}
