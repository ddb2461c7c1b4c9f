#![doc = include_str!("../README.md")]

pub mod arguments;
mod folder;
mod life;
pub mod ready;
pub mod second;
pub mod second_factor;
mod set_up;
pub mod start;

pub use arguments::Arguments;
pub use start::{Demo, start};

#[cfg(test)]
mod tests;
