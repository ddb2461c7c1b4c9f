//! The time line of our keys as a picture: published, signing, gone. Drawn on the server; the table beside it says the same.

use askama::Template;
use kernel::Timestamp;

use crate::format;

const WIDTH: i64 = 720;
const LEFT: i64 = 108;
const TOP: i64 = 18;
const ROW: i64 = 26;
const BAR: i64 = 12;
const DAY: i64 = 86_400;
/// How far back the picture goes, and how far ahead where nothing is settled.
const BACK: i64 = 30 * DAY;
const AHEAD: i64 = 7 * DAY;
/// The farthest that is drawn.
const FARTHEST: i64 = 90 * DAY;

/// A key's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLife {
    pub kid: String,
    pub published: Timestamp,
    pub signs: Timestamp,
    pub until: Option<Timestamp>,
    pub removed: Option<Timestamp>,
    pub signs_now: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Bar {
    class: &'static str,
    x: i64,
    width: i64,
    title: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    y: i64,
    text_y: i64,
    label: String,
    bars: Vec<Bar>,
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "second_factor/course.html")]
pub struct Course {
    lines: Vec<Line>,
    height: i64,
    now_x: i64,
    ticks: Vec<(i64, String)>,
    told: String,
}

impl askama::filters::HtmlSafe for Course {}

/// From when until when, in seconds.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: i64,
    until: i64,
}

impl Span {
    fn of(keys: &[KeyLife], now: i64) -> Self {
        let first = keys.iter().map(|key| key.published.seconds()).min().unwrap_or(now);
        let last = keys.iter().filter_map(|key| key.removed.or(key.until)).map(Timestamp::seconds).max().unwrap_or(now);
        let from = first.max(now - BACK).min(now - DAY);
        Self { from, until: (last + DAY).clamp(now + AHEAD, now + FARTHEST) }
    }

    fn x(self, at: i64) -> i64 {
        let at = at.clamp(self.from, self.until);
        LEFT + (at - self.from) * (WIDTH - LEFT) / (self.until - self.from).max(1)
    }
}

impl Course {
    /// Draws the keys that are published, or were within the last month, oldest first.
    pub fn new(keys: &[KeyLife], now: Timestamp) -> Self {
        let recent = |key: &&KeyLife| key.removed.is_none_or(|removed| removed.seconds() > now.seconds() - BACK);
        let keys: Vec<KeyLife> = keys.iter().filter(recent).cloned().collect();
        let span = Span::of(&keys, now.seconds());
        let lines = keys.iter().zip(0..).map(|(key, row)| line(key, row, span)).collect();
        let height = TOP + ROW * i64::try_from(keys.len()).unwrap_or(0) + 22;
        let ticks = (0..=4).map(|part| {
            let at = span.from + (span.until - span.from) * part / 4;
            (span.x(at), format::day(Timestamp::from_seconds(at)))
        });
        Self { lines, height, now_x: span.x(now.seconds()), ticks: ticks.collect(), told: told(&keys) }
    }
}

fn line(key: &KeyLife, row: i64, span: Span) -> Line {
    let y = TOP + ROW * row + (ROW - BAR) / 2;
    let removed = key.removed.map_or(span.until, Timestamp::seconds);
    let until = key.until.map_or(removed, Timestamp::seconds).min(removed);
    let bar = |class, title: &str, from: i64, to: i64| Bar {
        class,
        x: span.x(from),
        width: span.x(to) - span.x(from),
        title: format!("{} {title}", short(&key.kid)),
    };
    let signs = key.signs.seconds();
    let bars = [
        bar("info", "is published, and waits for its turn", key.published.seconds(), signs.min(removed)),
        bar("ok", "signs", signs, until),
        bar("off", "is still published, and signs no more", until, removed),
    ];
    let bars = bars.into_iter().filter(|bar| bar.width > 0).collect();
    Line { y, text_y: y + BAR - 2, label: short(&key.kid), bars }
}

/// The beginning of a key's id.
pub fn short(kid: &str) -> String {
    kid.chars().take(8).collect()
}

fn told(keys: &[KeyLife]) -> String {
    let one = |key: &KeyLife| {
        let signs = if key.signs_now { "signs now" } else { "does not sign now" };
        format!("{} {signs}, signs from {}", short(&key.kid), format::moment(key.signs))
    };
    format!("Time line of the keys. {}", keys.iter().map(one).collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::{Course, DAY, KeyLife, LEFT, WIDTH};
    use crate::tests::{NOW, ago, ahead};

    fn life(kid: &str, published: i64, signs: i64, until: Option<i64>, removed: Option<i64>) -> KeyLife {
        let at = |days: i64| if days < 0 { ago(-days * DAY) } else { ahead(days * DAY) };
        KeyLife {
            kid: kid.into(),
            published: at(published),
            signs: at(signs),
            until: until.map(at),
            removed: removed.map(at),
            signs_now: signs <= 0 && until.is_none_or(|until| until > 0),
        }
    }

    #[test]
    fn bars_follow_each_other_and_stay_in_the_picture() {
        let keys = [
            life("gone-long-ago", -400, -398, Some(-200), Some(-198)),
            life("old", -180, -178, Some(1), Some(3)),
            life("new", -1, 1, None, None),
        ];
        let course = Course::new(&keys, NOW);
        assert_eq!(course.lines.len(), 2, "what went long ago is not drawn");
        let classes: Vec<Vec<_>> =
            course.lines.iter().map(|line| line.bars.iter().map(|bar| bar.class).collect()).collect();
        assert_eq!(classes, [vec!["ok", "off"], vec!["info", "ok"]]);
        for line in &course.lines {
            for pair in line.bars.windows(2) {
                assert_eq!(pair[0].x + pair[0].width, pair[1].x, "{line:?}");
            }
            for bar in &line.bars {
                assert!(bar.x >= LEFT && bar.x + bar.width <= WIDTH, "{bar:?}");
            }
        }
        assert!(course.lines[0].bars[0].x < course.now_x && course.lines[1].bars[1].x > course.now_x);
    }

    #[test]
    fn one_key_alone_is_drawn_too() {
        let course = Course::new(&[life("first", 0, 0, None, None)], NOW);
        assert_eq!(course.lines[0].bars.len(), 1);
        assert!(course.told.contains("signs now"), "{}", course.told);
    }
}
