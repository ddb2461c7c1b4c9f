//! Makes the groups: all staff, a nested tree, departments, dynamic groups, projects, lists and access groups.

use kernel::Timestamp;
use serde_json::{Value, json};

use super::people::Staff;
use super::words::{ADJECTIVES, APPLICATIONS, DEPARTMENTS, NOUNS, OFFICES};
use super::{Draw, Spec};
use crate::directory::edit_users::security_identifier;
use crate::directory::property::{Prop, group};
use crate::directory::record::Record;
use crate::directory::{Directory, Ref};

/// What a group is for.
#[derive(Clone, Copy)]
enum Type {
    Security,
    Unified,
    Dynamic,
    Distribution,
    MailSecurity,
}

struct Yard<'a> {
    directory: &'a mut Directory,
    draw: &'a mut Draw,
    spec: &'a Spec,
    left: usize,
}

/// Adds the spec's groups in an order that makes small organisations interesting too.
pub(super) fn add(directory: &mut Directory, draw: &mut Draw, spec: &Spec, staff: &Staff) {
    let mut yard = Yard { directory, draw, spec, left: spec.groups };
    if let Some(all) = yard.plant("All staff", Type::Security, "Everyone who works here") {
        yard.fill(all, &staff.members);
    }
    let units = yard.departments(staff);
    yard.tree(staff, &units);
    yard.access(&units, staff);
    yard.lists(staff);
    yard.projects(staff);
}

