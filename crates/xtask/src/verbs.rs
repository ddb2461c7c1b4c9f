//! One file per verb of `./dev`.

pub mod bench;
pub mod demo;
pub mod generate;
pub mod lint;
pub mod new;
pub mod sdk;
pub mod shots;
pub mod test;
