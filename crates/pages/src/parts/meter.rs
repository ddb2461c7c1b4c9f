//! How much of something: a bar, and the progress of a run.

use std::time::Duration;

use askama::Template;

use super::Tone;
use crate::format;

/// A share of a whole as a bar with its figure.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/meter.html")]
pub struct Meter {
    tone: Tone,
    label: String,
    figure: String,
    /// In thousandths.
    filled: u64,
}

impl Meter {
    /// A bar of `part` in `whole`.
    pub fn new(tone: Tone, label: impl Into<String>, part: u64, whole: u64) -> Self {
        let figure = format!("{} of {}", format::count(part), format::count(whole));
        Self { tone, label: label.into(), figure, filled: thousandths(part, whole) }
    }
}

fn thousandths(part: u64, whole: u64) -> u64 {
    if whole == 0 { 0 } else { u64::try_from(u128::from(part.min(whole)) * 1_000 / u128::from(whole)).unwrap_or(1_000) }
}

/// One stage of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub name: &'static str,
    /// How far: done, under way, or not begun.
    pub tone: Tone,
}

/// The progress of something long.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/progress.html")]
pub struct Progress {
    stages: Vec<Stage>,
    label: String,
    done: u64,
    /// Unknown until the source has said how many there are.
    of: Option<u64>,
    per_second: u64,
    remaining: Option<Duration>,
}

impl Progress {
    /// A progress of `done` things.
    pub fn new(label: impl Into<String>, done: u64, of: Option<u64>) -> Self {
        Self { stages: Vec::new(), label: label.into(), done, of, per_second: 0, remaining: None }
    }

    /// With the stages of the pipeline.
    pub fn stages(mut self, stages: Vec<Stage>) -> Self {
        self.stages = stages;
        self
    }

    /// With its speed and what remains.
    pub fn speed(mut self, per_second: u64, remaining: Option<Duration>) -> Self {
        (self.per_second, self.remaining) = (per_second, remaining);
        self
    }

    fn filled(&self) -> u64 {
        self.of.map_or(0, |of| thousandths(self.done, of))
    }
}
