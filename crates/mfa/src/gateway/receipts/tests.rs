//! Receipts: what is refused of the settings, what is read of a post, and what a hostile one comes to.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use proptest::prelude::*;

use super::{LONGEST_TOLD, Receipt, Receipts};
use crate::outofband::Delivery::{Delivered, Failed};

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// As one gateway has it, which posts forms.
fn by_form() -> Receipts {
    Receipts {
        answer_id: "/sid".to_owned(),
        list: None,
        id: "MessageSid".to_owned(),
        status: "MessageStatus".to_owned(),
        reason: Some("ErrorCode".to_owned()),
        delivered: words("delivered"),
        failed: words("failed undelivered"),
    }
}

/// As another one has it, which posts lists in JSON.
fn by_list() -> Receipts {
    Receipts {
        answer_id: "/messages/0/messageId".to_owned(),
        list: Some("/results".to_owned()),
        id: "messageId".to_owned(),
        status: "/status/groupId".to_owned(),
        reason: Some("/status/description".to_owned()),
        delivered: words("3"),
        failed: words("2 4 5"),
    }
}

#[test]
fn settings_that_cannot_work_are_refused_with_their_reason() {
    let named = |id: &str| Receipts { id: id.to_owned(), ..by_form() };
    let pointing = |answer_id: &str| Receipts { answer_id: answer_id.to_owned(), ..by_form() };
    let failing = |failed: Vec<String>| Receipts { failed, ..by_form() };
    let cases = [
        (by_form(), None),
        (by_list(), None),
        (pointing(""), None),
        (pointing("sid"), Some("receipts.answer_id must be a JSON pointer")),
        (pointing("/a~b"), Some("receipts.answer_id is no JSON pointer")),
        (pointing("/a~0b~1c"), None),
        (Receipts { list: Some("results".to_owned()), ..by_list() }, Some("receipts.list must be a JSON pointer")),
        (named(""), Some("receipts.id must not be empty")),
        (named(&"x".repeat(201)), Some("receipts.id is too long")),
        (named("/a~"), Some("receipts.id is no JSON pointer")),
        (Receipts { status: String::new(), ..by_form() }, Some("receipts.status must not be empty")),
        (Receipts { reason: Some(String::new()), ..by_form() }, Some("receipts.reason must not be empty")),
        (Receipts { delivered: Vec::new(), ..by_form() }, Some("receipts.delivered must hold from 1 to 20")),
        (failing(vec!["x".to_owned(); 21]), Some("receipts.failed must hold from 1 to 20")),
        (failing(vec![" ".to_owned()]), Some("receipts.failed holds something that is no word")),
        (failing(vec!["a\nb".to_owned()]), Some("receipts.failed holds something that is no word")),
        (failing(words("DELIVERED")), Some("receipts.failed must not hold \"delivered\"")),
    ];
    for (receipts, wrong) in cases {
        let found = receipts.validate().err().map(|error| error.to_string());
        match wrong {
            None => assert_eq!(found, None, "{receipts:?}"),
            Some(part) => assert!(found.as_ref().is_some_and(|found| found.contains(part)), "{part}: {found:?}"),
        }
    }
}

