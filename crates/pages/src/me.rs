//! A person's own portal, `/me`: what they sign in with, what was tried in their name. Read on a phone first.

pub mod activity;
pub mod app;
pub mod browser;
pub mod devices;
pub mod factor;
pub mod gate;
pub mod overview;
pub mod routes;
pub mod texts;
pub mod words;

use crate::layout::Frame;
use texts::Texts;

/// A page of the portal's navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Overview,
    Devices,
    Activity,
    /// Below one of the others.
    None,
}

/// What is around every page of somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Shell {
    pub texts: &'static Texts,
    /// What was just done; empty where nothing was.
    pub said: &'static str,
    pub place: Place,
}

/// A frame with the language's title.
pub type Framed = (Frame, Shell);

#[cfg(test)]
pub mod samples;
