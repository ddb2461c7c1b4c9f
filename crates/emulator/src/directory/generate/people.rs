//! Makes the users: employees in a tree of managers, guests, rooms and shared mailboxes.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use kernel::Timestamp;
use uuid::Uuid;

use super::names::{LOCALES, ascii};
use super::words::{DEPARTMENTS, OFFICES, Office, PARTNERS};
use super::{Draw, Spec};
use crate::directory::edit_users::security_identifier;
use crate::directory::property::user;
use crate::directory::record::Pen;
use crate::directory::{Directory, NONE};

/// Who ended up where, for the groups.
#[derive(Debug, Default)]
pub(super) struct Staff {
    /// Members by department, in order of ordinal.
    pub departments: Vec<Vec<u32>>,
    /// Members by office.
    pub offices: Vec<Vec<u32>>,
    /// Guests.
    pub guests: Vec<u32>,
    /// Everybody who is an employee.
    pub members: Vec<u32>,
}

const DAY: u64 = 24 * 3600;

/// Adds the spec's users.
pub(super) fn add(directory: &mut Directory, draw: &mut Draw, spec: &Spec) -> Staff {
    let mut staff = Staff {
        departments: vec![Vec::new(); DEPARTMENTS.len()],
        offices: vec![Vec::new(); OFFICES.len()],
        ..Staff::default()
    };
    directory.users.reserve_exact(spec.users);
    directory.by_id.reserve(spec.users);
    directory.by_name.reserve(spec.users);
    let mut maker =
        Maker { spec, draw, pen: Pen::default(), taken: HashSet::new(), local: String::new(), text: String::new() };
    for index in 0..spec.users {
        let id = maker.draw.id();
        // The first twenty are employees, so that the smallest organisation has a head and a tree.
        let lot = if index < 20 { 99 } else { maker.draw.below(100) };
        match lot {
            0..8 => {
                let record = maker.guest(id);
                let ordinal = directory.place_user(id, record.0, record.1);
                staff.guests.push(ordinal);
            }
            8 if maker.draw.percent(60) => {
                let record = maker.room(id, index);
                directory.place_user(id, record.0, record.1);
            }
            _ => add_employee(directory, &mut staff, &mut maker, id),
        }
    }
    // A few hold privileged roles: actions on them need more than an application permission.
    for ordinal in staff.members.iter().skip(2).step_by(97).take(5) {
        directory.admins.insert(*ordinal);
    }
    staff
}

fn add_employee(directory: &mut Directory, staff: &mut Staff, maker: &mut Maker<'_>, id: Uuid) {
    let mut lot = maker.draw.below(100);
    let mut department = staff.members.len().saturating_sub(1);
    if staff.members.len() > DEPARTMENTS.len() {
        department = DEPARTMENTS
            .iter()
            .position(|unit| {
                let here = lot < unit.weight;
                lot = lot.saturating_sub(unit.weight);
                here
            })
            .unwrap_or(0);
    }
    let department = department.min(DEPARTMENTS.len() - 1);
    let colleagues = &staff.departments[department];
    // The very first heads the company, the first of a department heads it, everyone else has at most nine peers.
    let manager = match (staff.members.first(), colleagues.len()) {
        (None, _) => NONE,
        (Some(head), 0) => *head,
        (_, count) => colleagues[(count - 1) / 9],
    };
    let (low, high) = (maker.draw.below(OFFICES.len()), maker.draw.below(OFFICES.len()));
    let office = low.min(high);
    let rank = if staff.members.is_empty() {
        Rank::Head
    } else if colleagues.is_empty() {
        Rank::Lead
    } else {
        Rank::Staff
    };
    let (record, born) = maker.employee(id, department, office, rank);
    let ordinal = directory.place_user(id, record, born);
    directory.link_manager(ordinal, manager);
    staff.departments[department].push(ordinal);
    staff.offices[office].push(ordinal);
    staff.members.push(ordinal);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Head,
    Lead,
    Staff,
}

/// What was drawn for an employee.
struct Hire<'a> {
    id: Uuid,
    local: String,
    given: &'a str,
    surname: &'a str,
    language: &'a str,
    department: usize,
    place: &'a Office,
    rank: Rank,
    born: Timestamp,
    synced: bool,
    enabled: bool,
    number: usize,
}

