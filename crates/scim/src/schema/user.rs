//! Users (RFC 7643 §4.1) and their enterprise extension (§4.3).

use super::{Attribute, Kind, Mutability, Returned, Schema, Uniqueness};

const PLACES: &[&str] = &["work", "home", "other"];

const TYPE: Attribute = Attribute::text("type", "What the value is for");
const DISPLAY: Attribute = Attribute::text("display", "Name of the value, for people");
const PRIMARY: Attribute = Attribute::flag("primary", "Whether this is the preferred value; at most one is");

const NAME: &[Attribute] = &[
    Attribute::text("formatted", "Whole name, as it is shown"),
    Attribute::text("familyName", "Family name"),
    Attribute::text("givenName", "Given name"),
    Attribute::text("middleName", "Middle name"),
    Attribute::text("honorificPrefix", "Title before the name"),
    Attribute::text("honorificSuffix", "Title after the name"),
];

const EMAIL: &[Attribute] =
    &[Attribute::text("value", "E-mail address").identifier(), DISPLAY, TYPE.suggest(PLACES), PRIMARY];

const PHONE: &[Attribute] = &[
    Attribute::text("value", "Telephone number"),
    DISPLAY,
    TYPE.suggest(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

const IM: &[Attribute] = &[
    Attribute::text("value", "Instant messaging address"),
    DISPLAY,
    TYPE.suggest(&["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]),
    PRIMARY,
];

const PHOTO: &[Attribute] = &[
    Attribute::reference("value", "Address of a photograph", &["external"]),
    DISPLAY,
    TYPE.suggest(&["photo", "thumbnail"]),
    PRIMARY,
];

const ADDRESS: &[Attribute] = &[
    Attribute::text("formatted", "Whole address, as it is shown; may have several lines"),
    Attribute::text("streetAddress", "Street, house, flat; may have several lines"),
    Attribute::text("locality", "Town"),
    Attribute::text("region", "State or region"),
    Attribute::text("postalCode", "Postal code"),
    Attribute::text("country", "Country, by ISO 3166-1 alpha-2"),
    TYPE.suggest(PLACES),
    PRIMARY,
];

const MEMBERSHIP: &[Attribute] = &[
    Attribute::text("value", "Identifier of the group").exact().identifier().read_only(),
    Attribute::reference("$ref", "Address of the group", &["Group"]).read_only(),
    Attribute::text("display", "Name of the group").read_only(),
    TYPE.suggest(&["direct", "indirect"]).read_only(),
];

const PLAIN: &[Attribute] = &[Attribute::text("value", "The value"), DISPLAY, TYPE, PRIMARY];

const CERTIFICATE: &[Attribute] = &[
    Attribute { longest: 64 * 1024, ..Attribute::of(Kind::Binary, "value", "DER certificate in base64").exact() },
    DISPLAY,
    TYPE,
    PRIMARY,
];

/// The core schema of users.
pub static USER_SCHEMA: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "User account",
    extends: false,
    attributes: &[
        Attribute {
            uniqueness: Uniqueness::Server,
            ..Attribute::text("userName", "Name to sign in with; unique without regard to case").required().identifier()
        },
        Attribute::complex("name", "The parts of the user's name", NAME),
        Attribute::text("displayName", "Name that is shown").key(),
        Attribute::text("nickName", "Casual name"),
        Attribute::reference("profileUrl", "Address of the user's profile", &["external"]),
        Attribute::text("title", "Job title"),
        Attribute::text("userType", "Relation to the organisation, such as Employee"),
        Attribute::text("preferredLanguage", "Language, as in Accept-Language"),
        Attribute::text("locale", "Locale, by BCP 47"),
        Attribute::text("timezone", "Time zone, by the IANA database"),
        Attribute::flag("active", "Whether the account is enabled"),
        Attribute {
            mutability: Mutability::WriteOnly,
            returned: Returned::Never,
            ..Attribute::text("password", "Taken and forgotten: people sign in with their identity provider").exact()
        },
        Attribute::complex("emails", "E-mail addresses", EMAIL).many(),
        Attribute::complex("phoneNumbers", "Telephone numbers", PHONE).many(),
        Attribute::complex("ims", "Instant messaging addresses", IM).many(),
        Attribute::complex("photos", "Photographs", PHOTO).many(),
        Attribute::complex("addresses", "Postal addresses", ADDRESS).many(),
        Attribute::complex("groups", "Groups that the user is in", MEMBERSHIP).many().read_only(),
        Attribute::complex("entitlements", "Entitlements", PLAIN).many(),
        Attribute::complex("roles", "Roles", PLAIN).many(),
        Attribute::complex("x509Certificates", "Certificates", CERTIFICATE).many(),
    ],
};

const MANAGER: &[Attribute] = &[
    Attribute::text("value", "Identifier of the manager").exact().identifier(),
    Attribute::reference("$ref", "Address of the manager", &["User"]),
    Attribute::text("displayName", "Name of the manager").on_request(),
];

/// The enterprise extension of users.
pub static ENTERPRISE_SCHEMA: Schema = Schema {
    urn: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "What an enterprise knows of a user",
    extends: true,
    attributes: &[
        Attribute::text("employeeNumber", "Number or code of the employee"),
        Attribute::text("costCenter", "Cost centre"),
        Attribute::text("organization", "Organisation"),
        Attribute::text("division", "Division"),
        Attribute::text("department", "Department"),
        Attribute::complex("manager", "The user's manager", MANAGER),
    ],
};
