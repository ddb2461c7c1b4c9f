//! How a gateway tells what became of its messages: a part of its form, and the address that it is given, shown once.

use askama::Template;
use kernel::Timestamp;

use super::{GatewayForm, what};
use crate::form::Field;
use crate::format;
use crate::layout::Frame;
use crate::list::ConfirmPage;
use crate::parts::{Action, Callout, Code, PageHead, Tone};

/// What the form holds of it, as it was typed. Words are lines.
#[derive(Debug, Clone, Default)]
pub struct ReceiptForm {
    pub on: bool,
    pub answer_id: String,
    pub list: String,
    pub id: String,
    pub status: String,
    pub reason: String,
    pub delivered: String,
    pub failed: String,
    /// Since when there is an address.
    pub address_since: Option<Timestamp>,
}

impl ReceiptForm {
    /// The fields; `error` says what is wrong with one.
    pub fn fields(&self, error: impl Fn(&str) -> String) -> Vec<Field> {
        let text = |name: &str, label: &str, value: &str| {
            Field::text(name, label).value(value).error(error(name)).mono().optional()
        };
        let words = |name: &str, label: &str, value: &str| {
            Field::area(name, label, 2).value(value).error(error(name)).mono().optional()
        };
        let address = match self.address_since {
            Some(since) => format!("Its address counts since {}.", format::moment(since)),
            None => "Once it is saved, make the address that the gateway tells them to.".to_owned(),
        };
        vec![
            Field::check("receipts_on", "Listen to receipts", self.on).hint(format!(
                "The gateway tells afterwards what became of a message. Off, nothing is known beyond that it was taken. {address}"
            )),
            text("receipts_answer_id", "The message’s id in its answer", &self.answer_id)
                .hint("A JSON pointer such as /messages/0/id. Empty: the answer is the id alone."),
            text("receipts_list", "The list of receipts", &self.list)
                .hint("A JSON pointer such as /results, where several are told at once."),
            text("receipts_id", "Field with the id", &self.id)
                .hint("Of a form, a query or a JSON object; or a JSON pointer into a receipt."),
            text("receipts_status", "Field with the status", &self.status),
            text("receipts_reason", "Field with the reason", &self.reason)
                .hint("What could be a number or a code is left out of it."),
            words("receipts_delivered", "What it says of a message that arrived", &self.delivered)
                .hint("One a line, however it is capitalised."),
            words("receipts_failed", "What it says of one that will not", &self.failed)
                .hint("One a line. Every other word is no end yet."),
        ]
    }
}

/// The question before another address is made.
pub fn ask_address(frame: Frame, form: &GatewayForm) -> ConfirmPage {
    let page = ConfirmPage::new(frame, "Make an address for receipts?", "Make address", form.here("/receipt-address"))
        .consequence("It is shown once, to be entered at the gateway. Whoever knows it can tell that messages arrived or failed.")
        .cancel(form.here(""));
    match form.receipts.address_since {
        Some(_) => page.also("The address that there is counts no longer."),
        None => page,
    }
}

/// The address, shown once.
#[derive(Debug, Template)]
#[template(path = "second_factor/receipt_address.html")]
pub struct AddressPage {
    frame: Frame,
    head: PageHead,
    callout: Callout,
    address: Code,
    back: Action,
}

impl AddressPage {
    /// The page after it was made.
    pub fn new(frame: Frame, form: &GatewayForm, address: &str) -> Self {
        let head = PageHead::new("Address for receipts")
            .crumb("Second factor", "/second-factor")
            .crumb(&form.tenant.1, form.href(""))
            .crumb(format!("Gateway for {}", what(&form.way)), form.here(""))
            .lead("Enter it at the gateway as the address for delivery reports: POST of JSON or a form, or GET.");
        let text = "Only its hash is kept. It cannot be shown again.";
        Self {
            head,
            callout: Callout::new(Tone::Warn, "Copy the address now", text),
            address: Code::new("receipt-address", "Address", address.to_owned()).wrap(),
            back: Action::go("Done", form.here("")).primary(),
            frame,
        }
    }
}
