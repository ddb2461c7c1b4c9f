//! What a record keeps, in small and in whole.

#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::json;

use super::super::property::Prop;
use super::*;

#[test]
fn long_and_escaped_values_come_back_as_written() {
    let long = "x".repeat(20_000);
    let mut pen = Pen::default();
    pen.text(Prop(1), "say \"hi\"\n");
    pen.text(Prop(4), &long);
    pen.texts(Prop(9), &["SMTP:a@b", "smtp:c@d"]);
    pen.flag(Prop(11), true);
    let record = pen.finish();

    assert_eq!(record.text(Prop(1)).unwrap(), "say \"hi\"\n");
    assert_eq!(record.text(Prop(4)).unwrap(), long);
    assert_eq!(record.texts(Prop(9)), ["SMTP:a@b", "smtp:c@d"]);
    assert!(record.is_true(Prop(11)));
    assert_eq!(record.get(Prop(2)), None);
}

#[test]
fn only_true_changes_are_reported() {
    let (record, _) = Record::default().with(&[(Prop(3), json!("old")), (Prop(5), json!(7))]);

    let (next, changed) =
        record.with(&[(Prop(3), json!("old")), (Prop(5), json!(null)), (Prop(8), json!(null)), (Prop(1), json!([]))]);

    assert_eq!(changed, Prop(5).bit() | Prop(1).bit());
    assert_eq!(next.get(Prop(5)), Some(&b"null"[..]), "cleared is shown as null");
    assert_eq!(next.get(Prop(8)), None, "never set stays never set");
}
