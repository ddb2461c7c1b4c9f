//! The call itself. What comes back is its status: a body could repeat the number and the code.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method};

use super::template::{GatewayMethod, Template, Values};

impl Template {
    /// Calls the gateway; tells what came of it, without anything that was sent.
    pub(crate) async fn call(&self, http: &Client, values: &Values<'_>) -> Result<String, String> {
        let filled = self.filled(values).ok_or("the address cannot be filled in")?;
        let method = match self.method {
            GatewayMethod::Post => Method::POST,
            GatewayMethod::Put => Method::PUT,
            GatewayMethod::Get => Method::GET,
        };
        let mut request = http.request(method, filled.url).timeout(Duration::from_secs(self.timeout_seconds.into()));
        if !filled.body.is_empty() {
            request = request.header(CONTENT_TYPE, self.format.media_type()).body(filled.body);
        }
        for (name, value) in filled.headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(answer) if answer.status().is_success() => {
                Ok(format!("the gateway answered {}", answer.status().as_u16()))
            }
            Ok(answer) if answer.status().is_redirection() => {
                Err(format!("the gateway answered {}; redirects are not followed", answer.status().as_u16()))
            }
            Ok(answer) => Err(format!("the gateway answered {}", answer.status().as_u16())),
            Err(error) if error.is_timeout() => Err("the gateway does not answer in time".to_owned()),
            Err(error) if error.is_connect() => Err("the gateway cannot be reached".to_owned()),
            Err(_) => Err("the gateway's answer cannot be read".to_owned()),
        }
    }
}
