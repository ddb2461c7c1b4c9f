//! No text breaks the readers of other products' files.

use std::collections::BTreeMap;

use kernel::Secret;
use proptest::prelude::*;

use super::{csv, decode, pskc};

/// Pieces that such files are made of, in any order.
fn pieces(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![prop::sample::select(of).prop_map(str::to_owned), "\\PC{0,6}"], 0..40)
        .prop_map(|parts| parts.concat())
}

const CSV: &[&str] =
    &["object_id", "secret", "upn", "secret key", "digits", "counter", ",", "\"", "\r\n", "\n", "7", "-1", "GEZDGNBV"];
const XML: &[&str] = &[
    "<KeyContainer>",
    "</KeyContainer>",
    "<KeyPackage>",
    "</KeyPackage>",
    "<Key Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:totp\">",
    "</Key>",
    "<Data>",
    "</Data>",
    "<Secret>",
    "</Secret>",
    "<PlainValue>",
    "</PlainValue>",
    "<MACMethod/>",
    "<EncryptedValue>",
    "</EncryptedValue>",
    "<EncryptionMethod Algorithm=\"#aes128-cbc\"/>",
    "<CipherData><CipherValue>AAECAwQFBgcICQoLDA0OD+cIHItl</CipherValue></CipherData>",
    "<UserId>x</UserId>",
    "&amp;",
    "&#x41;",
    "&#0;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?",
    "?>",
    "MTIz",
];

proptest! {
    #[test]
    fn no_text_breaks_the_reader_of_lists(text in pieces(CSV)) {
        if let Ok(lines) = csv::read(&text) {
            prop_assert!(lines.len() <= text.lines().count());
        }
    }

    #[test]
    fn no_text_breaks_the_reader_of_containers(text in pieces(XML), key in prop::option::of("[0-9a-f]{32}")) {
        let key = key.map(Secret::new);
        if let Ok(tokens) = pskc::read(&text, key.as_ref(), &BTreeMap::new()) {
            prop_assert!(tokens.len() <= text.matches("KeyPackage").count());
        }
    }

    #[test]
    fn keys_are_read_as_they_were_written(key in prop::collection::vec(any::<u8>(), 0..64)) {
        let hex = key.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02X}"));
        prop_assert_eq!(decode::hex(&hex), Some(key.clone()));
        let typed = crate::factors::base32(&key).to_lowercase();
        prop_assert_eq!(decode::base32(&typed), Some(key));
    }
}
