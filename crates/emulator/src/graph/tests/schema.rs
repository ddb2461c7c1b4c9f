//! Every name and type that we emit is in the v1.0 metadata (a part of it lies in `schema.json`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::directory::property::{Home, TABLES};

#[derive(Deserialize)]
struct Type {
    base: Option<String>,
    properties: BTreeMap<String, String>,
    #[serde(default)]
    navigation: BTreeMap<String, String>,
}

struct Schema(BTreeMap<String, Type>);

impl Schema {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("../schema.json")).unwrap())
    }

    fn property(&self, kind: &str, name: &str) -> Option<String> {
        let found = &self.0[kind];
        let own = found.properties.get(name).or_else(|| found.navigation.get(name)).cloned();
        own.or_else(|| found.base.as_ref().and_then(|base| self.property(base, name)))
    }

    fn check(&self, kind: &str, object: &Value, at: &str) {
        for (name, value) in object.as_object().unwrap_or_else(|| panic!("{at} is no object")) {
            if name.contains('@') {
                continue;
            }
            let declared = self.property(kind, name).unwrap_or_else(|| panic!("{at}: {kind} has no {name}"));
            self.check_value(&declared, value, &format!("{at}.{name}"));
        }
    }

    fn check_value(&self, declared: &str, value: &Value, at: &str) {
        if let Some(inner) = declared.strip_prefix("Collection(") {
            let inner = inner.trim_end_matches('!').trim_end_matches(')');
            let items = value.as_array().unwrap_or_else(|| panic!("{at} is no list but {value}"));
            for item in items {
                self.check_value(inner, item, at);
            }
            return;
        }
        let (plain, required) = declared.strip_suffix('!').map_or((declared, false), |plain| (plain, true));
        if value.is_null() {
            assert!(!required, "{at} must not be null");
            return;
        }
        let fits = match plain {
            "String" => value.is_string(),
            "Boolean" => value.is_boolean(),
            "Int32" | "Int64" => value.is_i64(),
            "Guid" => value.as_str().is_some_and(|text| uuid::Uuid::parse_str(text).is_ok()),
            "DateTimeOffset" => value.as_str().is_some_and(|text| Timestamp::parse(text).is_ok()),
            // Enumerations are texts here; none of those we emit is a closed one with other spellings.
            other if !self.0.contains_key(other) => value.is_string(),
            other => {
                self.check(other, value, at);
                true
            }
        };
        assert!(fits, "{at} should be {plain} and is {value}");
    }
}

#[tokio::test]
async fn users_and_groups_agree_with_the_metadata() {
    let schema = Schema::read();
    let rig = Rig::new(150, 80, EVERYTHING);
    for (set, kind, table) in [("users", "user", TABLES[0]), ("groups", "group", TABLES[1])] {
        let names: Vec<&str> = table.iter().map(|property| property.name).collect();
        for name in &names {
            assert!(schema.property(kind, name).is_some(), "{kind} has no {name}");
        }
        for id in rig.get(&format!("/{set}?$select=id&$top=80")).await.each("id") {
            let whole = rig.get(&format!("/{set}/{id}?$select={}", names.join(","))).await;
            assert_eq!(whole.status, 200, "{}", whole.text);
            schema.check(kind, &whole.json(), kind);
            assert_eq!(
                whole.json().as_object().unwrap().len(),
                names.len() + 1,
                "all that was asked for, and the context"
            );
        }
        let listed: Vec<&str> =
            table.iter().filter(|property| property.home != Home::Elsewhere).map(|property| property.name).collect();
        for item in rig.all(&format!("/{set}?$select={}", listed.join(","))).await {
            schema.check(kind, &item, kind);
        }
        for item in rig.all(&format!("/{set}/delta?$select={}", listed.join(","))).await {
            schema.check(kind, &item, kind);
        }
    }
}
