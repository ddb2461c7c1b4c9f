//! Charts, drawn on the server as SVG; every one has its figures as text too.

use std::fmt::Write as _;

use askama::Template;

use crate::format;
use crate::parts::Tone;

const WIDTH: u64 = 720;
const HEIGHT: u64 = 194;
const LEFT: u64 = 44;
const BOTTOM: u64 = 28;
const TOP: u64 = 8;

/// A kind of thing that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its colour.
    pub tone: Tone,
}

/// The counts of one span of time, one per series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Such as `21 Nov`.
    pub label: String,
    /// One per series.
    pub counts: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    class: &'static str,
    y: u64,
    height: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stack {
    x: u64,
    title: String,
    segments: Vec<Segment>,
    label: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    y: u64,
    label: String,
}

/// Stacked bars over time.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/bars.html")]
pub struct Bars {
    title: String,
    series: Vec<Series>,
    buckets: Vec<Bucket>,
    stacks: Vec<Stack>,
    lines: Vec<Line>,
    bar_width: u64,
}

impl Bars {
    /// Draws the buckets in the order given.
    pub fn new(title: impl Into<String>, series: Vec<Series>, buckets: Vec<Bucket>) -> Self {
        let largest = buckets.iter().map(|bucket| bucket.counts.iter().sum()).max().unwrap_or(0);
        let top = round_up(largest);
        let step = (WIDTH - LEFT) / u64::try_from(buckets.len()).unwrap_or(1).max(1);
        let bar_width = (step * 7 / 10).clamp(1, 38);
        let every = buckets.len().div_ceil(8).max(1);
        let stacks = buckets.iter().enumerate().map(|(index, bucket)| {
            let x = LEFT + u64::try_from(index).unwrap_or(0) * step + (step - bar_width) / 2;
            let label = (index % every == 0).then(|| bucket.label.clone());
            Stack { x, title: title_of(bucket, &series), segments: segments(bucket, &series, top), label }
        });
        let stacks = stacks.collect();
        let lines = [0, 1, 2].map(|part| Line { y: y_of(top * part / 2, top), label: format::count(top * part / 2) });
        Self { title: title.into(), series, buckets, stacks, lines: lines.into(), bar_width }
    }

    fn is_empty(&self) -> bool {
        self.buckets.iter().all(|bucket| bucket.counts.iter().all(|count| *count == 0))
    }
}

fn y_of(value: u64, top: u64) -> u64 {
    let room = HEIGHT - TOP - BOTTOM;
    HEIGHT - BOTTOM - value * room / top.max(1)
}

fn segments(bucket: &Bucket, series: &[Series], top: u64) -> Vec<Segment> {
    let mut below = 0;
    let mut segments = Vec::new();
    for (count, series) in bucket.counts.iter().zip(series) {
        let (bottom, y) = (y_of(below, top), y_of(below + count, top));
        // What happened at all is drawn at least one unit high.
        let height = if *count == 0 { 0 } else { (bottom - y).max(1) };
        segments.push(Segment { class: series.tone.class(), y: bottom - height, height });
        below += count;
    }
    segments
}

fn title_of(bucket: &Bucket, series: &[Series]) -> String {
    let mut title = bucket.label.clone();
    for (count, series) in bucket.counts.iter().zip(series).filter(|(count, _)| **count > 0) {
        let _ = write!(title, ", {} {}", format::count(*count), series.name.to_lowercase());
    }
    title
}

/// The next even 1, 2, 4, 5 or 10 times a power of ten.
fn round_up(value: u64) -> u64 {
    let mut power = 1;
    while power * 10 < value {
        power *= 10;
    }
    [1, 2, 4, 6, 8, 10]
        .into_iter()
        .map(|step| step * power)
        .find(|top| *top >= value && *top % 2 == 0)
        .unwrap_or(power * 10)
}

/// A course over time without axes.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = r#"<svg class="spark" viewBox="0 0 100 28" preserveAspectRatio="none" role="img" aria-label="{{ label }}"><path class="area" d="{{ area }}"/><path d="{{ line }}"/></svg>"#
)]
pub struct Spark {
    label: String,
    line: String,
    area: String,
}

impl Spark {
    /// Draws the values in the order given.
    pub fn new(label: impl Into<String>, values: &[u64]) -> Self {
        let top = values.iter().copied().max().unwrap_or(0).max(1);
        let last = u64::try_from(values.len().saturating_sub(1)).unwrap_or(0).max(1);
        let mut line = String::new();
        for (index, value) in values.iter().enumerate() {
            let x = u64::try_from(index).unwrap_or(0) * 100 / last;
            let command = if index == 0 { 'M' } else { 'L' };
            let _ = write!(line, "{command}{x} {}", 26 - value * 24 / top);
        }
        let area = if line.is_empty() { String::new() } else { format!("{line}L100 28L0 28Z") };
        Self { label: label.into(), line, area }
    }
}
