//! Which media types are understood.

use super::can_read;

#[test]
fn json_in_utf8_is_read() {
    let good = [
        "application/scim+json",
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/scim+json;charset=\"utf-8\"",
        "application/json; odata=x",
    ];
    let bad = [
        "text/plain",
        "",
        "application/xml",
        "application/json; charset=utf-16",
        "application/jsonx",
        "multipart/form-data; boundary=x",
    ];
    assert!(can_read(None));
    assert_eq!(good.map(|kind| can_read(Some(kind))), [true; 5]);
    assert_eq!(bad.map(|kind| can_read(Some(kind))), [false; 6]);
}
