//! What somebody hears who listens, where people prove themselves.

use super::Gallery;

/// The pages of people's own, in every language.
fn own() -> Vec<(String, String)> {
    let gallery = Gallery::full();
    let is_own = |name: &str| name.starts_with("mfa-") || name.starts_with("me-");
    let own = gallery.pages().filter(|(name, _)| is_own(name));
    own.map(|(name, html)| (name.to_owned(), html.to_owned())).collect()
}

#[test]
fn a_code_that_was_refused_is_wrong_and_says_why() {
    let refused = r#"role="alert" id="error""#;
    let pages: Vec<_> = own().into_iter().filter(|(_, html)| html.contains(refused)).collect();
    assert!(pages.len() >= 6, "{}", pages.len());
    for (name, html) in pages {
        let field = html.split("<input").find(|input| input.contains(r#"name="code""#)).unwrap_or_default();
        let field = field.split('>').next().unwrap_or_default();
        let says = field.contains(r#"aria-invalid="true""#) && field.contains(r#"aria-describedby="error"#);
        assert!(field.is_empty() || says, "{name}: {field}");
    }
}

#[test]
fn the_picture_of_a_key_has_a_name() {
    let pages: Vec<_> =
        own().into_iter().filter(|(_, html)| html.contains(r#"qr" "#) || html.contains(r#"qr">"#)).collect();
    assert!(pages.len() >= 4, "{}", pages.len());
    for (name, html) in pages {
        assert!(html.contains(r#"qr" role="img" aria-label=""#), "{name}");
    }
}

#[test]
fn what_was_ticked_goes_with_an_answer_from_elsewhere() {
    let (_, agreed) = own().into_iter().find(|(name, _)| name == "mfa-push-agreed").unwrap();
    let form = agreed.split("<form").find(|form| form.contains("data-finish")).unwrap();
    assert!(form.contains("data-keeps") && form.contains(r#"name="keep_signature""#), "{form}");
    assert!(agreed.contains("data-account=") && agreed.contains("data-device-options="), "a key is found");
}
