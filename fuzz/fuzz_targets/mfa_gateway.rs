//! What is filled into a template does not leave its place, and a receipt holds nothing that it must not.
//!
//! First line: settings of receipts or a template. The rest: what a gateway posts, or what is filled in.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mfa::gateway::{BodyFormat, Receipts, Template, Values};

fuzz_target!(|text: &str| {
    let (settings, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(receipts) = serde_json::from_str::<Receipts>(settings)
        && receipts.validate().is_ok()
    {
        for receipt in receipts.read(rest.as_bytes()) {
            assert!((1..=128).contains(&receipt.reference.len()) && receipt.reference.is_ascii());
            assert!(!receipt.detail.contains(char::is_control));
        }
        let reference = receipts.reference_in(rest.as_bytes(), "+46701234567", "123456");
        assert!(reference.is_none_or(|reference| !reference.contains("46701234567")));
    }
    if let Ok(template) = serde_json::from_str::<Template>(settings)
        && template.validate().is_ok()
    {
        let plain = Values { to: "1", code: "2", spoken: "3", text: "4", secret: "5" };
        let nasty = Values { to: rest, code: rest, spoken: rest, text: rest, secret: rest };
        let (Some(plain), Some(filled)) = (template.filled(&plain), template.filled(&nasty)) else {
            panic!("a good template can be filled in");
        };
        assert_eq!((filled.url.origin(), filled.url.username()), (plain.url.origin(), plain.url.username()));
        assert_eq!(filled.url.fragment().is_some(), plain.url.fragment().is_some());
        assert!(filled.url.query_pairs().count() <= plain.url.query_pairs().count());
        let visible = |text: &String| text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        assert!(filled.headers.iter().all(|(_, value)| visible(value)));
        if template.format == BodyFormat::Json && !template.body.is_empty() {
            serde_json::from_str::<serde_json::Value>(&filled.body).expect("it stays JSON");
        }
    }
});
