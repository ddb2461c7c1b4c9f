//! The console: server-rendered HTML over the rooms' services.
//!
//! A page is a view struct with a template; a handler asks services and fills it. Deliberately holds no rule and no SQL,
//! and works without scripts: `assets/console.js` and htmx only make it quicker.

mod address;
mod assets;
mod chart;
mod directory;
mod dirsync;
mod flash;
mod form;
mod format;
mod icon;
mod layout;
mod list;
mod operators;
mod overview;
mod parts;
mod render;
mod server;
mod signals;
mod table;
mod tenants;

#[cfg(test)]
mod tests;
