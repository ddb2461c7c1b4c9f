//! The ground, as tables.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use std::time::Duration;

use uuid::Uuid;

use crate as kernel;
use crate::{
    Actor, ActorKind, Cursor, Env, ErrorKind, Kinded as _, OperatorId, OrganisationId, Page, PageRequest, RequestId,
    Rng, Role, Scalar, Secret, Stored, Timestamp, TokenId,
};

crate::id_type!(
    /// An id of a test.
    ThingId
);
crate::text_enum!(
    /// A state of a test.
    pub enum Light {
        /// Stop.
        Red = "red",
        /// Go.
        Green = "bright_green",
    }
);
crate::permission!(
    /// Looks at one thing.
    LookAt { thing: ThingId } = "test.look_at", [Owner, Auditor]
);

const START: Timestamp = Timestamp::from_seconds(1_772_442_000);

#[test]
fn ids_sort_by_the_time_they_were_made() {
    let (env, hand) = Env::fixed(START, 1);
    let ids: Vec<ThingId> = (0..50)
        .map(|_| {
            hand.advance(Duration::from_millis(1));
            env.new_id()
        })
        .collect();
    assert!(ids.is_sorted());
    assert!(ids.iter().all(|id| id.0.get_version_num() == 7));
    let text = ids[0].to_string();
    assert_eq!(text.parse::<ThingId>().unwrap(), ids[0]);
    assert_eq!(serde_json::to_string(&ids[0]).unwrap(), format!("\"{text}\""));
    assert!("not an id".parse::<ThingId>().is_err());
}

#[test]
fn the_same_seed_draws_the_same_and_bounds_hold() {
    let draw = |seed| Rng::seeded(seed).bytes::<16>();
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    assert_ne!(Rng::system().bytes::<16>(), Rng::system().bytes::<16>());
    let rng = Rng::seeded(1);
    for (bound, most) in [(0, 0), (1, 0), (7, 6), (u64::MAX, u64::MAX)] {
        assert!((0..100).all(|_| rng.below(bound) <= most), "{bound}");
    }
    assert_eq!(rng.token::<32>().len(), 43);
}

