//! The call itself. What comes back is its status, and the message's id where receipts are read: a body could repeat the
//! number and the code.

use std::time::Duration;

use oidc::body::read_limited;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response};

use super::receipts::{LONGEST_TOLD, Receipts};
use super::template::{GatewayMethod, Template, Values};
use crate::outlet::Outlet;

/// That a message was taken.
pub(crate) struct Taken {
    /// What the gateway or the mail server said.
    pub detail: String,
    /// What the gateway calls it.
    pub reference: Option<String>,
}

impl Template {
    /// Calls the gateway; tells what came of it, without anything that was sent.
    pub(crate) async fn call(
        &self,
        outlet: &Outlet,
        values: &Values<'_>,
        receipts: Option<&Receipts>,
    ) -> Result<Taken, String> {
        let filled = self.filled(values).ok_or("the address cannot be filled in")?;
        outlet.guard.check(filled.url.as_str()).map_err(|why| format!("the address {why}"))?;
        let method = match self.method {
            GatewayMethod::Post => Method::POST,
            GatewayMethod::Put => Method::PUT,
            GatewayMethod::Get => Method::GET,
        };
        let request = outlet.http.request(method, filled.url);
        let mut request = request.timeout(Duration::from_secs(self.timeout_seconds.into()));
        if !filled.body.is_empty() {
            request = request.header(CONTENT_TYPE, self.format.media_type()).body(filled.body);
        }
        for (name, value) in filled.headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(taken(answer, values, receipts).await),
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

/// The message is on its way, whether or not its id can be read.
async fn taken(answer: Response, values: &Values<'_>, receipts: Option<&Receipts>) -> Taken {
    let detail = format!("the gateway answered {}", answer.status().as_u16());
    let Some(receipts) = receipts else { return Taken { detail, reference: None } };
    let body = read_limited(answer, LONGEST_TOLD).await.unwrap_or_default();
    match receipts.reference_in(&body, values.to, values.code) {
        Some(reference) => Taken { detail, reference: Some(reference) },
        None => Taken { detail: format!("{detail}, without an id where receipts.answer_id points"), reference: None },
    }
}
