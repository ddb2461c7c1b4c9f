//! Which keys are taken, as a table.

use passkeys::Model;
use uuid::Uuid;

use super::{Unfit, fits, judge};
use crate::policy::counts::KeyModel;
use crate::settings::{Attestation, AttestationMode};

const ONE: Uuid = Uuid::from_u128(1);
const TWO: Uuid = Uuid::from_u128(2);

fn model(flaw: Option<&str>) -> Model {
    Model {
        aaguid: ONE,
        name: "Key 1".to_owned(),
        status: "FIDO_CERTIFIED".to_owned(),
        flaw: flaw.map(str::to_owned),
        roots: Vec::new(),
    }
}

#[test]
fn a_key_is_taken_by_what_it_proves_what_is_listed_and_what_was_reported() {
    use AttestationMode::{None as Off, Required, Wanted};
    let (sound, flawed) = (model(None), model(Some("REVOKED")));
    let flaw = || Err(Unfit::Flawed("REVOKED".to_owned()));
    let cases = [
        // Where nothing is asked nothing is checked.
        (Off, vec![], vec![ONE], Some(ONE), false, Some(&flawed), Ok(())),
        (Wanted, vec![], vec![], Some(ONE), false, Some(&sound), Ok(())),
        (Wanted, vec![], vec![], None, false, None, Ok(())),
        (Wanted, vec![], vec![ONE], Some(ONE), true, Some(&sound), Err(Unfit::Denied)),
        (Wanted, vec![], vec![], Some(ONE), true, Some(&flawed), flaw()),
        (Wanted, vec![TWO], vec![], Some(ONE), true, Some(&sound), Err(Unfit::NotAllowed)),
        (Wanted, vec![TWO], vec![], None, false, None, Err(Unfit::NotAllowed)),
        (Wanted, vec![ONE], vec![], Some(ONE), true, Some(&sound), Ok(())),
        // That a model is allowed mends no flaw, and no list is stronger than the one of those that are denied.
        (Wanted, vec![ONE], vec![], Some(ONE), true, Some(&flawed), flaw()),
        (Wanted, vec![ONE], vec![ONE], Some(ONE), true, Some(&sound), Err(Unfit::Denied)),
        (Required, vec![], vec![], Some(ONE), false, Some(&sound), Err(Unfit::NotAttested)),
        (Required, vec![], vec![], Some(ONE), true, Some(&sound), Ok(())),
        (Required, vec![ONE], vec![], Some(ONE), true, None, Ok(())),
    ];
    for (mode, allow, deny, aaguid, attested, model, expected) in cases {
        let settings = Attestation { mode, allow, deny };
        let key = KeyModel { aaguid, attested };
        assert_eq!(judge(&settings, key, model), expected, "{settings:?} {key:?}");
        // What was reported counts at registration alone.
        let later = if matches!(expected, Err(Unfit::Flawed(_))) { Ok(()) } else { expected };
        assert_eq!(fits(&settings, key), later, "{settings:?} {key:?}");
    }
}
