//! Filters: any text is read or refused, printing keeps the meaning, and a naive reader agrees.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::filter::{Filter, Key};
use crate::schema::USER;
use crate::text::fold;

/// A filter of our own, for the naive reader.
#[derive(Debug, Clone)]
enum Naive {
    And(Box<Naive>, Box<Naive>),
    Or(Box<Naive>, Box<Naive>),
    Not(Box<Naive>),
    Present(&'static str),
    Null(&'static str),
    Text(&'static str, &'static str, String),
    Active(bool),
    /// One element has this type, and its value contains this.
    Element(String, String),
}

const TEXTS: [&str; 4] = ["title", "nickName", "externalId", "displayName"];
const WORDS: [&str; 7] = ["eq", "ne", "co", "sw", "ew", "gt", "le"];

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "", "a", "A", "ab", "aB", "b", "ba", "\"", "\\", "é", "É", "e\u{301}", "ß", "SS", "%", ") or (",
    ])
    .prop_map(str::to_owned)
}

fn naive() -> impl Strategy<Value = Naive> {
    let leaf = prop_oneof![
        prop::sample::select(&TEXTS[..]).prop_map(Naive::Present),
        prop::sample::select(&TEXTS[..]).prop_map(Naive::Null),
        (prop::sample::select(&TEXTS[..]), prop::sample::select(&WORDS[..]), word())
            .prop_map(|(name, operator, text)| Naive::Text(name, operator, text)),
        any::<bool>().prop_map(Naive::Active),
        (word(), word()).prop_map(|(kind, part)| Naive::Element(kind, part)),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            two.clone().prop_map(|(left, right)| Naive::And(Box::new(left), Box::new(right))),
            two.prop_map(|(left, right)| Naive::Or(Box::new(left), Box::new(right))),
            inner.prop_map(|inner| Naive::Not(Box::new(inner))),
        ]
    })
}

impl Naive {
    fn text(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        match self {
            Self::And(left, right) => format!("({}) and ({})", left.text(), right.text()),
            Self::Or(left, right) => format!("({}) or ({})", left.text(), right.text()),
            Self::Not(inner) => format!("not ({})", inner.text()),
            Self::Present(name) => format!("{name} pr"),
            Self::Null(name) => format!("{name} eq null"),
            Self::Text(name, operator, text) => format!("{name} {operator} {}", quoted(text)),
            Self::Active(flag) => format!("active eq {flag}"),
            Self::Element(kind, part) => format!("emails[type eq {} and value co {}]", quoted(kind), quoted(part)),
        }
    }

    fn holds(&self, user: &Value) -> bool {
        match self {
            Self::And(left, right) => left.holds(user) && right.holds(user),
            Self::Or(left, right) => left.holds(user) || right.holds(user),
            Self::Not(inner) => !inner.holds(user),
            Self::Present(name) => user[name].as_str().is_some_and(|text| !text.is_empty()),
            Self::Null(name) => user[name].as_str().is_none_or(str::is_empty),
            Self::Active(flag) => user["active"] == *flag,
            Self::Element(kind, part) => user["emails"].as_array().unwrap().iter().any(|element| {
                let text = |name: &str| fold(element[name].as_str().unwrap()).into_owned();
                text("type") == fold(kind) && text("value").contains(&*fold(part))
            }),
            Self::Text(name, operator, wanted) => {
                let Some(text) = user[name].as_str().filter(|text| *operator != "ne" || !text.is_empty()) else {
                    return *operator == "ne";
                };
                let exact = *name == "externalId";
                let form = |text: &str| if exact { text.to_owned() } else { fold(text).into_owned() };
                let (text, wanted) = (form(text), form(wanted));
                match *operator {
                    "eq" => text == wanted,
                    "ne" => text != wanted,
                    "co" => text.contains(&wanted),
                    "sw" => text.starts_with(&wanted),
                    "ew" => text.ends_with(&wanted),
                    "gt" => text > wanted,
                    _ => text <= wanted,
                }
            }
        }
    }
}

/// What an index would answer.
fn key_holds(key: &Key<'_>, user: &Value) -> bool {
    let folded = |name: &str| user[name].as_str().map(|text| fold(text).into_owned());
    match key {
        Key::ExternalId(id) => user["externalId"].as_str() == Some(id),
        Key::DisplayName(name) => folded("displayName").as_deref() == Some(name),
        Key::DisplayNamePrefix(name) => folded("displayName").is_some_and(|text| text.starts_with(name)),
        Key::Active(flag) => user["active"] == *flag,
        other => panic!("no filter here asks for {other:?}"),
    }
}

fn user() -> impl Strategy<Value = Value> {
    let texts = prop::collection::vec(prop::option::of(word()), 4);
    let emails = prop::collection::vec((word(), word()), 0..3);
    (texts, emails, any::<bool>()).prop_map(|(texts, emails, active)| {
        let emails: Vec<Value> = emails.iter().map(|(kind, value)| json!({ "type": kind, "value": value })).collect();
        let mut user = json!({ "active": active, "emails": emails });
        for (name, text) in TEXTS.iter().zip(texts) {
            if let Some(text) = text {
                user[*name] = text.into();
            }
        }
        user
    })
}

proptest! {
    #[test]
    fn a_naive_reader_agrees(naive in naive(), user in user()) {
        let text = naive.text();
        let filter = Filter::parse(&USER, &text).unwrap();
        prop_assert_eq!(filter.matches(user.as_object().unwrap()), naive.holds(&user), "{}", text);
    }

    #[test]
    fn printing_keeps_the_meaning(naive in naive()) {
        let filter = Filter::parse(&USER, &naive.text()).unwrap();
        let printed = filter.to_string();
        let again = Filter::parse(&USER, &printed).unwrap();
        prop_assert_eq!(&again, &filter, "{}", printed);
        prop_assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn another_reader_understands_what_is_printed(naive in naive()) {
        let filter = Filter::parse(&USER, &naive.text()).unwrap();
        let printed = filter.to_string();
        let theirs: scim_v2::filter::Filter = printed.parse().unwrap();
        prop_assert_eq!(Filter::parse(&USER, &theirs.to_string()).unwrap(), filter, "{} {}", printed, theirs);
    }

    #[test]
    fn an_index_finds_no_less_than_the_filter(parts in prop::collection::vec(naive(), 1..3), user in user()) {
        let text = parts.iter().map(|part| format!("({})", part.text())).collect::<Vec<_>>().join(" and ");
        let filter = Filter::parse(&USER, &text).unwrap();
        let lookup = filter.lookup();
        let found = lookup.keys.iter().all(|key| key_holds(key, &user));
        let matches = filter.matches(user.as_object().unwrap());
        prop_assert!(found || !matches, "{}", text);
        prop_assert!(!lookup.complete || found == matches, "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in r#"(userName|emails|\[|\]|\(|\)| |and|or|not|eq|pr|"|\\|\.|:|true|null|[0-9]|-|é|\u{0}){0,30}"#) {
        match Filter::parse(&USER, &text) {
            Ok(filter) => prop_assert_eq!(Filter::parse(&USER, &filter.to_string()).unwrap(), filter),
            Err(error) => prop_assert!(text.is_char_boundary(error.byte)),
        }
    }

    #[test]
    fn folding_twice_is_folding_once(text in any::<String>()) {
        let folded = fold(&text).into_owned();
        prop_assert_eq!(fold(&folded), folded.as_str());
    }
}
