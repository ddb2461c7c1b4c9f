//! What is set of a tenant: its name, what people are known by, what it is used for.

use crate::form::{Choice, Field};

/// What the settings form holds.
#[derive(Debug, Clone, Default)]
pub struct TenantForm {
    pub version: i64,
    pub name: String,
    pub user_id_attribute: String,
    pub error: String,
    pub features: Vec<FeatureRow>,
    pub features_error: String,
}

/// Something that a tenant may be used for.
#[derive(Debug, Clone)]
pub struct FeatureRow {
    pub word: String,
    pub name: &'static str,
    /// The permissions that it takes.
    pub needs: Vec<&'static str>,
    pub chosen: bool,
}

impl TenantForm {
    /// What it is called, and what people are known by.
    pub fn fields(&self) -> Vec<Field> {
        let attributes = [
            ("userPrincipalName", "User principal name"),
            ("mail", "Mail address"),
            ("mailNickname", "Mail nickname"),
            ("onPremisesSamAccountName", "On-premises account name"),
            ("employeeId", "Employee id"),
        ];
        let attributes = attributes.into_iter().map(|(value, name)| Choice::new(value, name));
        let extension =
            |number| Choice::new(format!("extensionAttribute{number}"), format!("Extension attribute {number}"));
        let attributes = attributes.chain((1..=15).map(extension)).collect();
        vec![
            Field::text("name", "Friendly name").value(&self.name).error(&self.error).attribute("required", "").attribute("maxlength", "100"),
            Field::select("user_id_attribute", "User ID attribute", attributes)
                .value(&self.user_id_attribute)
                .hint("By which people are looked up and shown. People are always kept apart by their object id, so this can change."),
        ]
    }

    /// What it may be used for.
    pub fn features(&self) -> Vec<Field> {
        let needs = |row: &FeatureRow| format!("Needs {}.", row.needs.join(", "));
        let check =
            |row: &FeatureRow| Field::check("features", row.name, row.chosen).one_of(&row.word).hint(needs(row));
        let mut fields: Vec<Field> = self.features.iter().map(check).collect();
        if let Some(first) = fields.first_mut() {
            *first = first.clone().error(&self.features_error);
        }
        fields
    }
}
