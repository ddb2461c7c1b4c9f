//! Hostile text never panics; the canonical text is the same filter; matching and explaining agree.

use proptest::prelude::*;

use super::*;

fn pick<T: Clone + std::fmt::Debug + 'static>(from: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(from.to_vec())
}

fn quoted() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => pick(&["Sales", "sales", "HR", "a", "", "O'Neil", "Zürich", "ZÜRICH", "İ", "ß", "smtp:a@b.c"]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
    .prop_map(|text| format!("'{}'", text.replace('\'', "''")))
}

fn comparison() -> impl Strategy<Value = String> {
    let word = || pick(&["eq", "ne", "gt", "ge", "lt", "le", "EQ", "Ne"]);
    let text = || {
        pick(&["department", "CITY", "employeeOrgData/division", "onPremisesExtensionAttributes/extensionAttribute7"])
    };
    prop_oneof![
        (text(), word(), quoted()).prop_map(|(path, word, value)| format!("{path} {word} {value}")),
        (text(), pick(&["eq", "ne"])).prop_map(|(path, word)| format!("{path}  {word} NULL")),
        (pick(&["accountEnabled", "onPremisesSyncEnabled"]), pick(&["eq", "ne"]), pick(&["true", "FALSE", "null"]))
            .prop_map(|(path, word, value)| format!("{path} {word} {value}")),
        (word(), pick(&["2024-01-01", "2024-01-01T00:00:00.123Z", "1999-12-31T23:59:59+05:30"]))
            .prop_map(|(word, value)| format!("createdDateTime {word} {value}")),
        (text(), prop::collection::vec(quoted(), 1..4))
            .prop_map(|(path, values)| format!("{path} IN ({})", values.join(" ,"))),
        (
            pick(&["startsWith", "ENDSWITH", "contains"]),
            text(),
            quoted(),
            pick(&["", " eq true", " eq false", " NE true"])
        )
            .prop_map(|(function, path, value, tail)| format!("{function}( {path},{value}){tail}")),
        (word(), 0_i64..4).prop_map(|(word, number)| format!("proxyAddresses/$count {word} {number}")),
        Just("otherMails/any()".to_owned()),
        (quoted(), quoted())
            .prop_map(|(one, other)| format!("proxyAddresses/any(x:x eq {one} or not startsWith(x,{other}))")),
        Just("assignedLicenses/any(l:l/skuId ne 184efa21-98c3-4e5d-95ab-d07053a96e67)".to_owned()),
    ]
}

fn filter() -> impl Strategy<Value = String> {
    comparison().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" and ")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" OR ")),
            inner.clone().prop_map(|part| format!("({part})")),
            inner.clone().prop_map(|part| format!("NOT ({part})")),
            inner.prop_map(|part| format!("not {part}")),
        ]
    })
}

fn person() -> impl Strategy<Value = Person> {
    let value = || pick(&["Sales", "HR", "a", "", "o'neil", "zürich", "i̇", "SS"]);
    let address = pick(&["smtp:a@b.c", "SMTP:x@y.z", "a"]);
    (
        prop::option::of(value()),
        prop::option::of(value()),
        prop::option::of(any::<bool>()),
        prop::option::of(pick(&["2024-01-01T00:00:00Z", "nonsense"])),
        prop::collection::vec(address, 0..3),
    )
        .prop_map(|(department, city, enabled, created, addresses)| {
            let mut person = Person::default().list("proxyAddresses", &addresses);
            for (path, value) in [("department", department), ("city", city), ("createdDateTime", created)] {
                if let Some(value) = value {
                    person = person.text(path, value);
                }
            }
            enabled.map_or(person.clone(), |enabled| person.flag("accountEnabled", enabled))
        })
}

/// Text made of what filters are made of, in any order.
fn rubble() -> impl Strategy<Value = String> {
    let pieces = pick(&[
        "(",
        ")",
        "'",
        "''",
        ",",
        "/",
        ":",
        "and",
        "or",
        "not",
        "eq",
        "in",
        "any",
        "all",
        "$count",
        "null",
        "true",
        "x",
        "department",
        "proxyAddresses",
        "assignedLicenses",
        "skuId",
        "startsWith",
        "'a'",
        "2024-01-01",
        "-",
        "5",
        " ",
        "184efa21-98c3-4e5d-95ab-d07053a96e67",
        "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:60-23:59",
        "ü",
        "\u{0}",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.join(" ").replace("  ", ""))
}

/// Reads whatever it is; a filter has to survive being printed, an error has to point into the text.
fn survives(text: &str) {
    match Filter::parse(text) {
        Ok(filter) => {
            assert_eq!(Filter::parse(&filter.to_string()).unwrap(), filter);
            let _ = (filter.matches(&ada()), filter.explain(&ada()), filter.to_graph());
        }
        Err(error) => {
            assert!(error.position.byte <= text.len() && text.is_char_boundary(error.position.byte), "{error:?}");
            assert!(!error.to_string().is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_a_filter_or_an_error(text in any::<String>()) {
        survives(&text);
    }

    #[test]
    fn any_rubble_is_a_filter_or_an_error(text in rubble()) {
        survives(&text);
    }

    #[test]
    fn a_filter_with_bytes_cut_out_is_a_filter_or_an_error(text in filter(), from in 0_usize..200, count in 1_usize..6) {
        let rest: String = text.chars().enumerate().filter(|(at, _)| *at < from || *at >= from + count).map(|(_, c)| c).collect();
        survives(&rest);
    }

    #[test]
    fn canonical_text_parses_to_the_same_filter(text in filter()) {
        let filter = Filter::parse(&text).unwrap();
        let canonical = filter.to_string();
        let again = Filter::parse(&canonical).unwrap();
        prop_assert_eq!(&again, &filter);
        prop_assert_eq!(again.to_string(), canonical);
    }

    #[test]
    fn matching_and_explaining_agree(text in filter(), person in person()) {
        let filter = Filter::parse(&text).unwrap();
        let why = filter.explain(&person);
        prop_assert_eq!(filter.matches(&person), why.truth == Truth::True);
        let again = Filter::parse(&filter.to_string()).unwrap();
        prop_assert_eq!(again.explain(&person).truth, why.truth);
        let opposite = Filter::parse(&format!("not ({text})")).unwrap().explain(&person).truth;
        prop_assert_eq!(opposite == Truth::True, why.truth == Truth::False);
        prop_assert_eq!(opposite == Truth::Unknown, why.truth == Truth::Unknown);
    }

    #[test]
    fn what_begins_or_ends_with_a_text_contains_it(text in quoted(), value in any::<String>()) {
        let person = Person::default().text("city", &value);
        let holds = |function: &str| Filter::parse(&format!("{function}(city, {text})")).unwrap().matches(&person);
        prop_assert!(!(holds("startsWith") || holds("endsWith")) || holds("contains"));
        let equal = Filter::parse(&format!("city eq {text}")).unwrap().matches(&person);
        prop_assert!(!equal || holds("startsWith") && holds("endsWith"));
        let own = Filter::parse(&format!("contains(city, '{}')", value.replace('\'', "''"))).unwrap();
        prop_assert!(own.matches(&person));
    }
}
