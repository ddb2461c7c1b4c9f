//! `GET /second-factor/providers/{id}/gateways/{way}`: how a tenant's text messages or calls leave.
//!
//! A header is a line, `name: value`. The secret is never shown; left empty it stays as it is.

pub mod receipts;

use receipts::ReceiptForm;

use crate::form::{Choice, Field};
use crate::layout::Frame;
use crate::list::{ConfirmPage, FormPage};
use crate::parts::{Action, PageHead};

/// What the form holds, as it was typed.
#[derive(Debug, Clone)]
pub struct GatewayForm {
    /// The tenant's id and name.
    pub tenant: (String, String),
    /// `sms` or `voice`.
    pub way: String,
    /// The version that was read; none where there is no gateway yet.
    pub version: Option<i64>,
    pub has_secret: bool,
    pub method: String,
    pub url: String,
    pub headers: String,
    pub format: String,
    pub body: String,
    pub price: String,
    pub timeout_seconds: String,
    pub receipts: ReceiptForm,
    /// A field and what is wrong with it.
    pub wrong: Option<(String, String)>,
}

impl GatewayForm {
    /// One that nobody has filled in.
    pub fn empty(tenant: (String, String), way: &str) -> Self {
        Self {
            tenant,
            way: way.to_owned(),
            version: None,
            has_secret: false,
            method: "POST".to_owned(),
            url: String::new(),
            headers: "authorization: Bearer {secret}".to_owned(),
            format: "json".to_owned(),
            body: r#"{"to": "{to}", "text": "{text}"}"#.to_owned(),
            price: "10".to_owned(),
            timeout_seconds: "10".to_owned(),
            receipts: ReceiptForm::default(),
            wrong: None,
        }
    }

    /// An address below the second factor of the tenant.
    pub fn href(&self, tail: &str) -> String {
        format!("/second-factor/providers/{}{tail}", self.tenant.0)
    }

    fn here(&self, tail: &str) -> String {
        self.href(&format!("/gateways/{}{tail}", self.way))
    }

    fn error(&self, name: &str) -> String {
        let ours = self.wrong.as_ref().filter(|(field, _)| field == name);
        ours.map(|(_, why)| why.clone()).unwrap_or_default()
    }

    fn fields(&self) -> Vec<Field> {
        let choice = |(value, name): (&'static str, &'static str)| Choice::new(value, name);
        let methods = [("POST", "POST"), ("PUT", "PUT"), ("GET", "GET, without a body")].map(choice).into();
        let formats = [("json", "JSON"), ("form", "Form"), ("text", "Plain text")].map(choice).into();
        let kept = "Sealed, and never shown again. Empty: it stays as it is.";
        let fresh = "What {secret} stands for. Sealed, and never shown again.";
        vec![
            Field::text("url", "Address")
                .value(&self.url)
                .error(self.error("url"))
                .hint("https. {to}, {code}, {spoken} and {text} may stand behind the host.")
                .attribute("required", "")
                .attribute("placeholder", "https://gateway.example/send"),
            Field::select("method", "Method", methods).value(&self.method),
            Field::password("secret", "Secret")
                .hint(if self.has_secret { kept } else { fresh })
                .optional()
                .attribute("autocomplete", "off"),
            Field::area("headers", "Headers", 2)
                .value(&self.headers)
                .error(self.error("headers"))
                .hint("One a line, name: value. {secret} may stand in a value.")
                .mono()
                .optional(),
            Field::select("format", "The body is", formats).value(&self.format),
            Field::area("body", "Body", 4)
                .value(&self.body)
                .error(self.error("body"))
                .hint(
                    "{to} is the number, {code} the code, {spoken} the code digit by digit, {text} the whole message.",
                )
                .mono()
                .optional(),
            Field::text("price", "Price of a message")
                .value(&self.price)
                .error(self.error("price"))
                .hint("In hundredths. It counts towards what may be spent in a day.")
                .attribute("inputmode", "numeric"),
            Field::text("timeout_seconds", "How long it may take")
                .value(&self.timeout_seconds)
                .error(self.error("timeout_seconds"))
                .unit("seconds")
                .hint("From 1 to 20.")
                .attribute("inputmode", "numeric"),
        ]
    }
}

