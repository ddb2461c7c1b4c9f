//! The configurations that every tenant has (Graph: authenticationMethodsPolicy): shown and changed, never used here.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Id, type, and whether it is on in a new tenant.
const KNOWN: [(&str, &str, bool); 10] = [
    ("Fido2", "fido2AuthenticationMethodConfiguration", true),
    ("MicrosoftAuthenticator", "microsoftAuthenticatorAuthenticationMethodConfiguration", true),
    ("Sms", "smsAuthenticationMethodConfiguration", false),
    ("Voice", "voiceAuthenticationMethodConfiguration", false),
    ("Email", "emailAuthenticationMethodConfiguration", true),
    ("TemporaryAccessPass", "temporaryAccessPassAuthenticationMethodConfiguration", false),
    ("SoftwareOath", "softwareOathAuthenticationMethodConfiguration", false),
    ("HardwareOath", "hardwareOathAuthenticationMethodConfiguration", false),
    ("X509Certificate", "x509CertificateAuthenticationMethodConfiguration", false),
    ("QRCodePin", "qrCodePinAuthenticationMethodConfiguration", false),
];

/// All of them as a new tenant has them.
pub fn all() -> BTreeMap<String, Value> {
    let one = |(id, kind, on): &(&str, &str, bool)| {
        let everybody = json!({ "targetType": "group", "id": "all_users", "isRegistrationRequired": false });
        let shown = json!({
            "@odata.type": format!("#microsoft.graph.{kind}"), "id": id,
            "state": if *on { "enabled" } else { "disabled" }, "includeTargets": [everybody], "excludeTargets": [],
        });
        ((*id).to_owned(), shown)
    };
    KNOWN.iter().map(one).collect()
}
