//! Security identifiers of Entra's own objects: the object id in another spelling. Pure.
//!
//! `S-1-12-1-a-b-c-d`: the sixteen bytes of the object id as four little-endian numbers.

use uuid::Uuid;

const START: &str = "S-1-12-1-";

/// The identifier of an object of Entra's.
pub fn of_object(id: Uuid) -> String {
    let numbers = id.to_bytes_le();
    let parts =
        numbers.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]).to_string());
    format!("{START}{}", parts.collect::<Vec<_>>().join("-"))
}

/// The object of Entra's that an identifier names.
pub fn to_object(sid: &str) -> Option<Uuid> {
    let numbers =
        sid.get(..START.len()).filter(|start| start.eq_ignore_ascii_case(START)).map(|_| &sid[START.len()..])?;
    let numbers: Vec<u32> = numbers.split('-').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    Some(Uuid::from_bytes_le(bytes.try_into().ok()?))
}

/// Whether a text is a security identifier.
pub fn is_sid(text: &str) -> bool {
    let mut parts = text.split('-');
    parts.next().is_some_and(|first| first.eq_ignore_ascii_case("S"))
        && text.matches('-').count() >= 3
        && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{is_sid, of_object, to_object};

    #[test]
    fn an_identifier_is_the_object_id_in_another_spelling() {
        // Published example of the conversion: both spellings of one object.
        let id = Uuid::from_u128(0x73d6_64e4_0886_4a73_b745_c694_da45_ddb4);
        let sid = "S-1-12-1-1943430372-1249052806-2496021943-3034400218";
        assert_eq!(of_object(id), sid);
        assert_eq!(to_object(sid), Some(id));
        assert_eq!(to_object(&sid.to_lowercase()), Some(id));
        for wrong in ["S-1-12-1-1-2-3", "S-1-12-1-1-2-3-4-5", "S-1-5-21-1-2-3-4", "S-1-12-1-a-b-c-d", "", "é"] {
            assert_eq!(to_object(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_identifiers_are_taken_for_some() {
        for (text, yes) in [
            ("S-1-5-21-1004336348-1177238915-682003330-512", true),
            ("s-1-5-32-544", true),
            ("S-1", false),
            ("S-team-1-2-3", false),
            ("Crane operators", false),
            ("", false),
        ] {
            assert_eq!(is_sid(text), yes, "{text}");
        }
    }
}
