//! Journeys of the directory sync.

mod deltas;
mod killed;
mod lists;
mod nodes;
mod notifications;
mod people;
mod process;
mod property;
mod safety;
mod undo;
