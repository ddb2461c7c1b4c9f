//! Which rules are in force for whom, and what others would mean: tables and properties.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::counts::{Counts, Holding, KeyModel};
use super::decide::{Subject, counts, giver, hits, in_force, least};
use super::effect::Shift;
use super::model::{
    AtRisk, Door, Enrolment, LockoutLevel, LockoutRule, MOST_POLICIES, People, Policy, PolicyId, Rule, Rules,
    WhenUnknown, Whom, validate,
};
use crate::model::FactorKind::{self, Hotp, Passkey, Push, Sms, Totp};
use crate::risk::{KnownRisk, RiskLevel, RiskUnknown};
use crate::settings::{Attestation, AttestationMode, Devices, Settings};

const BOARD: Uuid = Uuid::from_u128(1);
const SALES: Uuid = Uuid::from_u128(2);
const GLASS: Uuid = Uuid::from_u128(99);

fn policy(number: u128, whom: Whom, rules: Rules) -> Policy {
    Policy { id: PolicyId(Uuid::from_u128(number)), name: format!("P{number}"), enabled: true, whom, rules }
}

fn only_passkeys() -> Rules {
    Rules { kinds: Some(vec![Passkey]), ..Rules::default() }
}

/// What counts where kinds alone are looked at.
fn kinds(kinds: &[FactorKind]) -> Counts<'_> {
    Counts { kinds, models: None }
}

fn shift(held: &[FactorKind], before: &[FactorKind], after: &[FactorKind]) -> Shift {
    let held: Vec<Holding> = held.iter().copied().map(Holding::from).collect();
    Shift::of(&held, &kinds(before), &kinds(after))
}

fn models(mode: AttestationMode, allow: &[Uuid], deny: &[Uuid]) -> Attestation {
    Attestation { mode, allow: allow.to_vec(), deny: deny.to_vec() }
}

/// Somebody in these groups.
fn decided(
    policies: &[Policy],
    settings: &Settings,
    (object_id, guest, door): (Uuid, bool, Door),
    groups: &[Uuid],
) -> (Settings, Vec<(Rule, String)>) {
    let is_in = |group: Uuid| groups.contains(&group);
    let risk = KnownRisk::default();
    let found = hits(policies, settings, &Subject { object_id, guest, door, is_in: &is_in, risk: &risk });
    let (settings, given) = in_force(settings, &found);
    (settings, given.into_iter().map(|given| (given.rule, given.name)).collect())
}

#[test]
fn a_policy_is_for_those_who_are_meant_and_for_nobody_else() {
    type Case<'a> = (&'a str, Whom, &'a [Uuid], bool, Door, bool);
    let settings = Settings { break_glass: vec![GLASS], ..Settings::default() };
    let whom = |groups: &[Uuid], except: &[Uuid], people, doors: &[Door]| Whom {
        groups: groups.to_vec(),
        except_groups: except.to_vec(),
        people,
        doors: doors.to_vec(),
        risk: None,
    };
    let everybody = || whom(&[], &[], People::All, &[]);
    let cases: [Case<'_>; 14] = [
        ("everybody", everybody(), &[], false, Door::Entra, true),
        ("a guest", everybody(), &[], true, Door::Portal, true),
        ("a member", whom(&[BOARD], &[], People::All, &[]), &[BOARD], false, Door::Entra, true),
        ("a member of the second", whom(&[BOARD, SALES], &[], People::All, &[]), &[SALES], false, Door::Entra, true),
        ("a stranger", whom(&[BOARD], &[], People::All, &[]), &[SALES], false, Door::Entra, false),
        ("nobody's", whom(&[BOARD], &[], People::All, &[]), &[], false, Door::Entra, false),
        ("left out", whom(&[BOARD], &[SALES], People::All, &[]), &[BOARD, SALES], false, Door::Entra, false),
        ("left out of all", whom(&[], &[SALES], People::All, &[]), &[SALES], false, Door::Entra, false),
        ("not left out", whom(&[], &[SALES], People::All, &[]), &[BOARD], false, Door::Entra, true),
        ("guests", whom(&[], &[], People::Guests, &[]), &[], true, Door::Entra, true),
        ("guests, a member", whom(&[], &[], People::Guests, &[]), &[], false, Door::Entra, false),
        ("members, a guest", whom(&[BOARD], &[], People::Members, &[]), &[BOARD], true, Door::Entra, false),
        ("at the portal", whom(&[], &[], People::All, &[Door::Portal]), &[], false, Door::Portal, true),
        ("not in a sign-in", whom(&[], &[], People::All, &[Door::Portal]), &[], false, Door::Entra, false),
    ];
    for (name, whom, groups, guest, door, is_hit) in cases {
        let policies = [policy(1, whom, only_passkeys())];
        let mia = Uuid::from_u128(7);
        assert_eq!(!decided(&policies, &settings, (mia, guest, door), groups).1.is_empty(), is_hit, "{name}");
        let off = [Policy { enabled: false, ..policies[0].clone() }];
        assert!(decided(&off, &settings, (mia, guest, door), groups).1.is_empty(), "{name}, switched off");
        let glass = decided(&policies, &settings, (GLASS, guest, door), groups);
        assert!(glass.1.is_empty() && glass.0 == settings, "{name}, break-glass");
    }
}

