//! What the scripts grant, make and never contain.

use super::*;
use crate::{Feature, grants};

fn wanted<'a>(cloud: &'a Cloud, list: &'a [&'static Grant], client_id: Option<Uuid>) -> Wanted<'a> {
    Wanted { cloud, grants: list, client_id, certificate: None }
}

#[test]
fn a_new_application_is_made_with_exactly_the_least_permissions() {
    let list = grants::needed(&[Feature::Users, Feature::Groups]);
    let made = scripts(&wanted(&Cloud::Global, &list, None));
    for text in [&made.powershell, &made.az] {
        assert!(text.contains("df021288-bdef-4463-88db-98f22de89214"), "{text}");
        assert!(text.contains("98830695-27a2-44f7-8c18-0c3ebc9698f6"), "{text}");
        assert!(!text.contains("9a5d68dd"), "nothing that was not chosen: {text}");
    }
    assert!(made.powershell.contains("New-MgApplication ") && made.powershell.contains("Add-MgApplicationPassword"));
    assert!(made.az.contains("az ad app create") && made.az.contains("credential reset"));
}

#[test]
fn an_existing_application_is_granted_more_and_given_no_secret() {
    let list = grants::needed(&[Feature::Groups]);
    let made = scripts(&wanted(&Cloud::UsGovernment, &list, Some(Uuid::from_u128(7))));
    for text in [&made.powershell, &made.az] {
        assert!(text.contains(&Uuid::from_u128(7).to_string()), "{text}");
        assert!(!text.contains("Password") && !text.contains("credential reset"), "{text}");
    }
    assert!(made.powershell.contains("-Environment USGov"), "{}", made.powershell);
    assert!(made.az.contains("AzureUSGovernment") && made.az.contains(Cloud::UsGovernment.graph()), "{}", made.az);
}
