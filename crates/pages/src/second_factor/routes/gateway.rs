//! How a tenant's text messages and calls leave.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use kernel::{Kinded as _, Secret, Timestamp};
use mfa::MfaError;
use mfa::gateway::{BodyFormat, GatewayMethod, GatewayUpdate, GatewayView, Header, Receipts, Template, Way};
use mfa::permissions::{ChangeProvider, ReadMfa};
use serde::Deserialize;
use tenants::TenantId;
use web::{Form, Path, Problem, Query};

use super::tenant_name;
use crate::Rooms;
use crate::desk::{Desk, done};
use crate::flash::Done;
use crate::layout::Section;
use crate::render::{page, page_with, sentence};
use crate::second_factor::gateway::receipts::{self, AddressPage, ReceiptForm};
use crate::second_factor::gateway::{self as shown, GatewayForm};

/// What the form sends.
#[derive(Deserialize)]
pub struct Sent {
    url: String,
    method: GatewayMethod,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    headers: String,
    format: BodyFormat,
    #[serde(default)]
    body: String,
    price: String,
    timeout_seconds: String,
    #[serde(default)]
    receipts_on: String,
    #[serde(default)]
    receipts_answer_id: String,
    #[serde(default)]
    receipts_list: String,
    #[serde(default)]
    receipts_id: String,
    #[serde(default)]
    receipts_status: String,
    #[serde(default)]
    receipts_reason: String,
    #[serde(default)]
    receipts_delivered: String,
    #[serde(default)]
    receipts_failed: String,
}

/// What its address says.
#[derive(Deserialize)]
pub struct Read {
    version: Option<i64>,
}

/// A field and what is wrong with it.
type Wrong = (String, String);

async fn found(desk: &Desk, rooms: &Rooms, id: TenantId, way: Way) -> Result<GatewayForm, Problem> {
    let tenant = (id.to_string(), tenant_name(desk, rooms, id).await?);
    let gateways = rooms.mfa.out_of_band(&desk.may(ReadMfa {})?, id).await?.gateways;
    let ours = gateways.into_iter().find(|gateway| gateway.way.as_str() == way.as_str());
    let empty = GatewayForm::empty(tenant, way.as_str());
    Ok(match ours {
        Some(gateway) => filled(gateway, empty),
        None => empty,
    })
}

fn filled(gateway: GatewayView, empty: GatewayForm) -> GatewayForm {
    let Template { method, url, headers, format, body, price, timeout_seconds } = gateway.template;
    let headers: Vec<_> = headers.iter().map(|header| format!("{}: {}", header.name, header.value)).collect();
    GatewayForm {
        version: Some(gateway.version),
        has_secret: gateway.has_secret,
        method: method.to_string(),
        url,
        headers: headers.join("\n"),
        format: format.to_string(),
        body,
        price: price.to_string(),
        timeout_seconds: timeout_seconds.to_string(),
        receipts: listening(gateway.receipts, gateway.receipt_address_since),
        ..empty
    }
}

fn listening(receipts: Option<Receipts>, address_since: Option<Timestamp>) -> ReceiptForm {
    let Some(receipts) = receipts else { return ReceiptForm { address_since, ..ReceiptForm::default() } };
    ReceiptForm {
        on: true,
        answer_id: receipts.answer_id,
        list: receipts.list.unwrap_or_default(),
        id: receipts.id,
        status: receipts.status,
        reason: receipts.reason.unwrap_or_default(),
        delivered: receipts.delivered.join("\n"),
        failed: receipts.failed.join("\n"),
        address_since,
    }
}

/// `GET /second-factor/providers/{id}/gateways/{way}`.
pub async fn show(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, way)): Path<(TenantId, Way)>,
) -> Result<Response, Problem> {
    let form = found(&desk, &rooms, id, way).await?;
    Ok(page(&shown::page(desk.frame("Gateway", Section::SecondFactor), &form)))
}

impl Sent {
    fn update(&self, version: Option<i64>) -> Result<GatewayUpdate, Wrong> {
        let number = |name: &str, text: &str| {
            text.trim().parse().map_err(|_| (name.to_owned(), "Must be a whole number.".to_owned()))
        };
        let headers = self.headers.lines().filter(|line| !line.trim().is_empty()).map(header);
        let template = Template {
            method: self.method,
            url: self.url.trim().to_owned(),
            headers: headers.collect::<Result<_, _>>()?,
            format: self.format,
            body: self.body.trim().to_owned(),
            price: number("price", &self.price)?,
            timeout_seconds: number("timeout_seconds", &self.timeout_seconds)?,
        };
        let secret = (!self.secret.is_empty()).then(|| Secret::new(self.secret.clone()));
        let receipts = (!self.receipts_on.is_empty()).then(|| self.receipts());
        Ok(GatewayUpdate { template, receipts, secret, version })
    }

    fn receipts(&self) -> Receipts {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let words = |text: &str| text.lines().filter_map(some).collect();
        Receipts {
            answer_id: self.receipts_answer_id.trim().to_owned(),
            list: some(&self.receipts_list),
            id: self.receipts_id.trim().to_owned(),
            status: self.receipts_status.trim().to_owned(),
            reason: some(&self.receipts_reason),
            delivered: words(&self.receipts_delivered),
            failed: words(&self.receipts_failed),
        }
    }