#[test]
fn times_read_and_write_rfc_3339() {
    let cases = [
        ("2026-03-02T09:00:00Z", START, "2026-03-02T09:00:00Z"),
        ("2026-03-02T10:00:00+01:00", START, "2026-03-02T09:00:00Z"),
        ("1969-12-31T23:59:59.5Z", Timestamp::from_micros(-500_000), "1969-12-31T23:59:59.5Z"),
        ("2026-03-02T09:00:00.000001Z", START.plus(Duration::from_micros(1)), "2026-03-02T09:00:00.000001Z"),
    ];
    for (text, moment, written) in cases {
        assert_eq!(Timestamp::parse(text).unwrap(), moment, "{text}");
        assert_eq!(moment.to_string(), written);
        assert_eq!(serde_json::from_str::<Timestamp>(&format!("\"{text}\"")).unwrap(), moment);
    }
    for bad in ["", "2026-03-02", "2026-03-02 09:00", "tomorrow"] {
        assert!(Timestamp::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn times_do_not_run_over_and_beyond_the_writable_years_show_the_nearest() {
    assert_eq!(START.plus(Duration::MAX).to_string(), "9999-12-31T23:59:59.999999Z");
    assert_eq!(START.minus(Duration::MAX).to_string(), "0000-01-01T00:00:00Z");
    assert_eq!(START.since(START.plus(Duration::from_secs(1))), Duration::ZERO);
    assert_eq!(START.plus(Duration::from_secs(90)).since(START), Duration::from_secs(90));
    assert_eq!(Timestamp::from_micros(-1).seconds(), -1, "rounds down");
    let ends = [i64::MIN, i64::MAX].map(Timestamp::from_seconds);
    assert_eq!(ends.map(Timestamp::micros), [i64::MIN, i64::MAX], "seconds that nobody lives to see");
}

#[test]
fn a_manual_clock_stands_still_until_it_is_moved() {
    let (env, hand) = Env::fixed(START, 1);
    assert_eq!((env.now(), env.now()), (START, START));
    hand.advance(Duration::from_mins(1));
    assert_eq!(env.now().since(START), Duration::from_mins(1));
    hand.set(START);
    assert_eq!(env.now(), START);
}

#[test]
fn a_cursor_brings_back_its_key_and_nothing_else() {
    let cursor = Cursor::encode(&("Zoë", 42));
    assert_eq!(cursor.decode::<(String, i64)>(), Some(("Zoë".to_owned(), 42)));
    assert_eq!(cursor.decode::<i64>(), None, "a key of another list");
    for foreign in ["", "%%%", "bm8", &"A".repeat(4_000)] {
        assert_eq!(Cursor::from(foreign.to_owned()).decode::<(String, i64)>(), None, "{foreign}");
    }
}

#[test]
fn a_page_says_whether_there_is_more() {
    for (rows, limit, shown, more) in [(0, 2, 0, false), (2, 2, 2, false), (3, 2, 2, true)] {
        let page = Page::from_rows((0..rows).collect(), limit, |row: &i32| *row);
        assert_eq!((page.items.len(), page.next.is_some()), (shown, more), "{rows} rows");
        let last = page.next.and_then(|next| next.decode::<i32>());
        assert_eq!(last, more.then_some(1), "the next page begins after the last row shown");
    }
    for (asked, given) in [(0, 1), (50, 50), (501, 500)] {
        assert_eq!(PageRequest::first(asked).limit, given);
    }
    assert_eq!(Page { items: vec![1], next: None }.map(|n| n + 1).items, [2]);
}

fn actor(role: Role) -> Actor {
    let kind = ActorKind::Operator { id: OperatorId(Uuid::from_u128(1)), name: "ada".to_owned() };
    let organisation = OrganisationId(Uuid::from_u128(2));
    Actor { kind, organisation, role, request_id: RequestId(Uuid::from_u128(3)), address: None }
}

#[test]
fn leave_is_given_by_role_and_carries_its_subject() {
    let thing = ThingId(Uuid::from_u128(9));
    for (role, allowed) in
        [(Role::Owner, true), (Role::Administrator, false), (Role::Helpdesk, false), (Role::Auditor, true)]
    {
        match actor(role).may(LookAt { thing }) {
            Ok(may) => assert!(allowed && may.thing == thing && may.actor().role == role, "{role}"),
            Err(denied) => {
                assert!(!allowed, "{role}");
                assert_eq!((denied.kind(), denied.code()), (ErrorKind::Forbidden, "operators.forbidden"));
                assert!(denied.to_string().contains("test.look_at"));
            }
        }
    }
    let system = Actor::system("nightly", OrganisationId(thing.0), RequestId(thing.0));
    assert_eq!(system.may(LookAt { thing }).unwrap().subject().thing, thing);
}

#[test]
fn actors_are_named_by_what_they_are() {
    let token = ActorKind::Token {
        id: TokenId(Uuid::from_u128(2)),
        name: "ci".to_owned(),
        operator: OperatorId(Uuid::from_u128(1)),
    };
    let system = ActorKind::System { reason: "nightly" };
    for (kind, label) in [(actor(Role::Owner).kind, "operator:ada"), (token, "token:ci"), (system, "system:nightly")] {
        assert_eq!(Actor { kind, ..actor(Role::Owner) }.label(), label);
    }
}

#[test]
fn an_operator_and_a_token_of_theirs_are_one_person() {
    let ada = OperatorId(Uuid::from_u128(1));
    let token = ActorKind::Token { id: TokenId(Uuid::from_u128(2)), name: "ci".to_owned(), operator: ada };
    let source = ActorKind::Source { id: Uuid::from_u128(3), name: "Entra".to_owned() };
    let kinds = [
        (actor(Role::Owner).kind, Some(ada)),
        (token, Some(ada)),
        (source, None),
        (ActorKind::System { reason: "nightly" }, None),
    ];
    for (kind, person) in kinds {
        assert_eq!(Actor { kind, ..actor(Role::Owner) }.person(), person);
    }
}

#[test]
fn words_are_the_same_on_the_wire_in_the_database_and_in_the_description() {
    for light in Light::ALL.iter().copied() {
        assert_eq!(Light::parse(light.as_str()), Some(light));
        assert_eq!(serde_json::to_value(light).unwrap(), light.as_str());
        assert_eq!(Light::from_scalar(light.to_scalar()), Some(light));
    }
    assert_eq!(Light::Green.to_string(), "bright_green");
    assert_eq!((Light::parse("Red"), Light::from_scalar(Scalar::Int(Some(1)))), (None, None));
    let schema = serde_json::to_value(<Light as utoipa::PartialSchema>::schema()).unwrap();
    assert_eq!(schema["enum"], serde_json::json!(["red", "bright_green"]));
    for role in Role::ALL {
        assert_eq!(Role::parse(role.as_str()), Some(role));
        assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
    }
    assert!(Role::ALL.is_sorted(), "from most to least");
}

#[test]
fn stored_values_come_back_and_what_does_not_fit_is_refused() {
    assert_eq!(u64::from_scalar(7_u64.to_scalar()), Some(7));
    assert_eq!(u64::MAX.to_scalar(), Scalar::Int(Some(i64::MAX)), "a number too large is the largest");
    assert_eq!(u32::from_scalar(Scalar::Int(Some(-1))), None);
    assert_eq!(i64::from_scalar(Scalar::Int(None)), None);
    assert_eq!(<Option<i64>>::from_scalar(Scalar::Int(None)), Some(None));
    assert_eq!(<Option<Uuid>>::to_scalar(None), Scalar::Uuid(None));
    assert_eq!(Timestamp::from_scalar(START.to_scalar()), Some(START));
    assert_eq!(String::from_scalar("Zoë".to_scalar()).as_deref(), Some("Zoë"));
}

#[test]
fn a_secret_does_not_print_itself() {
    let secret = Secret::from("hunter2");
    assert_eq!(format!("{secret:?}"), "Secret(…)");
    assert_eq!(secret.expose(), "hunter2");
    let read: Secret<String> = serde_json::from_str("\"hunter2\"").unwrap();
    assert_eq!(read.expose(), "hunter2");
}
