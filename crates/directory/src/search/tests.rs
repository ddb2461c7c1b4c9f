//! The arena finds what a naive walk over the same lines finds.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn arena(lines: &[(u32, &str)]) -> Arena {
    let mut builder = ArenaBuilder::default();
    for (ordinal, text) in lines {
        builder.add(*ordinal, id(*ordinal), line(text.split('|')));
    }
    builder.build()
}

fn id(ordinal: u32) -> Uuid {
    Uuid::from_u128(u128::from(ordinal))
}

fn top(arena: &Arena, query: &str) -> Vec<u128> {
    arena.top(&Query::parse(query).unwrap(), 10).into_iter().map(|id| id.as_u128()).collect()
}

#[test]
fn names_that_begin_so_come_first_then_words_then_the_rest() {
    let people = arena(&[
        (1, "Grace Hopper|grace@contoso.example"),
        (2, "Ada Lovelace|ada@contoso.example|countess@contoso.example"),
        (3, "Amanda Ada|amanda@contoso.example"),
        (4_000, "Nevada Smith|n.smith@contoso.example"),
        (9_000, "José Ångström|jose@contoso.example"),
    ]);
    let cases: [(&str, &[u128]); 11] = [
        ("ada", &[2, 3, 4_000]),
        ("ADA  love", &[2]),
        ("love ada", &[2]),
        ("smith", &[4_000]),
        ("n.sm", &[4_000]),
        ("countess", &[2]),
        ("ÅNG", &[9_000]),
        ("contoso ada", &[2, 3, 4_000]),
        ("hopper\ngrace", &[1]),
        ("ada ada", &[2, 3, 4_000]),
        ("nobody", &[]),
    ];
    for (query, expected) in cases {
        assert_eq!(top(&people, query), expected, "{query}");
    }
    assert!(Query::parse(" \t\n").is_none());
}

#[test]
fn a_line_that_changes_or_goes_is_found_no_more() {
    let people = arena(&[(1, "Ada"), (2, "Grace"), (5_000, "Alan")]);
    let changes = vec![
        SearchChange::Put { ordinal: 1, id: id(1), line: line(["Augusta"]) },
        SearchChange::Remove { ordinal: 2 },
        SearchChange::Forget { id: id(5_000) },
        SearchChange::Put { ordinal: 3, id: id(3), line: line(["Barbara"]) },
    ];
    let after = people.refresh(changes);
    assert_eq!((top(&after, "a"), after.len()), (vec![1, 3], 2));
    assert_eq!(after, arena(&[(1, "Augusta"), (3, "Barbara")]));
    assert_eq!(top(&people, "a"), [1, 5_000, 2], "the older revision stays as it was");
}

/// The rank of a line, letter by letter.
fn naive(line: &str, query: &str) -> Option<usize> {
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    if words.is_empty() || !words.iter().all(|word| line.contains(word)) {
        return None;
    }
    let starts = |word: &String| {
        line.char_indices().any(|(at, _)| {
            let before = line[..at].chars().next_back();
            line[at..].starts_with(word) && !before.is_some_and(char::is_alphanumeric)
        })
    };
    Some(if line.starts_with(&words.join(" ")) { 0 } else { usize::from(!words.iter().all(starts)) + 1 })
}

fn changes() -> impl Strategy<Value = Vec<SearchChange>> {
    let ordinal = prop_oneof![0u32..12, 2_040u32..2_060, 9_000u32..9_004];
    let put = (ordinal.clone(), "[abé.@ -]{0,9}", "[ab@.]{0,6}").prop_map(|(ordinal, name, mail)| {
        let line = line([name.as_str(), mail.as_str()]);
        SearchChange::Put { ordinal, id: id(ordinal), line }
    });
    let remove = ordinal.clone().prop_map(|ordinal| SearchChange::Remove { ordinal });
    let forget = ordinal.prop_map(|ordinal| SearchChange::Forget { id: id(ordinal) });
    proptest::collection::vec(prop_oneof![6 => put, 1 => remove, 1 => forget], 0..60)
}

proptest! {
    #[test]
    fn any_changes_in_any_portions_equal_a_walk_over_the_lines(
        changes in changes(), portion in 1usize..20, query in "[abé.@ -]{0,4}", limit in 1usize..8,
    ) {
        let mut arena = Arena::default();
        let mut model = BTreeMap::new();
        for part in changes.chunks(portion) {
            arena = arena.refresh(part.to_vec());
            for change in part.iter().cloned() {
                match change {
                    SearchChange::Put { ordinal, line, .. } => drop(model.insert(ordinal, line)),
                    SearchChange::Remove { ordinal } => drop(model.remove(&ordinal)),
                    SearchChange::Forget { id } => model.retain(|ordinal, _| super::tests::id(*ordinal) != id),
                }
            }
        }
        let mut builder = ArenaBuilder::default();
        for (ordinal, line) in &model {
            builder.add(*ordinal, id(*ordinal), line.clone());
        }
        prop_assert_eq!(&arena, &builder.build());
        let Some(parsed) = Query::parse(&query) else { return Ok(()) };
        let mut expected: Vec<(usize, u32)> =
            model.iter().filter_map(|(ordinal, line)| Some((naive(line, &query)?, *ordinal))).collect();
        let all: Vec<u32> = expected.iter().map(|(_, ordinal)| *ordinal).collect();
        prop_assert!(arena.matches(&parsed).iter().eq(all));
        expected.sort_unstable();
        let expected: Vec<Uuid> = expected.into_iter().take(limit).map(|(_, ordinal)| id(ordinal)).collect();
        prop_assert_eq!(arena.top(&parsed, limit), expected);
    }
}