#[test]
fn a_message_is_called_what_the_answer_says_unless_that_repeats_what_was_sent() {
    let cases = [
        ("/sid", r#"{"sid": "SM1"}"#, Some("SM1")),
        ("/sid", r#"{"sid": 4711}"#, Some("4711")),
        ("/m/0/id", r#"{"m": [{"id": " a-1 "}]}"#, Some("a-1")),
        ("", " 4711\r\n", Some("4711")),
        ("", r#""a-1""#, Some("a-1")),
        ("", "OK a-1", None),
        ("/sid", "", None),
        ("/sid", "<xml/>", None),
        ("/sid", r#"{"sid": ""}"#, None),
        ("/sid", r#"{"sid": ["SM1"]}"#, None),
        ("/sid", r#"{"sid": "a b"}"#, None),
        ("/sid", "{\"sid\": \"a\\u0000\"}", None),
        ("/sid", r#"{"sid": "+46701234567"}"#, None),
        ("/sid", r#"{"sid": "46701234567-1"}"#, None),
        ("/sid", r#"{"sid": "123456"}"#, None),
    ];
    for (answer_id, answer, expected) in cases {
        let receipts = Receipts { answer_id: answer_id.to_owned(), ..by_form() };
        let found = receipts.reference_in(answer.as_bytes(), "+46701234567", "123456");
        assert_eq!(found.as_deref(), expected, "{answer_id} {answer}");
    }
    let long = format!("\"{}\"", "x".repeat(129));
    assert_eq!(Receipts { answer_id: String::new(), ..by_form() }.reference_in(long.as_bytes(), "+46", "1"), None);
}

#[test]
fn receipts_are_read_in_the_words_of_their_gateway() {
    let told = |reference: &str, state, detail: &str| Receipt {
        reference: reference.to_owned(),
        state,
        detail: format!("the gateway told {detail}"),
    };
    let good = || vec![told("SM1", Delivered, "delivered")];
    let cases = [
        (by_form(), "MessageSid=SM1&MessageStatus=delivered", good()),
        (by_form(), " MessageStatus=DELIVERED&MessageSid=SM1 ", good()),
        (by_form(), r#"{"MessageSid": "SM1", "MessageStatus": "Delivered"}"#, good()),
        (by_form(), r#"[{"MessageSid": "SM1", "MessageStatus": "delivered"}]"#, good()),
        (
            by_form(),
            "MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003",
            vec![told("SM1", Failed, "undelivered, 30003")],
        ),
        (by_form(), "MessageSid=SM1&MessageStatus=delivered&MessageStatus=failed&MessageSid=SM2", good()),
        (by_form(), "MessageSid=SM1&MessageStatus=queued", Vec::new()),
        (by_form(), "MessageSid=SM1", Vec::new()),
        (by_form(), "MessageStatus=delivered", Vec::new()),
        (by_form(), "MessageSid=a%20b&MessageStatus=delivered", Vec::new()),
        (by_form(), "", Vec::new()),
        (by_form(), "{", Vec::new()),
        (by_form(), "[[[", Vec::new()),
        (by_form(), "[1, null, \"x\", {}]", Vec::new()),
        (by_form(), "\u{0}\u{1}", Vec::new()),
        (
            by_list(),
            r#"{"results": [
                {"messageId": "a-1", "status": {"groupId": 3, "description": "arrived"}},
                {"messageId": "a-2", "status": {"groupId": 5, "description": "no such subscriber"}},
                {"messageId": "a-3", "status": {"groupId": 1}}]}"#,
            vec![told("a-1", Delivered, "3, arrived"), told("a-2", Failed, "5, no such subscriber")],
        ),
        (by_list(), r#"{"results": {"messageId": "a-1", "status": {"groupId": 3}}}"#, Vec::new()),
        (by_list(), r#"[{"messageId": "a-1", "status": {"groupId": 3}}]"#, Vec::new()),
    ];
    for (receipts, post, expected) in cases {
        assert_eq!(receipts.read(post.as_bytes()), expected, "{post}");
    }
}

#[test]
fn a_reason_holds_no_number_and_no_code() {
    let cases = [
        ("Unknown subscriber", "Unknown subscriber"),
        ("error 30003", "error 30003"),
        ("to +46 70-123 45 67: absent", "to ••• : absent"),
        ("Your code is 123456.", "Your code is •••"),
        ("1 2 3 4 5 6", "•••"),
        ("a\nb\tc", "abc"),
        ("  spread   out ", "spread out"),
    ];
    for (reason, kept) in cases {
        assert_eq!(super::harmless(reason), kept);
    }
    assert_eq!(super::harmless(&"x".repeat(1_000)).chars().count(), 120);
}

#[test]
fn a_post_is_read_in_bounds() {
    let many: Vec<_> = (0..500).map(|id| format!(r#"{{"MessageSid": "{id}", "MessageStatus": "failed"}}"#)).collect();
    assert_eq!(by_form().read(format!("[{}]", many.join(",")).as_bytes()).len(), 100);
    let deep = "[".repeat(20_000);
    assert_eq!(by_form().read(deep.as_bytes()), Vec::new());
    let fields: Vec<_> = (0..200).map(|at| format!("f{at}=1")).collect();
    let fields = fields.join("&") + "&MessageSid=SM1&MessageStatus=failed";
    assert_eq!(by_form().read(fields.as_bytes()), Vec::new(), "what stands behind a hundred others is not looked for");
    let long = format!("MessageSid=SM1&MessageStatus=failed&x={}", "x".repeat(LONGEST_TOLD));
    assert_eq!(by_form().read(long.as_bytes()), Vec::new());
}

proptest! {
    #[test]
    fn whatever_is_posted_only_whole_receipts_come_of_it(post in proptest::collection::vec(any::<u8>(), 0..200)) {
        for receipts in [by_form(), by_list()] {
            for receipt in receipts.read(&post) {
                prop_assert!(super::is_reference(&receipt.reference));
            }
        }
    }

    #[test]
    fn whatever_the_reason_says_no_run_of_digits_is_kept(reason in "\\PC{0,80}", digits in "[0-9]{6,15}") {
        let post = serde_json::json!({ "MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": reason + &digits });
        let receipt = by_form().read(post.to_string().as_bytes()).pop().unwrap();
        prop_assert!(!receipt.detail.contains(&digits));
    }
}
