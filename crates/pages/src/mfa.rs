//! The second factor: what a person sees while they prove themselves. Written to be read on a phone, in a hurry.

pub mod approve;
pub mod browser;
pub mod ended;
pub mod prove;
pub mod routes;
#[cfg(test)]
pub mod samples;
#[cfg(test)]
pub mod samples_ends;
pub mod texts;
