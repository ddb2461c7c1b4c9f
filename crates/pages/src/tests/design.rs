//! The style guide: every part once, so that a change of style is looked at in one place.

use std::time::Duration;

use askama::Template;

use super::{DAY, Gallery, HOUR, MINUTE, NOW, ago, frame};
use crate::address::Address;
use crate::chart::{Bars, Bucket, Series, Spark};
use crate::form::{Choice, Field};
use crate::icon::Icon;
use crate::layout::{Frame, Section};
use crate::parts::{
    Action, Badge, Callout, Cell, Check, Checklist, Code, Diff, Entry, Facts, Meter, PageHead, Path, Progress, Stage,
    Steps, Tab, Tabs, Tile, Tiles, Timeline, Tone,
};
use crate::table::{Column, Empty, Order, Paging, Row, Table};

#[derive(Template)]
#[template(path = "design.html")]
struct Design {
    frame: Frame,
    head: PageHead,
    icons: &'static [Icon],
    badges: Vec<Badge>,
    actions: Vec<Action>,
    callouts: Vec<Callout>,
    tiles: Tiles,
    tabs: Tabs,
    steps: Steps,
    table: Table,
    nothing: Table,
    facts: Facts,
    checklist: Checklist,
    timeline: Timeline,
    bars: Bars,
    meter: Meter,
    progress: Progress,
    code: Code,
    fields: Vec<Field>,
}

pub fn add(gallery: &mut Gallery) {
    gallery.add("design", &design());
}

const TONES: [(Tone, &str); 6] = [
    (Tone::Ok, "Healthy"),
    (Tone::Warn, "Needs a look"),
    (Tone::Bad, "Failed"),
    (Tone::Busy, "Running"),
    (Tone::Off, "Off"),
    (Tone::Info, "Preview"),
];

fn design() -> Design {
    Design {
        frame: frame("Design", Section::None),
        head: PageHead::new("Design")
            .lead("Every part of the console once.")
            .crumb("Tests", "/")
            .badge(Badge::accent("Sample"))
            .action(Action::go("Go somewhere", "/").icon(Icon::Out))
            .action(Action::post("Do it", "/").primary().icon(Icon::Play)),
        icons: Icon::ALL,
        badges: TONES.map(|(tone, word)| Badge::new(tone, word)).into_iter().chain([Badge::label("graph")]).collect(),
        actions: actions(),
        callouts: TONES.map(|(tone, word)| Callout::new(tone, word, "A sentence that says what it means.")).into(),
        tiles: tiles(),
        tabs: Tabs::new("Sample", vec![Tab::new("First", "#content"), Tab::new("Second", "/").count(1_204)], 0),
        steps: Steps::new(&["Choose", "Consent", "Test", "Preview"], 1),
        table: table(),
        nothing: Table::new("nothing", "Nothing", Vec::new(), Vec::new())
            .empty(Empty::new("Nothing yet", "Say what would fill it.").action(Action::go("Fill it", "/").primary())),
        facts: Facts::new()
            .text("Name", "Ada Lovelace")
            .with("Object id", Cell::Copy("6f1c9b5e-7d0a-4b3e-9a51-2f8c8e1d7a10".into()))
            .with("Source", Cell::badge(Badge::label("Graph")))
            .with("Phone", Cell::Blank)
            .with("Path", Cell::Paths(vec![path()])),
        checklist: checklist(),
        timeline: timeline(),
        bars: bars(),
        meter: Meter::new(Tone::Warn, "Deleted in the last 24 hours", 18, 25),
        progress: Progress::new("people", 48_200, Some(100_000))
            .stages(vec![
                Stage { name: "Collect", tone: Tone::Ok },
                Stage { name: "Plan", tone: Tone::Busy },
                Stage { name: "Apply", tone: Tone::Off },
            ])
            .speed(2_400, Some(Duration::from_secs(22))),
        code: Code::new(
            "sample-code",
            "Sample script",
            "Connect-MgGraph -Scopes Application.ReadWrite.All\nGet-MgUser",
        ),
        fields: fields(),
    }
}