    /// The form as it was sent, without the secret.
    fn back(self, form: GatewayForm, wrong: Wrong) -> GatewayForm {
        let receipts = ReceiptForm {
            on: !self.receipts_on.is_empty(),
            answer_id: self.receipts_answer_id,
            list: self.receipts_list,
            id: self.receipts_id,
            status: self.receipts_status,
            reason: self.receipts_reason,
            delivered: self.receipts_delivered,
            failed: self.receipts_failed,
            address_since: form.receipts.address_since,
        };
        GatewayForm {
            receipts,
            method: self.method.to_string(),
            url: self.url,
            headers: self.headers,
            format: self.format.to_string(),
            body: self.body,
            price: self.price,
            timeout_seconds: self.timeout_seconds,
            wrong: Some(wrong),
            ..form
        }
    }
}

fn header(line: &str) -> Result<Header, Wrong> {
    let (name, value) =
        line.split_once(':').ok_or_else(|| ("headers".to_owned(), format!("“{}” has no colon.", line.trim())))?;
    Ok(Header { name: name.trim().to_owned(), value: value.trim().to_owned() })
}

/// The room says `template.url must be …` or `receipts.id must …`: the field, and the rest.
fn placed(said: &str) -> Wrong {
    if let Some((field, why)) = said.strip_prefix("receipts.").and_then(|said| said.split_once(' ')) {
        return (format!("receipts_{field}"), sentence(why));
    }
    let said = said.strip_prefix("template.").unwrap_or(said);
    let fields = ["url", "headers", "body", "timeout_seconds"];
    let field = fields.into_iter().find(|field| said.starts_with(field)).unwrap_or("body");
    let why = said.strip_prefix(field).unwrap_or(said).trim_start_matches([':', ',', ' ']);
    (field.to_owned(), sentence(why))
}

/// `POST /second-factor/providers/{id}/gateways/{way}`.
pub async fn save(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, way)): Path<(TenantId, Way)>,
    Query(read): Query<Read>,
    Form(body): Form<Sent>,
) -> Result<Response, Problem> {
    let may = desk.may(ChangeProvider { tenant: id })?;
    let wrong = match body.update(read.version) {
        Err(wrong) => wrong,
        Ok(update) => match rooms.mfa.put_gateway(&may, way, update).await {
            Ok(_) => return Ok(done(format!("/second-factor/providers/{id}/settings"), Done::GatewaySaved)),
            Err(MfaError::Stale) => {
                return Ok(done(format!("/second-factor/providers/{id}/gateways/{way}"), Done::Stale));
            }
            Err(error @ MfaError::Invalid(_)) => placed(&error.public_detail()),
            Err(error) => return Err(error.into()),
        },
    };
    let form = body.back(found(&desk, &rooms, id, way).await?, wrong);
    let shown = shown::page(desk.frame("Gateway", Section::SecondFactor), &form);
    Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &shown))
}

/// `GET /second-factor/providers/{id}/gateways/{way}/remove`.
pub async fn ask_remove(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, way)): Path<(TenantId, Way)>,
) -> Result<Response, Problem> {
    desk.may(ChangeProvider { tenant: id })?;
    let form = found(&desk, &rooms, id, way).await?;
    Ok(page(&shown::ask_remove(desk.frame("Remove", Section::SecondFactor), &form)))
}

/// `GET /second-factor/providers/{id}/gateways/{way}/receipt-address`.
pub async fn ask_address(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, way)): Path<(TenantId, Way)>,
) -> Result<Response, Problem> {
    desk.may(ChangeProvider { tenant: id })?;
    let form = found(&desk, &rooms, id, way).await?;
    Ok(page(&receipts::ask_address(desk.frame("Address for receipts", Section::SecondFactor), &form)))
}

/// `POST /second-factor/providers/{id}/gateways/{way}/receipt-address`: shows it, this once.
pub async fn make_address(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, way)): Path<(TenantId, Way)>,
) -> Result<Response, Problem> {
    let address = rooms.mfa.renew_receipt_address(&desk.may(ChangeProvider { tenant: id })?, way).await?;
    let form = found(&desk, &rooms, id, way).await?;
    let frame = desk.frame("Address for receipts", Section::SecondFactor);
    Ok(page(&AddressPage::new(frame, &form, address.expose())))
}

/// `POST /second-factor/providers/{id}/gateways/{way}/remove`.
pub async fn remove(
    desk: Desk,
    State(rooms): State<Rooms>,
    Path((id, way)): Path<(TenantId, Way)>,
) -> Result<Response, Problem> {
    rooms.mfa.delete_gateway(&desk.may(ChangeProvider { tenant: id })?, way).await?;
    Ok(done(format!("/second-factor/providers/{id}/settings"), Done::GatewayRemoved))
}

#[cfg(test)]
mod tests {
    use super::{header, placed};

    #[test]
    fn what_the_room_says_stands_at_its_field() {
        let cases = [
            (
                "template.url must be https; http is for this very machine alone",
                "url",
                "Must be https; http is for this very machine alone.",
            ),
            ("template.headers: host: belongs to the connection", "headers", "Host: belongs to the connection."),
            ("template.body must have {to} in it", "body", "Must have {to} in it."),
            ("template.timeout_seconds must be from 1 to 20", "timeout_seconds", "Must be from 1 to 20."),
            ("receipts.answer_id must be a JSON pointer", "receipts_answer_id", "Must be a JSON pointer."),
            ("template.{number} cannot be filled in: use {to}", "body", "{number} cannot be filled in: use {to}."),
        ];
        for (said, field, why) in cases {
            assert_eq!(placed(said), (field.to_owned(), why.to_owned()));
        }
    }

    #[test]
    fn a_header_is_a_line_with_a_colon() {
        let read = header(" authorization: Bearer {secret} ").map(|header| (header.name, header.value));
        assert_eq!(read, Ok(("authorization".to_owned(), "Bearer {secret}".to_owned())));
        assert_eq!(header("authorization").map(|_| ()).map_err(|(field, _)| field), Err("headers".to_owned()));
    }
}
