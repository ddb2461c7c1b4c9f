//! The table of clouds and the checks of base URLs.

use crate::{Authority, Cloud, CloudError};

fn custom(login: &str, graph: &str) -> Cloud {
    Cloud::Custom { login: login.to_owned(), graph: graph.to_owned() }
}

#[test]
fn every_named_cloud_has_usable_addresses() {
    for cloud in Cloud::NAMED {
        let authority = Authority::of(&cloud).unwrap();
        assert_eq!(authority.graph_scope(), format!("{}/.default", cloud.graph()));
        let endpoint = authority.token_endpoint("contoso.com");
        assert_eq!(endpoint.as_str(), format!("{}/contoso.com/oauth2/v2.0/token", cloud.login()));
    }
}

#[test]
fn names_are_read_back() {
    for cloud in Cloud::NAMED {
        assert_eq!(Cloud::named(cloud.name()), Some(cloud));
    }
    assert_eq!(Cloud::named("custom"), None);
}

#[test]
fn a_version_at_the_end_of_graphs_address_is_dropped() {
    for graph in
        ["https://g.example/a", "https://g.example/a/", "https://g.example/a/v1.0", "https://g.example/a/beta/"]
    {
        let authority = Authority::of(&custom("https://l.example", graph)).unwrap();
        assert_eq!(authority.graph_scope(), "https://g.example/a/.default", "{graph}");
    }
}

#[test]
fn a_tenant_cannot_break_out_of_its_place() {
    let authority = Authority::of(&Cloud::Global).unwrap();
    let endpoint = authority.token_endpoint("a/../b?c#d");
    assert_eq!(endpoint.host_str(), Some("login.microsoftonline.com"));
    assert_eq!(endpoint.path(), "/a%2F..%2Fb%3Fc%23d/oauth2/v2.0/token");
}

#[test]
fn secrets_travel_in_clear_to_this_machine_only() {
    for local in ["http://127.0.0.1:8081", "http://localhost:1/entra", "http://[::1]:9", "https://entra.example/x/"] {
        assert!(Authority::of(&custom(local, local)).is_ok(), "{local}");
    }
    for (url, expected) in [
        ("http://entra.example", CloudError::Insecure("http://entra.example".into())),
        ("http://127.0.0.1.example", CloudError::Insecure("http://127.0.0.1.example".into())),
        ("ftp://localhost", CloudError::Insecure("ftp://localhost".into())),
        ("entra.example", CloudError::NoUrl("entra.example".into())),
        ("https://a:b@entra.example", CloudError::NotABase("https://a:b@entra.example".into())),
        ("https://entra.example/?q=1", CloudError::NotABase("https://entra.example/?q=1".into())),
    ] {
        assert_eq!(Authority::of(&custom(url, "https://graph.example")), Err(expected));
    }
}