fn what(way: &str) -> &'static str {
    if way == "voice" { "calls" } else { "text messages" }
}

/// The form.
pub fn page(frame: Frame, form: &GatewayForm) -> FormPage {
    let mut head = PageHead::new(format!("Gateway for {}", what(&form.way)))
        .crumb("Second factor", "/second-factor")
        .crumb(&form.tenant.1, form.href(""))
        .crumb("Settings", form.href("/settings"))
        .lead("Any that takes an HTTP call. What is filled in is escaped for where it stands; redirects are not followed.");
    if form.version.is_some() && form.receipts.on {
        head = head.action(Action::go("Address for receipts", form.here("/receipt-address")));
    }
    if form.version.is_some() {
        head = head.action(Action::ask("Remove…", form.here("/remove")));
    }
    let version = form.version.map(|version| format!("?version={version}")).unwrap_or_default();
    let page = FormPage::new(frame, head, form.here(&version), form.href("/settings"));
    let receipts = form.receipts.fields(|name| form.error(name));
    form.fields().into_iter().chain(receipts).fold(page, FormPage::field).sent_to(&form.href("/save"))
}

/// The question before one is taken away.
pub fn ask_remove(frame: Frame, form: &GatewayForm) -> ConfirmPage {
    let question = format!("Remove the gateway for {}?", what(&form.way));
    ConfirmPage::new(frame, question, "Remove", form.here("/remove"))
        .consequence("Its secret is wiped, and nobody is offered such a code any more. Every other way is as before.")
        .cancel(form.here(""))
        .danger()
}

#[cfg(test)]
pub mod samples {
    //! What the pages look like.

    use super::receipts::{AddressPage, ReceiptForm, ask_address};
    use super::{GatewayForm, ask_remove, page};
    use crate::layout::Section;
    use crate::tests::{Gallery, HOUR, ago, frame};

    pub fn add(gallery: &mut Gallery) {
        let framed = || frame("Gateway", Section::SecondFactor);
        let empty = GatewayForm::empty(("t1".into(), "Contoso".into()), "sms");
        gallery.add("second-factor-gateway-new", &page(framed(), &empty));
        let filled = GatewayForm {
            version: Some(2),
            has_secret: true,
            url: "https://gateway.example/send".into(),
            ..empty.clone()
        };
        gallery.add("second-factor-gateway", &page(framed(), &filled));
        let why = "Must have {code}, {spoken} or {text} in it.".to_owned();
        let wrong = GatewayForm { body: "{}".into(), wrong: Some(("body".into(), why)), ..filled.clone() };
        gallery.add("second-factor-gateway-wrong", &page(framed(), &wrong));
        let receipts = ReceiptForm {
            on: true,
            answer_id: "/sid".into(),
            id: "MessageSid".into(),
            status: "MessageStatus".into(),
            reason: "ErrorCode".into(),
            delivered: "delivered".into(),
            failed: "failed\nundelivered".into(),
            address_since: Some(ago(HOUR)),
            ..ReceiptForm::default()
        };
        let listening = GatewayForm { receipts, ..filled.clone() };
        gallery.add("second-factor-gateway-receipts", &page(framed(), &listening));
        gallery.add("second-factor-gateway-ask-address", &ask_address(framed(), &listening));
        let address = "https://hall.example/api/v1/mfa/receipts/Yc3nq0dG5nXk1mUuVw8f2r7sT4aB6eH9jLpQzR0tCvE";
        gallery.add("second-factor-gateway-address", &AddressPage::new(framed(), &listening, address));
        gallery.add("second-factor-gateway-remove", &ask_remove(framed(), &filled));
    }
}
