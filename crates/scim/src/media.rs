//! The media types of SCIM (RFC 7644 §3.1 and §8.1).
//!
//! Every answer is `application/scim+json`, whatever `Accept` says: who asks for something else is better told in SCIM than
//! refused (RFC 9110 §12.5.1 leaves it open). `application/json` is understood too, as Entra and Okta both send it.

/// What every answer is.
pub const SCIM_JSON: &str = "application/scim+json";

/// Whether a `Content-Type` can be read: JSON in UTF-8. A missing header is taken for JSON; anything else is status 415.
pub fn can_read(content_type: Option<&str>) -> bool {
    let Some(content_type) = content_type else { return true };
    let mut parts = content_type.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let known = kind.eq_ignore_ascii_case(SCIM_JSON) || kind.eq_ignore_ascii_case("application/json");
    let charset = |part: &str| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    };
    known
        && parts
            .filter_map(charset)
            .all(|charset| charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8"))
}

#[cfg(test)]
mod tests;
