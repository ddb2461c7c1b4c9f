//! Who is taken for a guest where the directory does not know the person.

use store::args;
use testkit::on_each_database;

use super::desk::Desk;
use crate::accounts::names_a_guest;
use crate::settings::CustomAuthority;

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

#[tokio::test]
async fn a_sign_in_service_of_its_own_does_not_take_the_tenants_domains_away() {
    on_each_database(async |db| {
        let desk = Desk::new(db).await;
        let mut tx = desk.hall.db.store.begin().await.unwrap();
        let domains = r#"["contoso.example"]"#;
        tx.execute("UPDATE tenants_tenants SET domains = $2 WHERE id = $1", args![desk.hall.tenant, domains])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut provider = desk.provider().await;
        let usual = desk.hall.mfa.sign_in_service(&provider).await.unwrap();
        assert_eq!(usual.domains, ["contoso.example"]);
        provider.settings.authority = Some(CustomAuthority {
            metadata: "https://login.example/metadata".to_owned(),
            issuer: "https://login.example/{tenantid}/v2.0".to_owned(),
            redirect_uri: "https://login.example/back".to_owned(),
        });
        assert_eq!(desk.hall.mfa.sign_in_service(&provider).await.unwrap().domains, usual.domains);
    })
    .await;
}
