//! Who is the same person, and who only looks so.

use directory::UserAttributes;
use uuid::Uuid;

use super::{MatchedBy, Matching, Pair, matched};

fn user(immutable: &str, mail: &str, upn: &str) -> UserAttributes {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    UserAttributes {
        on_premises_immutable_id: some(immutable),
        mail: some(mail),
        user_principal_name: some(upn),
        ..UserAttributes::default()
    }
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

#[test]
fn only_exact_matches_count() {
    let cases = vec![
        (user("Aa==", "", ""), user("Aa==", "", ""), Some(MatchedBy::ImmutableId)),
        (user("Aa==", "", ""), user("aA==", "", ""), None),
        (user("", "Ada@Old.example", ""), user("", "ada@old.example", "other"), Some(MatchedBy::Mail)),
        (user("", "", "ada@x.example"), user("", "", "ADA@x.example"), Some(MatchedBy::UserPrincipalName)),
        (user("A", "ada@x.example", ""), user("B", "ada@x.example", ""), Some(MatchedBy::Mail)),
        (user("", "ada@x.example", ""), user("", "", "ada@x.example"), None),
        (user(" ", "", ""), user(" ", "", ""), None),
        (user("", "", ""), user("", "", ""), None),
    ];
    for (old, new, expected) in cases {
        assert_eq!(matched(&old, &new), expected, "{old:?} {new:?}");
    }
}

#[test]
fn a_pair_has_no_other_match_on_either_side() {
    let mut matching = Matching::default();
    for (number, old) in [
        (1, user("", "one@x.example", "")),
        (2, user("", "two@x.example", "")),
        (3, user("", "two@x.example", "")),
        (4, user("", "four@x.example", "")),
        (5, user("", "five@x.example", "")),
        (6, user("", "six@x.example", "")),
        (7, user("", "", "seven@x.example")),
    ] {
        matching.left(id(number), &old);
    }
    for (number, new) in [
        (101, user("", "one@x.example", "one@x.example")),
        (102, user("", "two@x.example", "")),
        (104, user("", "four@x.example", "")),
        (105, user("", "four@x.example", "")),
        // One user who would take two places.
        (106, user("", "six@x.example", "seven@x.example")),
    ] {
        matching.candidate(id(number), &new);
    }
    assert_eq!(matching.pairs(), [Pair { old_user: id(1), new_user: id(101), matched_by: MatchedBy::Mail }]);
}
