//! What a connection looks like.

use provisioning::ending::{Afterwards, EndingView};

use super::*;
use crate::chart::{Bars, Bucket, Series};
use crate::layout::Section;
use crate::tests::{DAY, Gallery, HOUR, MINUTE, ago, ahead, frame};

pub fn connection() -> ConnectionView {
    ConnectionView {
        id: "0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
        name: "Vestibule".into(),
        tenant: "Contoso".into(),
        tenant_href: "/tenants/t1".into(),
        paused: false,
        url: "https://vestibule.contoso.example/scim/orgs/0198f0c2-6c1e-7b53-9a0d-3b1f44c8e1aa".into(),
        user_count: 1_962,
        group_count: 64,
        last_call: Some(ago(4 * MINUTE)),
        created: ago(40 * DAY),
        has_key: true,
        key_ends: Some(ahead(21 * DAY)),
        held_count: 31,
    }
}

fn course() -> Course {
    let series = [("Done", Tone::Ok), ("Held", Tone::Warn), ("Failed", Tone::Bad)];
    let series = series.map(|(name, tone)| Series { name: name.to_owned(), tone });
    let bucket =
        |hour: u64| Bucket { label: format!("{hour:02}:00"), counts: vec![hour * 13 % 90, hour % 3, hour % 5] };
    Course {
        cycle: Some(CycleView {
            began: ago(9 * MINUTE),
            ended: ago(4 * MINUTE),
            calls: 212,
            counts: vec![
                ("Created".into(), 8),
                ("Changed".into(), 31),
                ("Disabled".into(), 2),
                ("Members added".into(), 14),
                ("Members removed".into(), 3),
            ],
            failed: 2,
        }),
        chart: Bars::new("Calls per hour", series.into(), (0..24).map(bucket).collect()),
        span: "Last 24 hours".into(),
        dialects: vec![("Entra, as usual".into(), 201), ("Entra, standard".into(), 11)],
    }
}

fn key(label: &str, works: bool, used: Option<i64>) -> KeyRow {
    KeyRow {
        id: label.into(),
        key: "vk_0198f0c26c1e7b539a0d3b1f44c8e1aa".into(),
        label: label.into(),
        works,
        revoked: label == "Old",
        made: ago(40 * DAY),
        expires: (label != "Script").then(|| ahead(21 * DAY)),
        last_used: used.map(ago),
        last_address: "20.190.128.14".into(),
        addresses: if label == "Script" { "198.51.100.0/24".into() } else { String::new() },
    }
}

fn mapping_rows() -> Vec<MappingRow> {
    let mapping = |kind, source: &str, target: &str, without: &str| MappingRow {
        kind,
        source: source.into(),
        target: target.into(),
        must: !without.is_empty(),
        matching: target == "userName",
        without: without.into(),
    };
    vec![
        mapping("users", "userPrincipalName", "userName", "no user can be matched or created"),
        mapping("users", "objectId", "externalId", "a user cannot be told from another who has the same name later"),
        mapping("users", "mail", "emails[type eq \"work\"].value", ""),
        mapping("groups", "members", "members", "groups stay empty"),
    ]
}

pub fn add(gallery: &mut Gallery) {
    let page = |open| ConnectionPage::new(frame("Vestibule", Section::Connections), connection(), open);
    gallery.add("connection", &page(Open::Course(course())));
    let fresh = ConnectionView {
        user_count: 0,
        group_count: 0,
        last_call: None,
        has_key: false,
        held_count: 0,
        tenant: String::new(),
        ..connection()
    };
    let nothing = Course { cycle: None, dialects: Vec::new(), ..course() };
    let frame_of = || frame("Vestibule", Section::Connections);
    gallery.add("connection-fresh", &ConnectionPage::new(frame_of(), fresh, Open::Course(nothing)));
    let paused = ConnectionView { paused: true, ..connection() };
    gallery.add("connection-paused", &ConnectionPage::new(frame_of(), paused, Open::Course(course())));
    let rows = vec![
        key("Second key", true, None),
        key("First key", true, Some(4 * MINUTE)),
        key("Script", false, Some(HOUR)),
        key("Old", false, Some(9 * DAY)),
    ];
    let form = KeyForm { days: "365".into(), error: "Say what it is for.".into(), ..KeyForm::default() };
    gallery.add("connection-keys", &page(Open::Keys { rows, form }));
    let rows = mapping_rows();
    gallery
        .add("connection-mapping", &page(Open::Mapping { rows, json: "{\n  \"synchronizationRules\": []\n}".into() }));
    let settings = crate::provisioning::settings::samples::all();
    for (name, form) in settings {
        gallery.add(name, &page(Open::Settings(Box::new(form))));
    }
    gallery.add("connection-job", &page(Open::Job(Box::new(crate::provisioning::job::samples::tab()))));
    gallery.add("connection-job-nothing", &page(Open::Job(Box::new(crate::provisioning::job::samples::nothing()))));
    gallery.add("connection-pause", &ask_pause(frame_of(), "c1", "Vestibule"));
    gallery.add("key-revoke", &ask_revoke(frame_of(), "c1", "k1", "First key", true));
    let ending = EndingView {
        users: 1_840,
        active_users: 1_812,
        groups: 96,
        keys: 2,
        held_calls: 1,
        afterwards: Afterwards::Planned,
        confirmation: Some("Entra ID".into()),
    };
    gallery.add("connection-end", &ask_delete(frame_of(), &connection(), &ending));
    let empty = EndingView { users: 0, groups: 0, afterwards: Afterwards::Nothing, confirmation: None, ..ending };
    gallery.add("connection-delete", &ask_delete(frame_of(), &connection(), &empty));
}