impl Yard<'_> {
    fn fill(&mut self, group: u32, members: &[u32]) {
        for member in members {
            self.directory.link_member(group, Ref::user(*member));
        }
    }

    fn nest(&mut self, parent: Option<u32>, child: Option<u32>) {
        if let (Some(parent), Some(child)) = (parent, child) {
            self.directory.link_member(parent, Ref::group(child));
        }
    }

    /// A security group and, when there is room, a dynamic and a Microsoft 365 group per department.
    fn departments(&mut self, staff: &Staff) -> Vec<Option<u32>> {
        let units: Vec<Option<u32>> = DEPARTMENTS
            .iter()
            .zip(&staff.departments)
            .map(|(unit, people)| {
                let planted = self.plant(&format!("{} department", unit.name), Type::Security, "Department, by HR");
                planted.inspect(|group| self.fill(*group, people))
            })
            .collect();
        for (unit, people) in DEPARTMENTS.iter().zip(&staff.departments).take(self.left / 8) {
            if let Some(group) = self.plant(&format!("{} (automatic)", unit.name), Type::Dynamic, unit.name) {
                self.fill(group, people);
            }
        }
        for (unit, people) in DEPARTMENTS.iter().zip(&staff.departments).take(self.left / 8) {
            if let Some(group) = self.plant(&format!("{} team", unit.name), Type::Unified, "Team site and mailbox") {
                self.fill(group, &people[..people.len().min(400)]);
            }
        }
        units
    }

    /// Company over divisions over departments over sites; Finance sits under two parents, a diamond without a cycle.
    fn tree(&mut self, staff: &Staff, units: &[Option<u32>]) {
        let company = self.plant("Company", Type::Security, "Everything nested below");
        let approvers = self.plant("Purchase approvers", Type::Security, "Finance and the heads");
        for division in ["Technology", "Operations", "Commercial", "Corporate"] {
            let planted = self.plant(&format!("{division} division"), Type::Security, "Division");
            self.nest(company, planted);
            for (unit, group) in DEPARTMENTS.iter().zip(units).filter(|(unit, _)| unit.division == division) {
                self.nest(planted, *group);
                if unit.name == "Finance" {
                    self.nest(approvers, *group);
                }
            }
        }
        self.nest(company, approvers);
        if let Some(group) = approvers {
            let heads: Vec<u32> = staff.departments.iter().filter_map(|people| people.first().copied()).collect();
            self.fill(group, &heads);
        }
        for (index, office) in OFFICES.iter().enumerate().take(self.left / 4) {
            let site = self.plant(&format!("{} office", office.city), Type::Security, office.region);
            if let Some(group) = site {
                self.fill(group, &staff.offices[index]);
            }
            self.nest(units.get(index % units.len().max(1)).copied().flatten(), site);
        }
        if self.spec.cyclic {
            let (one, two) = (
                self.plant("Circle one", Type::Security, "Holds Circle two"),
                self.plant("Circle two", Type::Security, "Holds Circle one"),
            );
            self.nest(one, two);
            self.nest(two, one);
        }
    }

    /// Who may use which application: some people and a department, one guest group, one that grants a role.
    fn access(&mut self, units: &[Option<u32>], staff: &Staff) {
        for (index, application) in APPLICATIONS.iter().enumerate().take(self.left / 4) {
            let planted = self.plant(&format!("App {application} users"), Type::Security, "Grants access");
            self.nest(planted, units.get((index * 5) % units.len().max(1)).copied().flatten());
            if let Some(group) = planted {
                self.sprinkle(group, staff, 40);
            }
        }
        if let Some(group) = self.plant("External partners", Type::Security, "Guests") {
            self.fill(group, &staff.guests);
        }
        if let Some(group) = self.plant("Tier 0 administrators", Type::Security, "Role-assignable") {
            let admins: Vec<u32> = self.directory.admins.iter().collect();
            self.fill(group, &admins);
            self.set(group, group::IS_ASSIGNABLE_TO_ROLE, json!(true));
        }
    }

    fn lists(&mut self, staff: &Staff) {
        for (index, office) in OFFICES.iter().enumerate().take(self.left / 10) {
            if let Some(group) =
                self.plant(&format!("Everyone in {}", office.city), Type::Distribution, "Distribution list")
            {
                self.fill(group, &staff.offices[index]);
            }
        }
        for unit in DEPARTMENTS.iter().take(self.left / 20) {
            if let Some(group) =
                self.plant(&format!("{} announcements", unit.name), Type::MailSecurity, "Mail-enabled security")
            {
                self.sprinkle(group, staff, 60);
            }
        }
    }

    /// The rest are projects, half of them Microsoft 365, a few from on premises.
    fn projects(&mut self, staff: &Staff) {
        let wanted = staff.members.len() * 5 / self.left.max(1);
        for index in 0..self.left {
            let (adjective, noun) = (ADJECTIVES[index % 20], NOUNS[(index / 20 + index) % 20]);
            let name = if index < 400 {
                format!("Project {adjective} {noun}")
            } else {
                format!("Project {adjective} {noun} {}", index / 400 + 1)
            };
            let unified = index % 2 == 0;
            let Some(group) = self.plant(&name, if unified { Type::Unified } else { Type::Security }, "Project") else {
                return;
            };
            let size = 2 + self.draw.below(wanted.max(3) * 2);
            self.sprinkle(group, staff, size);
            if !unified && index % 7 == 0 {
                self.synchronise(group, &name);
            }
        }
    }

    fn sprinkle(&mut self, group: u32, staff: &Staff, size: usize) {
        if staff.members.is_empty() {
            return;
        }
        let mut chosen: Vec<u32> =
            (0..size.min(staff.members.len())).map(|_| *self.draw.pick(&staff.members)).collect();
        chosen.sort_unstable();
        self.fill(group, &chosen);
    }

    fn set(&mut self, group: u32, prop: Prop, value: Value) {
        let slot = &mut self.directory.groups[group as usize];
        slot.record = slot.record.with(&[(prop, value)]).0;
    }

    fn synchronise(&mut self, group: u32, name: &str) {
        let synced = Timestamp::from_seconds(self.spec.now.seconds() - 1_500);
        self.set(group, group::ON_PREMISES_SYNC_ENABLED, json!(true));
        self.set(group, group::ON_PREMISES_DOMAIN_NAME, json!("corp.contoso.com"));
        self.set(group, group::ON_PREMISES_NET_BIOS_NAME, json!("CORP"));
        self.set(group, group::ON_PREMISES_SAM_ACCOUNT_NAME, json!(name));
        self.set(group, group::ON_PREMISES_LAST_SYNC_DATE_TIME, json!(synced));
        self.set(
            group,
            group::ON_PREMISES_SECURITY_IDENTIFIER,
            json!(format!("S-1-5-21-2146773085-903363285-719344707-{}", 900_000 + group)),
        );
    }

    /// Makes a group unless the spec's number is reached.
    fn plant(&mut self, name: &str, kind: Type, about: &str) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        let id = self.draw.id();
        let age = 10 + i64::try_from(self.draw.below(2_000)).unwrap_or(0);
        let born = Timestamp::from_seconds(self.spec.now.seconds() - age * 86_400);
        let nickname: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let mut fields = vec![
            (group::CREATED_DATE_TIME, json!(born)),
            (group::RENEWED_DATE_TIME, json!(born)),
            (group::DESCRIPTION, json!(about)),
            (group::DISPLAY_NAME, json!(name)),
            (group::MAIL_NICKNAME, json!(nickname)),
            (group::SECURITY_IDENTIFIER, json!(security_identifier(id))),
        ];
        let (types, mail, security): (&[&str], bool, bool) = match kind {
            Type::Security => (&[], false, true),
            Type::Unified => (&["Unified"], true, false),
            Type::Dynamic => (&["DynamicMembership"], false, true),
            Type::Distribution => (&[], true, false),
            Type::MailSecurity => (&[], true, true),
        };
        fields.push((group::GROUP_TYPES, json!(types)));
        fields.push((group::MAIL_ENABLED, json!(mail)));
        fields.push((group::SECURITY_ENABLED, json!(security)));
        if mail {
            let address = format!("{nickname}@{}", self.spec.default_domain());
            fields.push((group::PROXY_ADDRESSES, json!([format!("SMTP:{address}")])));
            fields.push((group::MAIL, json!(address)));
        }
        match kind {
            Type::Unified => fields.push((group::VISIBILITY, json!("Private"))),
            Type::Dynamic => {
                fields.push((group::MEMBERSHIP_RULE, json!(format!("(user.department -eq \"{about}\")"))));
                fields.push((group::MEMBERSHIP_RULE_PROCESSING_STATE, json!("On")));
            }
            _ => {}
        }
        let record = Record::default().with(&fields).0;
        Some(self.directory.place_group(id, record, born))
    }
}