#[test]
fn each_rule_comes_from_the_first_policy_that_says_something_about_it() {
    let of = |groups: &[Uuid]| Whom { groups: groups.to_vec(), ..Whom::default() };
    let level = LockoutRule::Level { level: LockoutLevel::High };
    let enrolment = Enrolment { inline: false, message: Some("Ask the desk".to_owned()), guests: false };
    let policies = [
        policy(1, of(&[BOARD]), Rules { kinds: Some(vec![Passkey]), least_factors: Some(3), ..Rules::default() }),
        policy(2, of(&[SALES]), Rules { lockout: Some(level), most_factors: Some(2), ..Rules::default() }),
        policy(
            3,
            of(&[]),
            Rules {
                kinds: Some(vec![Totp]),
                enrolment: Some(enrolment),
                devices: Some(Devices { days: 0, idle_days: 1 }),
                session_minutes: Some(30),
                window: Some(0),
                ..Rules::default()
            },
        ),
    ];
    let mia = (Uuid::from_u128(7), false, Door::Entra);
    let defaults = Settings::default();
    let (settings, given) = decided(&policies, &defaults, mia, &[BOARD, SALES]);
    assert_eq!(settings.kinds, [Passkey], "the first of two counts");
    assert_eq!((settings.most_factors, settings.least_factors), (2, 2), "nobody must keep more than they may have");
    assert_eq!((settings.lockout.lock_after, settings.lockout.address_limit), (5, defaults.lockout.address_limit));
    assert_eq!((settings.enrol_inline, settings.guests), (false, false));
    assert_eq!(settings.enrol_message.as_deref(), Some("Ask the desk"));
    assert_eq!((settings.devices.days, settings.session_minutes, settings.window), (0, 30, 0));
    let by = |rule| given.iter().find(|(given, _)| *given == rule).map(|(_, name)| name.as_str());
    let expected = [
        (Rule::Kinds, "P1"),
        (Rule::LeastFactors, "P1"),
        (Rule::MostFactors, "P2"),
        (Rule::Lockout, "P2"),
        (Rule::Enrolment, "P3"),
        (Rule::Window, "P3"),
        (Rule::Devices, "P3"),
        (Rule::Session, "P3"),
    ];
    assert_eq!(given.len(), expected.len());
    for (rule, name) in expected {
        assert_eq!(by(rule), Some(name), "{rule}");
    }
    let (settings, given) = decided(&policies[..2], &defaults, mia, &[]);
    assert_eq!((settings, given.len()), (defaults, 0), "who is in neither has the settings");
}

