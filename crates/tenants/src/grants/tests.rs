//! The least list, and what is missing or too much.

use super::*;

fn roles(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn names(grants: &[&Grant]) -> Vec<&'static str> {
    grants.iter().map(|grant| grant.name).collect()
}

#[test]
fn the_list_is_the_least_for_the_chosen_features() {
    for (features, expected) in [
        (vec![Feature::Users], vec!["User.Read.All"]),
        (vec![Feature::Groups], vec!["GroupMember.Read.All"]),
        (vec![Feature::Users, Feature::Groups], vec!["User.Read.All", "GroupMember.Read.All"]),
        (
            vec![Feature::Users, Feature::Groups, Feature::ChangeNotifications],
            vec!["User.Read.All", "GroupMember.Read.All", "Group.Read.All"],
        ),
        (vec![], vec![]),
        (vec![Feature::Provisioning], vec!["Synchronization.ReadWrite.All", "Application.Read.All"]),
        (
            Feature::ALL.to_vec(),
            vec![
                "User.Read.All",
                "GroupMember.Read.All",
                "Member.Read.Hidden",
                "Application.Read.All",
                "Organization.Read.All",
                "Synchronization.ReadWrite.All",
                "UserAuthenticationMethod.Read.All",
                "Policy.Read.All",
                "Policy.ReadWrite.AuthenticationMethod",
                "Group.Read.All",
                "IdentityRiskyUser.Read.All",
                "UserAuthMethod-External.ReadWrite.All",
            ],
        ),
    ] {
        assert_eq!(names(&needed(&features)), expected, "{features:?}");
    }
}

#[test]
fn missing_and_superfluous_permissions_are_named() {
    let both = [Feature::Users, Feature::Groups];
    for (granted, missing, superfluous) in [
        (vec!["User.Read.All", "GroupMember.Read.All"], vec![], vec![]),
        (vec!["User.Read.All"], vec!["GroupMember.Read.All"], vec![]),
        (vec!["Directory.Read.All"], vec![], vec!["Directory.Read.All"]),
        (vec!["User.Read.All", "Group.Read.All", "Mail.Read"], vec![], vec!["Group.Read.All", "Mail.Read"]),
        (vec![], vec!["User.Read.All", "GroupMember.Read.All"], vec![]),
    ] {
        let found = compare(&both, &roles(&granted));
        assert_eq!(names(&found.missing), missing, "{granted:?}");
        assert_eq!(found.superfluous, superfluous, "{granted:?}");
    }
}

#[test]
fn what_notifications_need_is_missing_or_superfluous_only_by_whether_they_are_wanted() {
    /// What is wanted, granted, then missing and superfluous.
    type Case<'c> = (&'c [Feature], &'c [&'c str], &'c [&'c str], &'c [&'c str]);

    let without = [Feature::Users, Feature::Groups];
    let with = [Feature::Users, Feature::Groups, Feature::ChangeNotifications];
    let cases: [Case<'_>; 5] = [
        (&without, &["User.Read.All", "GroupMember.Read.All"], &[], &[]),
        (&with, &["User.Read.All", "GroupMember.Read.All"], &["Group.Read.All"], &[]),
        (&without, &["User.Read.All", "Group.Read.All"], &[], &["Group.Read.All"]),
        (&with, &["User.Read.All", "Group.Read.All"], &[], &[]),
        (&with, &["User.Read.All", "GroupMember.Read.All", "Group.Read.All"], &[], &[]),
    ];
    for (features, granted, missing, superfluous) in cases {
        let found = compare(features, &roles(granted));
        assert_eq!(names(&found.missing), missing, "{features:?} {granted:?}");
        assert_eq!(found.superfluous, superfluous, "{features:?} {granted:?}");
    }
}