type Made = (crate::directory::record::Record, Timestamp);

struct Maker<'a> {
    spec: &'a Spec,
    draw: &'a mut Draw,
    pen: Pen,
    taken: HashSet<Box<str>>,
    local: String,
    text: String,
}

impl Maker<'_> {
    /// Leaves a free `given.surname` in `self.local`.
    fn take_local(&mut self, given: &str, surname: &str) {
        self.local.clear();
        ascii(given, &mut self.local);
        self.local.push('.');
        ascii(surname, &mut self.local);
        let stem = self.local.len();
        // Names repeat; a number that grows with the crowd keeps the search short.
        while self.taken.contains(self.local.as_str()) {
            self.local.truncate(stem);
            let number = 2 + self.draw.below(98 + self.taken.len() / 500);
            let _ = write!(self.local, "{number}");
        }
        self.taken.insert(self.local.as_str().into());
    }

    fn moment(&mut self, days_back_at_least: u64, days_spread: usize) -> Timestamp {
        let seconds = (days_back_at_least + self.draw.below(days_spread) as u64) * DAY + self.draw.below(86_400) as u64;
        let moment = self.spec.now.minus(Duration::from_secs(seconds));
        Timestamp::from_seconds(moment.seconds())
    }

    fn put(&mut self, prop: crate::directory::property::Prop, text: std::fmt::Arguments<'_>) {
        let mut buffer = std::mem::take(&mut self.text);
        buffer.clear();
        let _ = buffer.write_fmt(text);
        self.pen.text(prop, &buffer);
        self.text = buffer;
    }

    fn employee(&mut self, id: Uuid, department: usize, office: usize, rank: Rank) -> Made {
        let place = &OFFICES[office];
        let locale = if self.draw.percent(72) { &LOCALES[place.locale] } else { self.draw.pick(LOCALES) };
        let (given, surname) = (*self.draw.pick(locale.given), *self.draw.pick(locale.surnames));
        self.take_local(given, surname);
        let hire = Hire {
            id,
            local: self.local.clone(),
            given,
            surname,
            language: locale.language,
            department,
            place,
            rank,
            born: self.moment(2, 3_000),
            synced: self.draw.percent(35),
            enabled: rank != Rank::Staff || !self.draw.percent(5),
            number: 100_000 + self.taken.len(),
        };
        // Fields go down in the order of the table.
        self.work(&hire);
        if hire.synced {
            self.on_premises(id, &hire.local, given, surname, DEPARTMENTS[department].name);
        }
        self.account(&hire);
        self.extras(&hire);
        (self.pen.finish(), hire.born)
    }

    fn work(&mut self, hire: &Hire<'_>) {
        let (unit, place, local) = (&DEPARTMENTS[hire.department], hire.place, &hire.local);
        self.pen.flag(user::ACCOUNT_ENABLED, hire.enabled);
        let phone = format!("{} {:07}", place.dial, 1_000_000 + self.draw.below(8_999_999));
        self.pen.texts(user::BUSINESS_PHONES, &[&phone]);
        self.pen.text(user::CITY, place.city);
        self.put(user::CREATED_DATE_TIME, format_args!("{}", hire.born));
        self.pen.text(user::COMPANY_NAME, "Contoso");
        self.pen.text(user::COUNTRY, place.country);
        self.pen.text(user::DEPARTMENT, unit.name);
        self.put(user::DISPLAY_NAME, format_args!("{} {}", hire.given, hire.surname));
        self.put(user::EMPLOYEE_ID, format_args!("E{}", hire.number));
        self.put(user::EMPLOYEE_HIRE_DATE, format_args!("{}", hire.born));
        self.pen.text(user::EMPLOYEE_TYPE, if self.draw.percent(88) { "Employee" } else { "Contractor" });
        self.pen.text(user::GIVEN_NAME, hire.given);
        match hire.rank {
            Rank::Head => self.pen.text(user::JOB_TITLE, "Chief Executive Officer"),
            Rank::Lead => self.put(user::JOB_TITLE, format_args!("Head of {}", unit.name)),
            Rank::Staff => self.pen.text(user::JOB_TITLE, self.draw.pick::<&str>(unit.titles)),
        }
        self.put(user::MAIL, format_args!("{local}@{}", self.spec.default_domain()));
        self.pen.text(user::MAIL_NICKNAME, local);
        if self.draw.percent(70) {
            let tail = self.draw.below(9_999_999);
            self.put(user::MOBILE_PHONE, format_args!("{} 7{tail:07}", place.dial));
        }
        let (floor, room) = (1 + hire.number % 3, 100 + hire.number % 400);
        self.put(user::OFFICE_LOCATION, format_args!("{} {floor}/{room}", place.city));
    }

    fn account(&mut self, hire: &Hire<'_>) {
        let (domain, initial) = (self.spec.default_domain(), self.spec.initial_domain());
        self.pen.text(user::POSTAL_CODE, hire.place.postal);
        self.pen.text(user::PREFERRED_LANGUAGE, hire.language);
        self.addresses(&hire.local, domain, initial, hire.number);
        self.put(user::SECURITY_IDENTIFIER, format_args!("{}", security_identifier(hire.id)));
        self.put(user::SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, format_args!("{}", hire.born));
        self.pen.text(user::STATE, hire.place.state);
        self.pen.text(user::STREET_ADDRESS, hire.place.street);
        self.pen.text(user::SURNAME, hire.surname);
        self.pen.text(user::USAGE_LOCATION, hire.place.code);
        self.put(user::USER_PRINCIPAL_NAME, format_args!("{}@{domain}", hire.local));
        self.pen.text(user::USER_TYPE, "Member");
    }

    fn extras(&mut self, hire: &Hire<'_>) {
        let division = DEPARTMENTS[hire.department].division;
        let centre = format!(r#"{{"costCenter":"CC-{:03}","division":"{division}"}}"#, 100 + hire.department);
        self.pen.json(user::EMPLOYEE_ORG_DATA, centre.as_bytes());
        if hire.synced {
            let attributes = format!(
                r#"{{"extensionAttribute1":"{division}","extensionAttribute2":"badge-{}","extensionAttribute10":"{}"}}"#,
                hire.number, hire.place.code
            );
            self.pen.json(user::ON_PREMISES_EXTENSION_ATTRIBUTES, attributes.as_bytes());
        }
        let domain = self.spec.default_domain();
        self.identity("userPrincipalName", domain, &format!("{}@{domain}", hire.local));
        if hire.enabled && self.draw.percent(80) {
            let licence = br#"[{"disabledPlans":[],"skuId":"05e9a617-0261-4cee-bb44-138d3ef5d965"}]"#;
            self.pen.json(user::ASSIGNED_LICENSES, licence);
        }
    }

    fn on_premises(&mut self, id: Uuid, local: &str, given: &str, surname: &str, unit: &str) {
        let sam: String = local.replace('.', "").chars().take(20).collect();
        let synced = self.spec.now.minus(Duration::from_mins(25));
        self.put(
            user::ON_PREMISES_DISTINGUISHED_NAME,
            format_args!("CN={given} {surname},OU={unit},OU=Users,DC=corp,DC=contoso,DC=com"),
        );
        self.pen.text(user::ON_PREMISES_DOMAIN_NAME, "corp.contoso.com");
        let immutable = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, id.as_bytes());
        self.pen.text(user::ON_PREMISES_IMMUTABLE_ID, &immutable);
        self.put(user::ON_PREMISES_LAST_SYNC_DATE_TIME, format_args!("{}", Timestamp::from_seconds(synced.seconds())));
        self.pen.text(user::ON_PREMISES_SAM_ACCOUNT_NAME, &sam);
        let relative = 1_100 + self.taken.len();
        self.put(
            user::ON_PREMISES_SECURITY_IDENTIFIER,
            format_args!("S-1-5-21-2146773085-903363285-719344707-{relative}"),
        );
        self.pen.flag(user::ON_PREMISES_SYNC_ENABLED, true);
        self.put(user::ON_PREMISES_USER_PRINCIPAL_NAME, format_args!("{local}@corp.contoso.com"));
    }

    fn addresses(&mut self, local: &str, domain: &str, initial: &str, number: usize) {
        let primary = format!("SMTP:{local}@{domain}");
        let routing = format!("smtp:{local}@{initial}");
        let short = format!("smtp:e{number}@{domain}");
        let chat = format!("sip:{local}@{domain}");
        let legacy = format!("x500:/o=Contoso/ou=Exchange Administrative Group/cn=Recipients/cn={number:x}-{local}");
        let mut all = vec![primary.as_str(), routing.as_str()];
        if number.is_multiple_of(3) {
            all.push(&short);
        }
        if number.is_multiple_of(2) {
            all.push(&chat);
        }
        if number.is_multiple_of(11) {
            all.push(&legacy);
        }
        self.pen.texts(user::PROXY_ADDRESSES, &all);
        self.pen.texts(user::IM_ADDRESSES, &[&chat[4..]]);
    }

    fn identity(&mut self, kind: &str, issuer: &str, value: &str) {
        let value = serde_json::json!([{ "signInType": kind, "issuer": issuer, "issuerAssignedId": value }]);
        self.pen.value(user::IDENTITIES, &value);
    }

    fn guest(&mut self, id: Uuid) -> Made {
        let locale = self.draw.pick(LOCALES);
        let (given, surname) = (*self.draw.pick(locale.given), *self.draw.pick(locale.surnames));
        let home = *self.draw.pick(PARTNERS);
        self.take_local(given, surname);
        let local = self.local.clone();
        let born = self.moment(1, 900);
        let accepted = self.draw.percent(85);

        self.pen.flag(user::ACCOUNT_ENABLED, !self.draw.percent(4));
        self.put(user::CREATED_DATE_TIME, format_args!("{born}"));
        self.pen.text(user::CREATION_TYPE, "Invitation");
        self.pen.text(user::COMPANY_NAME, home.split('.').next().unwrap_or(home));
        self.put(user::DISPLAY_NAME, format_args!("{given} {surname}"));
        self.pen.text(user::EXTERNAL_USER_STATE, if accepted { "Accepted" } else { "PendingAcceptance" });
        self.put(user::EXTERNAL_USER_STATE_CHANGE_DATE_TIME, format_args!("{born}"));
        self.pen.text(user::GIVEN_NAME, given);
        self.put(user::MAIL, format_args!("{local}@{home}"));
        self.put(user::MAIL_NICKNAME, format_args!("{local}_{home}#EXT#"));
        self.pen.texts(user::OTHER_MAILS, &[&format!("{local}@{home}")]);
        self.pen.texts(user::PROXY_ADDRESSES, &[&format!("SMTP:{local}@{home}")]);
        self.put(user::SECURITY_IDENTIFIER, format_args!("{}", security_identifier(id)));
        self.put(user::SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, format_args!("{born}"));
        self.pen.text(user::SURNAME, surname);
        let name = format!("{local}_{home}#EXT#@{}", self.spec.initial_domain());
        self.pen.text(user::USER_PRINCIPAL_NAME, &name);
        self.pen.text(user::USER_TYPE, "Guest");
        self.identity("federated", "ExternalAzureAD", "");
        (self.pen.finish(), born)
    }

    fn room(&mut self, id: Uuid, index: usize) -> Made {
        let place = self.draw.pick(OFFICES);
        let shared = index.is_multiple_of(2);
        let (title, stem) = if shared { ("Shared Mailbox", "shared") } else { ("Meeting Room", "room") };
        self.local.clear();
        ascii(place.city, &mut self.local);
        let local = format!("{stem}.{}.{index}", self.local);
        let domain = self.spec.default_domain();
        let born = self.moment(100, 2_000);

        self.pen.flag(user::ACCOUNT_ENABLED, false);
        self.pen.text(user::CITY, place.city);
        self.put(user::CREATED_DATE_TIME, format_args!("{born}"));
        self.pen.text(user::COUNTRY, place.country);
        self.put(user::DISPLAY_NAME, format_args!("{title} {} {index}", place.city));
        self.put(user::MAIL, format_args!("{local}@{domain}"));
        self.pen.text(user::MAIL_NICKNAME, &local);
        self.pen.text(user::OFFICE_LOCATION, place.city);
        self.pen.texts(user::PROXY_ADDRESSES, &[&format!("SMTP:{local}@{domain}")]);
        self.put(user::SECURITY_IDENTIFIER, format_args!("{}", security_identifier(id)));
        self.pen.text(user::USAGE_LOCATION, place.code);
        self.put(user::USER_PRINCIPAL_NAME, format_args!("{local}@{domain}"));
        self.pen.text(user::USER_TYPE, "Member");
        (self.pen.finish(), born)
    }
}
