//! What the command line takes and refuses.

use super::command;

#[test]
fn usage_is_checked_before_anything_is_done() {
    let cases: [(&[&str], bool); 9] = [
        (&["vestibule", "serve", "--listen", "127.0.0.1:0"], true),
        (&["vestibule", "--set", "web.listen=127.0.0.1:0", "migrate"], true),
        (&["vestibule", "audit", "export", "--format", "cef"], true),
        (&["vestibule", "audit", "export", "--format", "xml"], false),
        (&["vestibule", "serve", "--set", "nonsense"], false),
        (&["vestibule", "recover", "ada"], true),
        (&["vestibule", "recover"], false),
        (&["vestibule", "jobs"], false),
        (&["vestibule", "fly"], false),
    ];
    for (arguments, fine) in cases {
        assert_eq!(command().try_get_matches_from(arguments).is_ok(), fine, "{arguments:?}");
    }
}