#[test]
fn what_is_lost_is_what_somebody_holds() {
    type Case<'a> = (&'a [FactorKind], &'a [FactorKind], &'a [FactorKind], &'a [FactorKind], &'a [FactorKind], bool);
    let cases: [Case<'_>; 8] = [
        (&[], &[Totp], &[], &[], &[], false),
        (&[Totp], &[Totp, Passkey], &[Passkey], &[Totp], &[], true),
        (&[Totp, Passkey], &[Totp, Passkey], &[Passkey], &[Totp], &[], false),
        (&[Totp, Hotp], &[Totp, Hotp], &[], &[Totp, Hotp], &[], true),
        (&[Totp], &[Passkey], &[Passkey], &[], &[], false),
        (&[Totp], &[Passkey], &[Totp], &[], &[Totp], false),
        (&[Totp, Sms], &[Sms], &[Totp], &[Sms], &[Totp], false),
        (&[Push], &[Push, Totp], &[Totp], &[Push], &[], true),
    ];
    for (held, before, after, lost, gained, last) in cases {
        let shift = shift(held, before, after);
        let expected = Shift { lost: lost.to_vec(), gained: gained.to_vec(), last };
        assert_eq!(shift, expected, "{held:?}: from {before:?} to {after:?}");
    }
    let there = shift(&[Totp], &[Totp], &[]);
    let nowhere = shift(&[Totp], &[], &[]);
    assert!(nowhere.clone().and(there).last, "at one door is enough");
    assert!(!nowhere.clone().and(nowhere).last, "what counted nowhere is not lost");
}

#[test]
fn a_key_is_lost_by_its_model_and_who_has_another_keeps_that() {
    use AttestationMode::{None as Off, Required, Wanted};
    const ONE: Uuid = Uuid::from_u128(501);
    const TWO: Uuid = Uuid::from_u128(502);
    type Case<'a> = (&'a [Holding], Attestation, bool, bool);
    let key = |aaguid: Option<Uuid>, attested| Holding { kind: Passkey, key: Some(KeyModel { aaguid, attested }) };
    let (proven, told, silent) = (key(Some(ONE), true), key(Some(ONE), false), key(None, false));
    let (other, app) = (key(Some(TWO), true), Holding::from(Totp));
    // What is held, what a policy says of models; whether something is lost, and whether it is the last.
    let cases: [Case<'_>; 13] = [
        (&[silent], models(Off, &[], &[]), false, false),
        (&[silent], models(Wanted, &[], &[]), false, false),
        (&[proven], models(Required, &[], &[]), false, false),
        (&[told], models(Required, &[], &[]), true, true),
        (&[told, app], models(Required, &[], &[]), true, false),
        (&[told, proven], models(Required, &[], &[]), true, false),
        (&[told], models(Wanted, &[ONE], &[]), false, false),
        (&[silent], models(Wanted, &[ONE], &[]), true, true),
        (&[told, other], models(Wanted, &[ONE], &[]), true, false),
        (&[told], models(Wanted, &[], &[ONE]), true, true),
        (&[told, other], models(Wanted, &[], &[ONE]), true, false),
        (&[told, other], models(Wanted, &[], &[ONE, TWO]), true, true),
        (&[app], models(Required, &[TWO], &[ONE]), false, false),
    ];
    for (held, models, loses, last) in cases {
        let (before, after) = (kinds(&[Passkey, Totp]), Counts { kinds: &[Passkey, Totp], models: Some(&models) });
        let lost = if loses { vec![Passkey] } else { Vec::new() };
        let there = Shift::of(held, &before, &after);
        assert_eq!(there, Shift { lost: lost.clone(), gained: Vec::new(), last }, "{held:?} under {models:?}");
        let back = Shift::of(held, &after, &before);
        assert_eq!(back, Shift { lost: Vec::new(), gained: lost, last: false }, "{held:?} without {models:?}");
    }
}

