//! The handshake before a subscription exists: the listener must echo a token as plain text within ten seconds.

use http::StatusCode;
use uuid::Uuid;

use super::super::error::GraphError;

/// Refuses addresses that Graph would refuse.
pub(super) fn check_address(address: &str, need_https: bool) -> Result<(), GraphError> {
    let refuse = |message: &str| Err(GraphError::new(StatusCode::BAD_REQUEST, "InvalidRequest", message));
    let Ok(url) = url::Url::parse(address) else {
        return refuse("The notification URL is not a valid absolute URL.");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("The notification URL must not hold user information.");
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if !need_https => Ok(()),
        _ => refuse("The notification URL must begin with https."),
    }
}

/// Sends the token and reads the echo.
pub(super) async fn validate(client: &reqwest::Client, address: &str, id: Uuid) -> Result<(), GraphError> {
    // Free text with spaces and a colon, as the service sends it: a listener must decode it.
    let token = format!("Validation: Testing client application reachability for subscription Request-Id: {id}");
    let mut url = url::Url::parse(address).map_err(|_| refusal("The notification URL is not a valid absolute URL."))?;
    url.query_pairs_mut().append_pair("validationToken", &token);
    let request = client.post(url).header("content-type", "text/plain; charset=utf-8").header("content-length", "0");
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) if error.is_timeout() => return Err(refusal("Subscription validation request timed out.")),
        Err(_) => {
            return Err(refusal(
                "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
            ));
        }
    };
    let status = response.status();
    if status != StatusCode::OK {
        let reason = status.canonical_reason().unwrap_or("Unknown").replace(' ', "");
        return Err(refusal(&format!("Subscription validation request failed. HTTP status code is '{reason}'.")));
    }
    let plain = response
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("text/plain"));
    let echo = response.text().await.unwrap_or_default();
    if plain && echo == token {
        return Ok(());
    }
    Err(refusal(
        "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
    ))
}

fn refusal(message: &str) -> GraphError {
    GraphError::new(StatusCode::BAD_REQUEST, "ValidationError", message)
}