fn path() -> Path {
    Path::new(vec![("Engineering".into(), "/".into()), ("All staff".into(), "/".into()), ("VPN".into(), String::new())])
}

fn actions() -> Vec<Action> {
    vec![
        Action::post("Primary", "/").primary(),
        Action::go("Plain", "/"),
        Action::ask("Delete", "/").danger().icon(Icon::Delete),
        Action::go("Small", "/").small(),
    ]
}

fn tiles() -> Tiles {
    Tiles::new(vec![
        Tile::count("People", 2_014).note("12 more than last week").spark(Spark::new("People", &[3, 5, 4, 8, 9, 12])),
        Tile::new("Last run", "4 min ago").note("Delta, 12 changes").href("/"),
        Tile::count("Conflicts", 12).tone(Tone::Warn).href("/"),
        Tile::new("Tenant", "Consent withdrawn").tone(Tone::Bad),
    ])
}

fn table() -> Table {
    let here = Address::new("/design").with("sort", "name");
    let order = Order::parse("name");
    let columns = vec![
        Column::new("Name").sorted("name", &order, &here),
        Column::new("State"),
        Column::number("Groups").sorted("groups", &order, &here),
        Column::new("Changed"),
        Column::actions(),
    ];
    let row = |name: &str, badge: Badge, groups| {
        Row::new(vec![
            Cell::main(name, "/", "ada@contoso.example"),
            Cell::badge(badge),
            Cell::count(groups),
            Cell::ago(ago(HOUR), NOW),
            Cell::Actions(vec![Action::post("Retry", "/").small().about(name)]),
        ])
        .pick(name, name)
    };
    let rows = vec![row("Ada Lovelace", Badge::ok("Active"), 4), row("Grace Hopper", Badge::off("Disabled"), 1_204)];
    Table::new("sample", "Samples", columns, rows)
        .paging(Paging::new(&here, 2, Some(120), Some("c1")))
        .export("CSV", "/")
        .bulk(Action::post("Delete", "/"))
}

fn checklist() -> Checklist {
    Checklist::new(vec![
        Check::new(Tone::Ok, "Name resolution", "login.microsoftonline.com is known").took(Duration::from_millis(12)),
        Check::new(Tone::Bad, "Token", "The secret has expired.")
            .code("AADSTS7000222")
            .mend("Create a new secret in Entra and add it under Credentials."),
        Check::new(Tone::Off, "Read people", "Not run because there is no token."),
    ])
}

fn timeline() -> Timeline {
    let diff = Diff::new().changed("Department", "Research", "Engineering").added("Phone", "+44 20 7946 0018");
    Timeline::new(
        vec![
            Entry::new(Tone::Info, "Attributes changed", ago(5 * MINUTE), NOW, "delta run").diff(diff).icon(Icon::Edit),
            Entry::new(Tone::Ok, "Created", ago(30 * DAY), NOW, "first run").link("Run 1", "/").icon(Icon::Plus),
        ],
        "Nothing yet.",
    )
}

fn bars() -> Bars {
    let series = vec![
        Series { name: "Created".into(), tone: Tone::Ok },
        Series { name: "Updated".into(), tone: Tone::Info },
        Series { name: "Deleted".into(), tone: Tone::Bad },
    ];
    let buckets = (1..=14).map(|day| Bucket { label: format!("{day} Nov"), counts: vec![day % 5, 30 - day, day % 3] });
    Bars::new("Changes per day", series, buckets.collect())
}

fn fields() -> Vec<Field> {
    let choices = || vec![Choice::new("off", "Off").hint("Nothing runs."), Choice::new("on", "On").hint("Runs apply.")];
    vec![
        Field::text("a-text", "Name").hint("As it should be shown.").value("Contoso"),
        Field::text("a-wrong", "Filter").mono().value("department eq").error("A value is missing at position 14."),
        Field::number("a-number", "Delay", 7).unit("days"),
        Field::select("a-select", "Mode", choices()).value("on").optional(),
        Field::radio("a-radio", "Mode", choices()).value("off").cards(),
        Field::check("a-check", "Include disabled people", true).hint("They come in as disabled, never as active."),
        Field::area("a-area", "Reason", 3).value("Break-glass"),
    ]
}
