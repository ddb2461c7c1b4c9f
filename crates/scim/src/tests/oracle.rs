//! Another reader of filters, `scim_v2`, admits what we admit and means what we mean.
//!
//! Texts are made of a filter's own words in any order, so that most are wrong in some way. What `scim_v2` reads is
//! carried out on its own tree, by an evaluator that shares nothing with ours. Where it is not asked, because it is wrong
//! or because we are kinder on purpose:
//!
//! | text | RFC 7644 | `scim_v2` 1.0 | here |
//! |---|---|---|---|
//! | `not(title pr)` | `*1"not" "(" FILTER ")"`: no blank needed | refused | read |
//! | `(title pr)and(title pr)` | blanks needed | refused | read |
//! | `emails[type eq "work"].value eq "x"` | not in the grammar; Entra sends it | refused | read |
//! | `title co null`, `active gt true` | §3.4.2.2: `invalidFilter` for booleans | read | refused |
//! | `shoeSize eq 1`, `password pr` | left to the server | read | refused |

use proptest::prelude::*;
use scim_v2::filter::{AttrExp, AttrPath, CompValue, CompareOp, Filter as Theirs, ValFilter};
use serde_json::{Value, json};

use crate::filter::Filter;
use crate::schema::USER;

const NAMES: [&str; 6] = ["title", "nickName", "TITLE", "name.familyName", "emails", "emails.value"];
const PARTS: [&str; 3] = ["value", "type", "Display"];
const OPERATORS: [&str; 9] = ["eq", "NE", "co", "sw", "ew", "gt", "ge", "lt", "le"];
const TEXTS: [&str; 8] = ["a", "B", "ab", "b a", "\"", "\\", "a) or (b", "x] and [y"];

/// The words of a filter, one blank between any two.
fn words(names: &'static [&'static str], brackets: bool) -> BoxedStrategy<Vec<String>> {
    let name = move || prop::sample::select(names).prop_map(str::to_owned);
    let text = prop::sample::select(&TEXTS[..]).prop_map(|text| Value::from(text).to_string());
    let operator = prop::sample::select(&OPERATORS[..]).prop_map(str::to_owned);
    let leaf = prop_oneof![
        name().prop_map(|name| vec![name, "pr".to_owned()]),
        (name(), operator, text).prop_map(|(name, operator, text)| vec![name, operator, text]),
    ];
    let leaf = if brackets {
        let element = words(&PARTS, false).prop_map(|inner| wrapped(&["emails["], inner, "]"));
        prop_oneof![3 => leaf, 1 => element].boxed()
    } else {
        leaf.boxed()
    };
    let joined = leaf.prop_recursive(4, 16, 2, |inner| {
        let join = prop::sample::select(&["and", "or", "OR", "And"][..]);
        prop_oneof![
            (inner.clone(), join, inner.clone())
                .prop_map(|(left, join, right)| [left, vec![join.to_owned()], right].concat()),
            inner.clone().prop_map(|inner| wrapped(&["("], inner, ")")),
            inner.prop_map(|inner| wrapped(&["not", "("], inner, ")")),
        ]
    });
    joined.boxed()
}

fn wrapped(before: &[&str], inner: Vec<String>, after: &str) -> Vec<String> {
    let before = before.iter().map(|word| (*word).to_owned());
    before.chain(inner).chain([after.to_owned()]).collect()
}

/// The same with words lost, doubled and in each other's place.
fn spoilt() -> impl Strategy<Value = String> {
    let spoil = prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3_u8), 0..3);
    (words(&NAMES, true), spoil).prop_map(|(mut words, spoils)| {
        for (one, other, kind) in spoils {
            let (one, other) = (one.index(words.len()), other.index(words.len()));
            match kind {
                0 if words.len() > 1 => drop(words.remove(one)),
                1 => words.insert(other, words[one].clone()),
                _ => words.swap(one, other),
            }
        }
        words.join(" ")
    })
}

fn user() -> impl Strategy<Value = Value> {
    let text = || prop::option::of(prop::sample::select(&TEXTS[..]));
    let email = (text(), text(), text())
        .prop_map(|(value, kind, display)| json!({ "value": value, "type": kind, "display": display }));
    (text(), text(), text(), prop::collection::vec(email, 0..3)).prop_map(|(title, nick, family, emails)| {
        json!({ "title": title, "nickName": nick, "name": { "familyName": family }, "emails": emails })
    })
}