#[test]
fn models_come_from_the_first_policy_that_says_something_of_them_and_settings_take_no_key() {
    type Case<'a> = (&'a [Uuid], &'a [Policy], Option<u128>, bool);
    let strict = Attestation { mode: AttestationMode::Required, ..Attestation::default() };
    let none = Rules { attestation: Some(Attestation::default()), ..Rules::default() };
    let board = Whom { groups: vec![BOARD], ..Whom::default() };
    let policies = [
        policy(1, board, Rules { attestation: Some(strict.clone()), ..Rules::default() }),
        policy(2, Whom::default(), none),
    ];
    let defaults = Settings { attestation: strict.clone(), ..Settings::default() };
    let silent = Holding { kind: Passkey, key: Some(KeyModel::default()) };
    let cases: [Case<'_>; 4] = [
        (&[BOARD], &policies, Some(1), false),
        (&[], &policies, Some(2), true),
        (&[], &policies[..1], None, true),
        (&[BOARD], &[], None, true),
    ];
    for (groups, policies, by, has) in cases {
        let (is_in, risk) = (|group: Uuid| groups.contains(&group), KnownRisk::default());
        let object_id = Uuid::from_u128(7);
        let subject = Subject { object_id, guest: false, door: Door::Entra, is_in: &is_in, risk: &risk };
        let found = hits(policies, &defaults, &subject);
        let giver = giver(&found, Rule::Attestation).map(|policy| policy.id);
        assert_eq!(giver, by.map(|number| PolicyId(Uuid::from_u128(number))), "{groups:?}");
        assert_eq!(counts(&defaults, &found).has(&silent), has, "{groups:?}");
        let registered = in_force(&defaults, &found).0.attestation;
        assert_eq!(registered == strict, by != Some(2), "registration is ruled by the policy, or by the settings");
    }
}

#[test]
fn what_cannot_work_is_refused_with_the_reason() {
    let rules = |rules: Rules| policy(1, Whom::default(), rules);
    let of_models = |models| rules(Rules { attestation: Some(models), ..Rules::default() });
    let own = LockoutRule::Own { lock_after: 2, wait_after: 1, longest_wait_seconds: 1 };
    let many = (0..101).map(Uuid::from_u128).collect();
    let cases = [
        (Policy { name: " ".to_owned(), ..rules(only_passkeys()) }, "name: a policy's name has"),
        (rules(Rules::default()), "rules must say something"),
        (rules(Rules { kinds: Some(Vec::new()), ..Rules::default() }), "kinds must name at least one"),
        (rules(Rules { most_factors: Some(6), ..Rules::default() }), "most_factors must be from 1 to 5"),
        (rules(Rules { least_factors: Some(6), ..Rules::default() }), "least_factors must be from 1 to 5"),
        (
            rules(Rules { least_factors: Some(3), most_factors: Some(2), ..Rules::default() }),
            "least_factors must be from 1 to 2",
        ),
        (rules(Rules { lockout: Some(own), ..Rules::default() }), "lockout.lock_after must be from 3 to 100"),
        (rules(Rules { session_minutes: Some(5), ..Rules::default() }), "session_minutes must be from 10 to 720"),
        (of_models(models(AttestationMode::None, &[BOARD], &[])), "attestation.mode must be wanted or required"),
        (of_models(models(AttestationMode::Wanted, &[BOARD], &[BOARD])), "attestation.deny: 00000000-0000"),
        (of_models(models(AttestationMode::Wanted, &[BOARD; 501], &[])), "attestation.allow holds at most 500"),
        (policy(1, Whom { groups: many, ..Whom::default() }, only_passkeys()), "groups: at most 100"),
        (
            policy(1, Whom { groups: vec![BOARD], except_groups: vec![BOARD], ..Whom::default() }, only_passkeys()),
            "groups: one of them is left out again",
        ),
    ];
    for (policy, why) in cases {
        let told = validate(&[policy], &Settings::default()).unwrap_err().to_string();
        assert!(told.contains(why), "{told} instead of {why}");
    }
    let twice = [policy(1, Whom::default(), only_passkeys()), policy(1, Whom::default(), only_passkeys())];
    assert!(validate(&twice, &Settings::default()).unwrap_err().to_string().contains("two policies are called"));
    let same_id = [twice[0].clone(), Policy { name: "Other".to_owned(), ..twice[0].clone() }];
    assert!(validate(&same_id, &Settings::default()).unwrap_err().to_string().contains("two policies have the id"));
    let most = u128::try_from(MOST_POLICIES).unwrap();
    let many: Vec<_> = (1..=most + 1).map(|number| policy(number, Whom::default(), only_passkeys())).collect();
    assert!(validate(&many, &Settings::default()).is_err());
    assert!(validate(&many[1..], &Settings::default()).is_ok());
    let least = rules(Rules { least_factors: Some(3), ..Rules::default() });
    let few = Settings { most_factors: 2, ..Settings::default() };
    assert!(validate(&[least], &few).is_ok(), "how many one may have gives way");
}

