//! Journeys: what an operator sees happen, told through the server's HTTP interface against a local Entra.
//!
//! [`World`] is a story's stage: a local Entra, one or more nodes of the server, one database, one clock for all of
//! them. Nothing in it waits: time is moved, and what is due is done by hand. Deliberately asserts nothing about
//! insides; what stories look at is what callers of the API see, and the directory itself.

pub mod cut;
pub mod entra;
pub mod http;
pub mod node;
pub mod picture;
pub mod world;

pub use entra::Entra;
pub use node::Node;
pub use picture::Picture;
pub use world::World;
