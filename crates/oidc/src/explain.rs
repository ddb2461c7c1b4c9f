//! AADSTS numbers in plain words, with the mend.
//!
//! Source: Microsoft's "Microsoft Entra authentication and authorization error codes". Numbers serve people only:
//! nothing decides by this table.

type Row = (u32, &'static str, &'static str);

/// What a number means and what an administrator should do.
pub fn explain(code: u32) -> (&'static str, &'static str) {
    TABLE.iter().find(|(known, ..)| *known == code).map_or(
        (
            "Entra refused the request",
            "look the code up at https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
        ),
        |(_, what, mend)| (what, mend),
    )
}

/// The numbers that [`explain`] knows.
pub fn known_codes() -> impl Iterator<Item = u32> {
    TABLE.iter().map(|(code, ..)| *code)
}

const NEW_SECRET: &str =
    "create a new client secret on the app registration (Certificates & secrets) and enter its value here";
const CHECK_TENANT: &str = "check the tenant id and the cloud, and that consent was given in this tenant";
const WAIT: &str = "nothing to mend; Vestibule tries again by itself";
const REPORT: &str = "nothing you can mend in Entra; report it with the correlation id";
const CHECK_CERTIFICATE: &str =
    "upload the certificate of this key to the app registration (Certificates & secrets) and compare the thumbprints";
const CONSENT: &str = "have an administrator give consent again with the link on the tenant's page";

