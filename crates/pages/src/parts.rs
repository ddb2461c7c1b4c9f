//! The parts pages are made of: each a small struct with a template, safe to print into another template.
//!
//! Parts are plain data. They know no room and decide nothing.

pub mod action;
pub mod badge;
pub mod breaks;
pub mod callout;
pub mod cell;
pub mod checklist;
pub mod code;
pub mod diff;
pub mod facts;
pub mod head;
pub mod meter;
pub mod path;
pub mod steps;
pub mod tabs;
pub mod tiles;
pub mod timeline;
pub mod told;
pub mod when;

pub use action::Action;
pub use badge::{Badge, Tone};
pub use breaks::{Breaks, breaks};
pub use callout::Callout;
pub use cell::Cell;
pub use checklist::{Check, Checklist};
pub use code::Code;
pub use diff::Diff;
pub use facts::Facts;
pub use head::PageHead;
pub use meter::{Meter, Progress, Stage};
pub use path::Path;
pub use steps::Steps;
pub use tabs::{Tab, Tabs};
pub use tiles::{Tile, Tiles};
pub use timeline::{Entry, Timeline};
pub use told::{Told, told};
pub use when::When;

/// Marks templates that escape what they are given, so that other templates print them as they are.
macro_rules! safe {
    ($($part:ty),+ $(,)?) => { $(impl askama::filters::HtmlSafe for $part {})+ };
}

safe!(
    Action, Badge, Callout, Cell, Checklist, Code, Diff, Facts, PageHead, Meter, Progress, Path, Steps, Tabs, Tiles,
    Timeline, Told, When,
);

impl askama::filters::HtmlSafe for Breaks<'_> {}

safe!(crate::chart::Bars, crate::chart::Spark, crate::flash::Flash, crate::form::Field, crate::table::Table);
