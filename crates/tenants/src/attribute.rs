//! Which attribute of a user is the organisation's user id.
//!
//! A label and a way to look people up, never a key: the key is always tenant and object id.

kernel::text_enum!(
    /// The attribute that an organisation knows its users by. Names are Graph's.
    pub enum UserIdAttribute {
        /// `userPrincipalName`, the default.
        UserPrincipalName = "userPrincipalName",
        /// `mail`.
        Mail = "mail",
        /// `mailNickname`.
        MailNickname = "mailNickname",
        /// `onPremisesSamAccountName`.
        OnPremisesSamAccountName = "onPremisesSamAccountName",
        /// `employeeId`.
        EmployeeId = "employeeId",
        /// `extensionAttribute1` of the on-premises extension attributes.
        Extension1 = "extensionAttribute1",
        /// `extensionAttribute2`.
        Extension2 = "extensionAttribute2",
        /// `extensionAttribute3`.
        Extension3 = "extensionAttribute3",
        /// `extensionAttribute4`.
        Extension4 = "extensionAttribute4",
        /// `extensionAttribute5`.
        Extension5 = "extensionAttribute5",
        /// `extensionAttribute6`.
        Extension6 = "extensionAttribute6",
        /// `extensionAttribute7`.
        Extension7 = "extensionAttribute7",
        /// `extensionAttribute8`.
        Extension8 = "extensionAttribute8",
        /// `extensionAttribute9`.
        Extension9 = "extensionAttribute9",
        /// `extensionAttribute10`.
        Extension10 = "extensionAttribute10",
        /// `extensionAttribute11`.
        Extension11 = "extensionAttribute11",
        /// `extensionAttribute12`.
        Extension12 = "extensionAttribute12",
        /// `extensionAttribute13`.
        Extension13 = "extensionAttribute13",
        /// `extensionAttribute14`.
        Extension14 = "extensionAttribute14",
        /// `extensionAttribute15`.
        Extension15 = "extensionAttribute15",
    }
);

/// The user's id by the chosen attribute; `None` when the attribute is absent or blank.
///
/// `attribute` reads one attribute by Graph's name. There is no falling back to another attribute: two people could
/// end up with one id.
pub fn user_id(chosen: UserIdAttribute, attribute: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    attribute(chosen.as_str()).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}