const TABLE: &[Row] = &[
    (
        7_000_215,
        "the client secret is wrong",
        "enter the secret's value, not its id; if it is lost, create a new secret on the app registration",
    ),
    (7_000_222, "every client secret of the application has expired", NEW_SECRET),
    (
        7_000_216,
        "the request carried neither secret nor certificate",
        "enter a secret or a certificate for this tenant",
    ),
    (
        7_000_218,
        "the request carried neither secret nor certificate",
        "enter a secret or a certificate for this tenant",
    ),
    (
        7_000_112,
        "the application is disabled in the tenant",
        "enable it: Enterprise applications, the application, Properties, Enabled for users to sign-in",
    ),
    (7_000_229, "the application has no service principal in the tenant", CONSENT),
    (
        700_016,
        "the application is not known in the tenant",
        "check the client id and the tenant id; if both are right, have consent given in this tenant (it can take minutes to arrive)",
    ),
    (700_011, "the application is not known in the tenant", CHECK_TENANT),
    (70_001, "the application is not known or disabled in the tenant", CHECK_TENANT),
    (
        700_038,
        "the client id is not an application's id",
        "copy the Application (client) ID from the app registration's overview",
    ),
    (90_002, "the tenant does not exist", "check the tenant id and that the cloud is the right one"),
    (90_019, "no tenant in the request", CHECK_TENANT),
    (50_059, "no tenant in the request", CHECK_TENANT),
    (9_001_023, "the tenant is given as common or consumers", "enter the tenant's id or one of its verified domains"),
    (
        5_000_224,
        "the tenant has been taken out of service",
        "connect another tenant, or ask Microsoft to restore this one",
    ),
    (900_381, "the tenant is in another cloud", "choose the cloud that the tenant lives in"),
    (900_382, "the tenant is in another cloud", "choose the cloud that the tenant lives in"),
    (900_383, "the tenant is in another cloud", "choose the cloud that the tenant lives in"),
    (
        500_011,
        "Microsoft Graph is not known in the tenant",
        "check that the Graph base URL belongs to the tenant's cloud",
    ),
    (
        500_014,
        "the service principal of the resource is disabled",
        "enable Microsoft Graph in the tenant's Enterprise applications",
    ),
    (70_011, "the scope is malformed", "check the Graph base URL"),
    (1_002_012, "the scope is malformed", "check the Graph base URL"),
    (700_022, "the scope names several resources", REPORT),
    (28_002, "the scope is malformed", REPORT),
    (28_003, "the scope is empty", REPORT),
    (900_144, "the request lacks a parameter", REPORT),
    (90_014, "the request lacks a field", REPORT),
    (9_002_313, "the request is malformed", REPORT),
    (
        700_025,
        "the application is registered as a public client",
        "register a confidential client (web), or switch off 'Allow public client flows'",
    ),
    (700_027, "Entra does not know the certificate, or the signature is wrong", CHECK_CERTIFICATE),
    (50_012, "the certificate's statement was refused", CHECK_CERTIFICATE),
    (50_027, "the certificate's statement is malformed", REPORT),
    (50_048, "subject and issuer of the statement differ", REPORT),
    (700_030, "the certificate's subject name is not authorised", CHECK_CERTIFICATE),
    (700_024, "the statement's time is out of range", "set this server's clock; it differs from Entra's by minutes"),
    (
        700_021,
        "the statement was made for another application",
        "check that the client id and the certificate belong together",
    ),
    (70_021, "no federated credential matches", "compare issuer, subject and audience of the federated credential"),
    (700_211, "no federated credential has this issuer", "compare the issuer of the federated credential"),
    (700_212, "no federated credential has this audience", "compare the audience of the federated credential"),
    (700_213, "no federated credential has this subject", "compare the subject of the federated credential"),
    (65_001, "nobody has given consent", CONSENT),
    (65_004, "consent was declined", "start again and accept, or ask an administrator who may"),
    (
        65_005,
        "the application asks for a resource it does not list",
        "add the Microsoft Graph permissions to the app registration",
    ),
    (
        650_056,
        "the application lists no permission for Graph",
        "add the Microsoft Graph permissions to the app registration and give consent",
    ),
    (
        650_057,
        "the application lists no permission for Graph",
        "add the Microsoft Graph permissions to the app registration and give consent",
    ),
    (650_052, "the tenant has no subscription for the resource, or it is disabled", CONSENT),
    (
        650_051,
        "the application could not be added to the tenant",
        "try again; another administrator may have added it at the same moment",
    ),
    (
        650_059,
        "the application is not usable in this tenant",
        "make the registration multitenant, or connect the tenant it lives in",
    ),
    (90_094, "an administrator has to consent", CONSENT),
    (90_093, "an administrator has to consent", CONSENT),
    (
        90_095,
        "an administrator has to consent; a request was made",
        "approve the request in Enterprise applications, Admin consent requests",
    ),
    (
        50_011,
        "the reply address is not registered",
        "add the redirect URI shown on the connect page to the app registration (Authentication, Web)",
    ),
    (
        500_113,
        "no reply address is registered",
        "add the redirect URI shown on the connect page to the app registration (Authentication, Web)",
    ),
    (
        900_971,
        "no reply address is registered",
        "add the redirect URI shown on the connect page to the app registration (Authentication, Web)",
    ),
    (50_194, "the application is not multitenant", "use the tenant's own id, or make the registration multitenant"),
    (50_020, "the account does not belong to the tenant", "sign in with an account of this tenant"),
    (
        50_105,
        "the account is not assigned to the application",
        "assign the account, or switch off 'Assignment required'",
    ),
    (
        53_003,
        "a Conditional Access policy blocks the application",
        "exclude the service principal, or allow this server's address, in the workload identity policy",
    ),
    (53_000, "a Conditional Access policy asks for a compliant device", "exclude the application from the policy"),
    (
        530_032,
        "a security policy of the tenant blocks the application",
        "look into the sign-in log (service principal sign-ins) for the policy",
    ),
    (50_196, "Entra noticed the same request too often", WAIT),
    (90_055, "Entra throttles token requests", WAIT),
    (90_033, "Entra is not available for a moment", WAIT),
    (90_090, "Entra is not available for a moment", WAIT),
    (90_006, "Entra is not available for a moment", WAIT),
    (90_024, "Entra is not available for a moment", WAIT),
    (90_001, "Entra is not available for a moment", WAIT),
    (70_003, "the grant type is not supported", REPORT),
    (50_076, "Conditional Access asks for a second factor", "sign in again and complete the second factor"),
    (50_079, "the account must register a second factor", "register one and sign in again"),
    (50_057, "the account is disabled", "enable it or use another one"),
    (50_126, "name or password is wrong", "sign in again"),
];
