//! The vectors of the RFCs, and tables of clocks that are off.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use proptest::prelude::*;

use super::{Algorithm, Fit, Shape, Standing};

const SEED: &[u8] = b"12345678901234567890";
const NOW: i64 = 1_772_442_000;

fn fresh() -> Standing {
    Standing { last_step: 0, drift: 0, far: Vec::new() }
}

#[test]
fn codes_by_count_are_those_of_rfc_4226() {
    let shape = Shape { period: 0, ..Shape::default() };
    let expected = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
    for (count, code) in (0..).zip(expected) {
        assert_eq!(shape.code(SEED, count), code, "count {count}");
    }
}

#[test]
fn codes_by_time_are_those_of_rfc_6238() {
    let seed = |length: usize| SEED.iter().copied().cycle().take(length).collect::<Vec<u8>>();
    let cases = [
        (Algorithm::Sha1, 20, 59, "94287082"),
        (Algorithm::Sha256, 32, 59, "46119246"),
        (Algorithm::Sha512, 64, 59, "90693936"),
        (Algorithm::Sha1, 20, 1_111_111_109, "07081804"),
        (Algorithm::Sha256, 32, 1_234_567_890, "91819424"),
        (Algorithm::Sha512, 64, 20_000_000_000, "47863826"),
    ];
    for (algorithm, length, time, code) in cases {
        let shape = Shape { algorithm, digits: 8, period: 30 };
        assert_eq!(shape.code(&seed(length), shape.step_at(time)), code, "{algorithm} at {time}");
    }
}

#[test]
fn a_step_counts_once_and_none_before_it() {
    let shape = Shape::default();
    let here = shape.step_at(NOW);
    let judge = |standing: &Standing, step| shape.judge(SEED, standing, 1, NOW, &shape.code(SEED, step));
    for (step, fit) in [
        (here, Fit::Fits { step: here }),
        (here - 1, Fit::Fits { step: here - 1 }),
        (here + 1, Fit::Fits { step: here + 1 }),
        (here + 2, Fit::Far { step: here + 2 }),
        (here - 20, Fit::Far { step: here - 20 }),
        (here - 21, Fit::Wrong),
    ] {
        assert_eq!(judge(&fresh(), step), fit, "{}", step - here);
    }
    let used = Standing { last_step: here, ..fresh() };
    for (step, fit) in [(here, Fit::Used), (here - 1, Fit::Used), (here + 1, Fit::Fits { step: here + 1 })] {
        assert_eq!(judge(&used, step), fit, "{}", step - here);
    }
}

#[test]
fn two_codes_in_a_row_set_the_clock_and_a_burnt_step_never_counts_alone() {
    let shape = Shape::default();
    let here = shape.step_at(NOW);
    let told = fresh().with_far(here + 3);
    let judge = |now, step| shape.judge(SEED, &told, 1, now, &shape.code(SEED, step));
    assert_eq!(judge(NOW, here + 4), Fit::Fits { step: here + 4 }, "the next one in a row");
    assert_eq!(judge(NOW, here + 5), Fit::Far { step: here + 5 }, "not in a row");
    assert_eq!(judge(NOW + 90, here + 3), Fit::Used, "its time has come, and it was shown before");
    assert_eq!(shape.seconds_off(here - 3, NOW), -90);
}

#[test]
fn a_clock_that_is_known_to_be_off_is_followed() {
    let shape = Shape::default();
    let here = shape.step_at(NOW);
    let slow = Standing { drift: -3, ..fresh() };
    for (step, fits) in [(here - 4, true), (here - 3, true), (here - 2, true), (here, false)] {
        let fit = shape.judge(SEED, &slow, 1, NOW, &shape.code(SEED, step));
        assert_eq!(fit == Fit::Fits { step }, fits, "{}", step - here);
    }
}

#[test]
fn a_token_that_counts_may_be_ahead_but_not_behind() {
    let shape = Shape { period: 0, ..Shape::default() };
    let standing = Standing { last_step: 4, ..fresh() };
    for (count, fit) in [
        (5, Fit::Fits { step: 5 }),
        (14, Fit::Fits { step: 14 }),
        (15, Fit::Far { step: 15 }),
        (104, Fit::Far { step: 104 }),
        (105, Fit::Wrong),
        (4, Fit::Used),
        (0, Fit::Used),
    ] {
        assert_eq!(shape.judge(SEED, &standing, 1, NOW, &shape.code(SEED, count)), fit, "{count}");
    }
    let told = standing.with_far(50);
    assert_eq!(shape.judge(SEED, &told, 1, NOW, &shape.code(SEED, 51)), Fit::Fits { step: 51 });
}

#[test]
fn what_is_not_a_code_is_wrong() {
    let shape = Shape::default();
    let code = shape.code(SEED, shape.step_at(NOW));
    let longer = format!("{code}0");
    for text in ["", "0", "abcdef", &code[..5], &longer, "٠١٢٣٤٥"] {
        assert_eq!(shape.judge(SEED, &fresh(), 1, NOW, text), Fit::Wrong, "{text}");
    }
}

proptest! {
    #[test]
    fn a_code_has_its_digits_and_fits_its_step(
        seed in prop::collection::vec(any::<u8>(), 16..64), digits in 6_u32..=8, period in 15_u32..=60, now in 0_i64..4_000_000_000,
    ) {
        let shape = Shape { digits, period, ..Shape::default() };
        let step = shape.step_at(now);
        let code = shape.code(&seed, step);
        prop_assert_eq!(code.len(), usize::try_from(digits).unwrap());
        prop_assert!(code.bytes().all(|digit| digit.is_ascii_digit()));
        let standing = Standing { last_step: -1, drift: 0, far: Vec::new() };
        let fits = matches!(shape.judge(&seed, &standing, 1, now, &code), Fit::Fits { .. });
        prop_assert!(fits);
        let used = Standing { last_step: step + 100, ..standing };
        let again = shape.judge(&seed, &used, 1, now, &code);
        prop_assert_eq!(again, Fit::Used);
    }
}