/// Carries out their tree; none when it names what no user has.
fn holds(filter: &Theirs, user: &Value) -> Option<bool> {
    match filter {
        Theirs::And(parts) => all(parts.iter().map(|part| holds(part, user))),
        Theirs::Or(parts) => either(parts.iter().map(|part| holds(part, user))),
        Theirs::Not(inner) => holds(inner, user).map(|it| !it),
        Theirs::Attr(test) => said(test, |path| texts(path, user)),
        Theirs::ValuePath(path) => {
            let known = path.attr.name.eq_ignore_ascii_case("emails") && path.attr.sub_attr.is_none();
            let elements = user["emails"].as_array()?.iter();
            // Names are looked at even where there is no element to try them on.
            element_holds(&path.filter, &Value::Null)?;
            let found = either(elements.map(|element| element_holds(&path.filter, element)))?;
            known.then_some(found)
        }
    }
}

fn element_holds(filter: &ValFilter, element: &Value) -> Option<bool> {
    match filter {
        ValFilter::And(parts) => all(parts.iter().map(|part| element_holds(part, element))),
        ValFilter::Or(parts) => either(parts.iter().map(|part| element_holds(part, element))),
        ValFilter::Not(inner) => element_holds(inner, element).map(|it| !it),
        ValFilter::Attr(test) => said(test, |path| {
            let name = path.name.to_lowercase();
            let known = ["value", "type", "display"].contains(&name.as_str()) && path.sub_attr.is_none();
            known.then(|| element[&name].as_str().into_iter().map(str::to_lowercase).collect())
        }),
    }
}

fn all(mut parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    // Every part is asked, so that a name that no user has is met wherever it stands.
    parts.try_fold(true, |sum, part| part.map(|part| sum && part))
}

fn either(mut parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    parts.try_fold(false, |sum, part| part.map(|part| sum || part))
}

/// The texts that an attribute holds.
fn texts(path: &AttrPath, user: &Value) -> Option<Vec<String>> {
    let sub = path.sub_attr.as_ref().map(|sub| sub.to_lowercase());
    let values: Vec<&Value> = match (path.name.to_lowercase().as_str(), sub.as_deref()) {
        ("title", None) => vec![&user["title"]],
        ("nickname", None) => vec![&user["nickName"]],
        ("name", Some("familyname")) => vec![&user["name"]["familyName"]],
        ("emails", None | Some("value")) => {
            user["emails"].as_array()?.iter().map(|element| &element["value"]).collect()
        }
        _ => return None,
    };
    Some(values.into_iter().filter_map(Value::as_str).map(str::to_lowercase).collect())
}

fn said(test: &AttrExp, texts: impl Fn(&AttrPath) -> Option<Vec<String>>) -> Option<bool> {
    let (path, operator, wanted) = match test {
        AttrExp::Present(path) => return Some(!texts(path)?.is_empty()),
        AttrExp::Comparison(path, operator, CompValue::Str(wanted)) => (path, operator, wanted.to_lowercase()),
        AttrExp::Comparison(..) => return None,
    };
    let texts = texts(path)?;
    let wanted = wanted.as_str();
    Some(match operator {
        CompareOp::Eq => texts.iter().any(|text| text == wanted),
        CompareOp::Ne => texts.is_empty() || texts.iter().any(|text| text != wanted),
        CompareOp::Co => texts.iter().any(|text| text.contains(wanted)),
        CompareOp::Sw => texts.iter().any(|text| text.starts_with(wanted)),
        CompareOp::Ew => texts.iter().any(|text| text.ends_with(wanted)),
        CompareOp::Gt => texts.iter().any(|text| text.as_str() > wanted),
        CompareOp::Ge => texts.iter().any(|text| text.as_str() >= wanted),
        CompareOp::Lt => texts.iter().any(|text| text.as_str() < wanted),
        CompareOp::Le => texts.iter().any(|text| text.as_str() <= wanted),
    })
}

/// `emails pr` asks for the list, not for its values: an element without `value` is there too.
fn asks_for_the_list(text: &str) -> bool {
    text.to_lowercase().contains("emails pr")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn both_admit_the_same_and_mean_the_same(text in spoilt(), user in user()) {
        prop_assume!(!asks_for_the_list(&text));
        let theirs = text.parse::<Theirs>().ok().and_then(|filter| holds(&filter, &user));
        let ours = Filter::parse(&USER, &text).ok();
        let ours = ours.map(|filter| filter.matches(user.as_object().expect("a user is an object")));
        prop_assert_eq!(ours, theirs, "{}", text);
    }
}

#[test]
fn where_they_differ_is_as_it_is_written_above() {
    let theirs = |text: &str| text.parse::<Theirs>().is_ok();
    let ours = |text: &str| Filter::parse(&USER, text).is_ok();
    for kinder in ["not(title pr)", "(title pr)and(title pr)", r#"emails[type eq "work"].value eq "x""#] {
        assert!(ours(kinder) && !theirs(kinder), "{kinder}");
    }
    for stricter in ["title co null", "active gt true", "shoeSize eq 1", "password pr"] {
        assert!(!ours(stricter) && theirs(stricter), "{stricter}");
    }
}