#[test]
fn a_policy_is_written_as_it_is_meant_and_nothing_unknown_is_passed_over() {
    let written = json!({
        "name": "Managers", "whom": { "groups": [BOARD], "people": "members" },
        "rules": { "kinds": ["passkey"], "lockout": { "level": "high" }, "devices": { "days": 30, "idle_days": 7 } },
    });
    let read: Policy = serde_json::from_value(written).unwrap();
    assert!(read.is_new() && read.enabled);
    assert_eq!(read.whom, Whom { groups: vec![BOARD], people: People::Members, ..Whom::default() });
    assert_eq!(read.rules.lockout, Some(LockoutRule::Level { level: LockoutLevel::High }));
    let risky: Whom = serde_json::from_value(json!({ "risk": { "at_least": "medium" } })).unwrap();
    let at_least = RiskLevel::Medium;
    assert_eq!(
        risky.risk,
        Some(AtRisk { at_least, when_unknown: WhenUnknown::PassOver }),
        "nobody is met by not knowing"
    );
    let own = json!({ "lock_after": 7, "wait_after": 2, "longest_wait_seconds": 60 });
    let own: LockoutRule = serde_json::from_value(own).unwrap();
    assert_eq!(own, LockoutRule::Own { lock_after: 7, wait_after: 2, longest_wait_seconds: 60 });
    let again: Policy = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
    assert_eq!(again, read);
    for wrong in [
        json!({ "name": "x", "whoever": {} }),
        json!({ "name": "x", "whom": { "applications": ["crm"] } }),
        json!({ "name": "x", "whom": { "risk": "high" } }),
        json!({ "name": "x", "whom": { "risk": { "at_least": "hidden" } } }),
        json!({ "name": "x", "whom": { "risk": { "when_unknown": "apply" } } }),
        json!({ "name": "x", "rules": { "kinds": ["carrier_pigeon"] } }),
        json!({ "name": "x", "rules": { "lockout": { "level": "extreme" } } }),
    ] {
        assert!(serde_json::from_value::<Policy>(wrong.clone()).is_err(), "{wrong}");
    }
}

fn some_kinds() -> impl Strategy<Value = Vec<FactorKind>> {
    prop::sample::subsequence(vec![Passkey, Totp, Hotp, Push, Sms], 0..=5)
}

fn some_rules() -> impl Strategy<Value = Rules> {
    let levels = prop::sample::select(vec![LockoutLevel::Low, LockoutLevel::Medium, LockoutLevel::High]);
    (
        prop::option::of(some_kinds()),
        prop::option::of(1_u32..=5),
        prop::option::of(1_u32..=5),
        prop::option::of(levels.prop_map(|level| LockoutRule::Level { level })),
        prop::option::of(10_u32..=720),
    )
        .prop_map(|(kinds, most_factors, least_factors, lockout, session_minutes)| Rules {
            kinds,
            most_factors,
            least_factors,
            lockout,
            session_minutes,
            ..Rules::default()
        })
}

