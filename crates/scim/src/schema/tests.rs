//! The discovery documents.
#![expect(clippy::unwrap_used, reason = "a failed test says enough")]

use serde_json::Value;

use super::discovery::{self, Capabilities, SCHEMAS, Scheme};
use super::{Attribute, Kind};

const BASE: &str = "https://pce.example/scim/orgs/7";

#[test]
fn every_schema_is_told_with_all_characteristics() {
    let schemas = discovery::schemas(BASE);
    assert_eq!(schemas.len(), 6);
    for schema in &schemas {
        let urn = schema["id"].as_str().unwrap();
        assert_eq!(schema["meta"]["location"], format!("{BASE}/Schemas/{urn}"));
        assert_eq!(discovery::schema(&urn.to_uppercase(), BASE).as_ref(), Some(schema));
        for attribute in schema["attributes"].as_array().unwrap() {
            for name in ["type", "multiValued", "required", "caseExact", "mutability", "returned", "uniqueness"] {
                assert!(attribute.get(name).is_some(), "{urn} {} {name}", attribute["name"]);
            }
            assert_eq!(attribute["type"] == "complex", attribute.get("subAttributes").is_some());
            assert_eq!(attribute["type"] == "reference", attribute.get("referenceTypes").is_some());
        }
    }
    let user_name = &schemas[0]["attributes"][0];
    let told = ["name", "required", "caseExact", "uniqueness"].map(|name| user_name[name].to_string());
    assert_eq!(told, ["\"userName\"", "true", "false", "\"server\""]);
    assert_eq!(discovery::schema("urn:example", BASE), None);
}

#[test]
fn names_are_told_apart_and_references_are_exact() {
    fn check(attributes: &[Attribute]) {
        for (index, attribute) in attributes.iter().enumerate() {
            let twice = attributes[..index].iter().any(|other| other.name.eq_ignore_ascii_case(attribute.name));
            assert!(!twice, "{}", attribute.name);
            assert!(!matches!(attribute.kind, Kind::Reference | Kind::Binary) || attribute.case_exact);
            check(attribute.sub_attributes);
        }
    }
    for schema in SCHEMAS {
        check(schema.attributes);
    }
}

#[test]
fn kinds_of_resource_and_capabilities_are_told() {
    let kinds = discovery::resource_types(BASE);
    assert_eq!(kinds[0]["endpoint"], "/Users");
    assert_eq!(kinds[0]["schemaExtensions"][0]["required"], Value::Bool(false));
    assert_eq!(discovery::resource_type("Group", BASE).as_ref(), Some(&kinds[1]));
    let capabilities = Capabilities {
        documentation_uri: None,
        bulk_max_operations: 1_000,
        bulk_max_payload_bytes: 4_194_304,
        default_page_size: 100,
        max_page_size: 500,
        cursor_timeout_seconds: 3_600,
        schemes: vec![Scheme {
            kind: "oauthbearertoken".to_owned(),
            name: "API key".to_owned(),
            description: "Bearer key:secret".to_owned(),
        }],
    };
    let config = discovery::service_provider_config(&capabilities, BASE);
    assert_eq!(config["pagination"]["cursorTimeout"], 3_600);
    assert_eq!(config["bulk"]["maxPayloadSize"], 4_194_304);
    assert_eq!(config["authenticationSchemes"][0]["primary"], true);
    assert_eq!(config["changePassword"]["supported"], false);
}
