//! Who is taken for a guest where the directory does not know the person.

use crate::accounts::names_a_guest;

#[test]
fn a_name_of_none_of_the_tenants_domains_is_a_guests() {
    let domains = ["contoso.example".to_owned(), "contoso.onmicrosoft.example".to_owned()];
    let cases = [
        ("mia@contoso.example", false),
        ("Mia@CONTOSO.example", false),
        ("mia@contoso.onmicrosoft.example", false),
        ("kim@home.example", true),
        ("mia@sub.contoso.example", true),
        ("kim_home.example#EXT#@contoso.onmicrosoft.example", true),
        ("0b1c9b0e-8f0e-4f8e-9b0e-2f4f5d7a8c11", false),
        ("", false),
    ];
    for (name, guest) in cases {
        assert_eq!(names_a_guest(name, &domains), guest, "{name}");
    }
    assert!(!names_a_guest("kim@home.example", &[]), "no domain is known");
}
