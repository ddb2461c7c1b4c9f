//! A few figures that matter at a glance.

use askama::Template;

use super::Tone;
use crate::chart::Spark;
use crate::format;

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    name: String,
    figure: String,
    words: bool,
    note: String,
    href: Option<String>,
    tone: Option<Tone>,
    spark: Option<Spark>,
}

impl Tile {
    /// A figure in words.
    pub fn new(name: impl Into<String>, figure: impl Into<String>) -> Self {
        let (name, figure) = (name.into(), figure.into());
        Self { name, figure, words: true, note: String::new(), href: None, tone: None, spark: None }
    }

    /// A number.
    pub fn count(name: impl Into<String>, number: u64) -> Self {
        Self { words: false, ..Self::new(name, format::count(number)) }
    }

    /// With a remark below.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Leads somewhere.
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// With a tone: its icon stands beside the name.
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = Some(tone);
        self
    }

    /// With its course over time.
    pub fn spark(mut self, spark: Spark) -> Self {
        self.spark = Some(spark);
        self
    }
}

/// A row of figures.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/tiles.html")]
pub struct Tiles {
    tiles: Vec<Tile>,
}

impl Tiles {
    /// The figures in reading order.
    pub fn new(tiles: Vec<Tile>) -> Self {
        Self { tiles }
    }
}