fn some_policies() -> impl Strategy<Value = Vec<Policy>> {
    let groups = || prop::sample::subsequence(vec![BOARD, SALES, GLASS], 0..=2);
    let people = prop::sample::select(People::ALL.to_vec());
    let doors = prop::sample::subsequence(Door::ALL.to_vec(), 0..=2);
    let asked = (prop::sample::select(RiskLevel::ALL.to_vec()), prop::sample::select(WhenUnknown::ALL.to_vec()));
    let risk = prop::option::of(asked.prop_map(|(at_least, when_unknown)| AtRisk { at_least, when_unknown }));
    let whom = (groups(), groups(), people, doors, risk)
        .prop_map(|(groups, except_groups, people, doors, risk)| Whom { groups, except_groups, people, doors, risk });
    let one = (whom, some_rules(), any::<bool>());
    prop::collection::vec(one, 0..6).prop_map(|all| {
        let numbered = (1_u128..).zip(all);
        numbered.map(|(number, (whom, rules, enabled))| Policy { enabled, ..policy(number, whom, rules) }).collect()
    })
}

proptest! {
    #[test]
    fn every_rule_in_force_has_one_source_and_the_reason_names_it(
        policies in some_policies(),
        groups in prop::sample::subsequence(vec![BOARD, SALES, GLASS], 0..=3),
        guest in any::<bool>(),
        door in prop::sample::select(Door::ALL.to_vec()),
        level in prop::option::of(prop::sample::select(RiskLevel::ALL.to_vec())),
        unknown in prop::option::of(prop::sample::select(RiskUnknown::ALL.to_vec())),
    ) {
        let risk = KnownRisk { level, unknown, read_at: None };
        let defaults = Settings::default();
        let is_in = |group: Uuid| groups.contains(&group);
        let subject = Subject { object_id: Uuid::from_u128(7), guest, door, is_in: &is_in, risk: &risk };
        let found = hits(&policies, &defaults, &subject);
        let (settings, given) = in_force(&defaults, &found);
        for rule in Rule::ALL.iter().copied() {
            let first = found.iter().find(|hit| hit.policy.rules.gives(rule)).map(|hit| hit.policy.id);
            let named = given.iter().find(|given| given.rule == rule).map(|given| given.policy);
            prop_assert_eq!(first, named, "{}", rule);
        }
        for given in &given {
            let hit = found.iter().find(|hit| hit.policy.id == given.policy).unwrap();
            prop_assert_eq!(given.group.is_some(), !hit.policy.whom.groups.is_empty());
            prop_assert!(given.group.is_none_or(|group| groups.contains(&group)));
        }
        prop_assert_eq!(counts(&defaults, &found).kinds, settings.kinds.as_slice());
        prop_assert_eq!(least(&defaults, &found), settings.least_factors as usize);
        prop_assert!(settings.least_factors <= settings.most_factors);
        // Policies that are for others change nothing.
        let only: Vec<Policy> = found.iter().map(|hit| hit.policy.clone()).collect();
        prop_assert_eq!(in_force(&defaults, &hits(&only, &defaults, &subject)), (settings, given));
    }

    #[test]
    fn a_shift_is_about_what_is_held_and_going_back_turns_it_round(
        held in some_kinds(), before in some_kinds(), after in some_kinds(),
    ) {
        let there = shift(&held, &before, &after);
        let back = shift(&held, &after, &before);
        prop_assert_eq!((&there.lost, &there.gained), (&back.gained, &back.lost));
        prop_assert!(there.lost.iter().all(|kind| held.contains(kind) && !after.contains(kind)));
        prop_assert!(there.gained.iter().all(|kind| held.contains(kind) && after.contains(kind)));
        prop_assert!(!there.last || (!there.lost.is_empty() && there.gained.is_empty()));
        prop_assert!(!(there.last && back.last));
        prop_assert_eq!(shift(&held, &before, &before), Shift::default());
    }
}
