//! One-time tokens of another product, for people known by tenant and object id (or by the name they sign in with).
//!
//! ```text
//! text ──► read ──────────► planned ────────────────► written
//!          csv · pskc        person, serial, limits    one unit of work, all lines or none
//! ```
//!
//! The preview and the import plan alike; only the import writes. A line says what is wrong with it and never what its
//! secret is.

mod csv;
mod decode;
mod model;
mod pskc;
mod write;
mod xml;

use std::collections::{HashMap, HashSet};

use kernel::May;
use store::Tx;
use uuid::Uuid;

pub use model::{ImportFormat, ImportLine, ImportReport, ImportRequest};
use model::{Planned, Read, Token};

use crate::accounts::{TWO_PERSONS, is_privileged};
use crate::error::MfaError;
use crate::factors::otp::Shape;
use crate::model::{Account, FactorKind, Provider};
use crate::permissions::ImportFactors;
use crate::readiness::walk::Groups;
use crate::service::Mfa;
use crate::store::{accounts, factors, providers};

/// The most tokens in one import.
const MOST_LINES: usize = 10_000;
/// The largest text, in bytes.
const LONGEST: usize = 8 * 1024 * 1024;
/// Bytes of a seed: below the first it is refused, below the second warned about (RFC 4226 §4).
const SEED: std::ops::RangeInclusive<usize> = 10..=128;
const GOOD_SEED: usize = 16;
/// The largest counter: no token is pressed so often.
const LARGEST_COUNTER: i64 = 1 << 40;

impl Mfa {
    /// Says line by line what an import would do, and writes nothing.
    pub async fn preview_import(
        &self,
        may: &May<ImportFactors>,
        request: &ImportRequest,
    ) -> Result<ImportReport, MfaError> {
        let (provider, mut planned) = self.plan_import(may, request).await?;
        self.check_against_known(&mut self.store().read().await?, &provider, &mut planned).await?;
        Ok(report(&planned, false))
    }

    /// Imports tokens: all or, when a line has an error and errors are not skipped, none.
    pub async fn import_factors(
        &self,
        may: &May<ImportFactors>,
        request: &ImportRequest,
    ) -> Result<ImportReport, MfaError> {
        let (provider, mut planned) = self.plan_import(may, request).await?;
        let mut tx = self.store().begin().await?;
        providers::lock(&mut tx, provider.tenant).await?;
        self.check_against_known(&mut tx, &provider, &mut planned).await?;
        let wrong = planned.iter().any(|planned| planned.line.error.is_some());
        let nothing = planned.iter().all(|planned| planned.token.is_none());
        if nothing || (wrong && !request.skip_errors) {
            return Ok(report(&planned, false));
        }
        self.write_import(tx, may, &provider, &planned).await?;
        Ok(report(&planned, true))
    }

    async fn plan_import(
        &self,
        may: &May<ImportFactors>,
        request: &ImportRequest,
    ) -> Result<(Provider, Vec<Planned>), MfaError> {
        let read = read(request)?;
        let mut tx = self.store().read().await?;
        let provider = self.provider(&mut tx, may.tenant).await?;
        drop(tx);
        if provider.organisation != may.actor().organisation {
            return Err(MfaError::NotFound("second factor"));
        }
        let groups = self.groups_named(&provider, provider.settings.privileged_groups.iter().copied()).await?;
        let mut planned = Vec::with_capacity(read.len());
        for one in read {
            planned.push(self.plan_line(may, (&provider, &groups), one).await?);
        }
        Ok((provider, planned))
    }

    async fn plan_line(
        &self,
        may: &May<ImportFactors>,
        (provider, groups): (&Provider, &Groups),
        read: Read,
    ) -> Result<Planned, MfaError> {
        let token = match read {
            Ok(token) => token,
            Err((line, why)) => return Ok(Planned::wrong(line, why)),
        };
        let line = ImportLine {
            line: token.line,
            person: token.person.clone(),
            object_id: None,
            serial: token.serial.clone(),
            kind: Some(if token.shape.period == 0 { FactorKind::Hotp } else { FactorKind::Totp }),
            in_directory: None,
            guest: None,
            known: false,
            error: wrong_with(&token, provider),
            warning: (token.seed.expose().len() < GOOD_SEED).then(|| "the key has less than 128 bits".to_owned()),
        };
        let label = token.label.clone().unwrap_or_else(|| token.person.clone());
        let person = token.person.clone();
        let mut planned = Planned { line, token: Some(token), label };
        if planned.line.error.is_some() {
            planned.token = None;
            return Ok(planned);
        }
        match self.person_of(may.actor(), provider, &person).await? {
            Ok((object_id, user)) => {
                planned.meet(object_id, user.as_ref());
                if is_privileged(provider, groups, user.as_ref()) {
                    planned.fail(&format!("the person {TWO_PERSONS}"));
                }
            }
            Err(why) => planned.fail(&why),
        }
        Ok(planned)
    }

    /// Tokens that are there already, serial numbers that are somebody else's, people with too many.
    async fn check_against_known(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        planned: &mut [Planned],
    ) -> Result<(), MfaError> {
        let people: Vec<Uuid> = planned.iter().filter_map(|planned| planned.line.object_id).collect();
        let owners = accounts::by_object_ids(tx, provider.tenant, &people).await?;
        let ids: Vec<_> = owners.iter().map(|account| account.id).collect();
        let counts = factors::counts(tx, &ids).await?;
        let mut held: HashMap<Uuid, u64> = HashMap::new();
        held.extend(owners.iter().map(|owner| (owner.object_id, counts.get(&owner.id).copied().unwrap_or(0))));
        let most = self.most_factors_of(tx, provider, &people).await?;
        let serials = factors::with_serial(tx, provider.organisation).await?;
        let owner_of: HashMap<&str, _> =
            serials.iter().map(|(_, account, serial)| (serial.as_str(), *account)).collect();
        let (mut seen, mut seeds) = (HashSet::new(), HashSet::new());
        for planned in planned.iter_mut().filter(|planned| planned.token.is_some()) {
            let person = planned.line.object_id.unwrap_or_default();
            let serial = planned.line.serial.clone();
            let owner = serial.as_deref().and_then(|serial| owner_of.get(serial));
            let account = owners.iter().find(|account| account.object_id == person);
            let is_own = match &planned.token {
                Some(token) if serial.is_none() => self.has_seed(tx, account, token).await?,
                _ => account.is_some_and(|account| Some(&account.id) == owner),
            };
            let unnamed = planned.token.as_ref().filter(|_| serial.is_none());
            let seed = unnamed.map(|token| (person, token.seed.expose().clone()));
            let count = held.entry(person).or_default();
            if serial.is_some_and(|serial| !seen.insert(serial)) {
                planned.fail("the serial number stands in the file before");
            } else if seed.is_some_and(|seed| !seeds.insert(seed)) {
                planned.fail("the same key of the same person stands in the file before");
            } else if is_own {
                planned.line.known = true;
                planned.token = None;
            } else if owner.is_some() {
                planned.fail("the token of this serial number is somebody else's");
            } else if *count >= u64::from(*most.get(&person).unwrap_or(&provider.settings.most_factors)) {
                planned.fail("the person has as many factors as the tenant's settings and policies allow");
            } else {
                *count += 1;
            }
        }
        Ok(())
    }
}

impl Mfa {
    /// Whether somebody has a token with this key already: without a serial number there is nothing else to know it by.
    async fn has_seed(&self, tx: &mut Tx, account: Option<&Account>, token: &Token) -> Result<bool, MfaError> {
        let Some(account) = account else { return Ok(false) };
        for known in factors::of(tx, account.id).await?.iter().filter(|known| known.otp().is_some()) {
            if self.sealer().open(factors::place(known.id), &known.secret)?.expose() == token.seed.expose() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What a file holds. Pure.
fn read(request: &ImportRequest) -> Result<Vec<Read>, MfaError> {
    if request.text.expose().len() > LONGEST {
        return Err(MfaError::Invalid(format!("the file is larger than {} MB", LONGEST / 1024 / 1024)));
    }
    let read = match request.format {
        ImportFormat::Csv => csv::read(request.text.expose())?,
        ImportFormat::Pskc => pskc::read(request.text.expose(), request.key.as_ref(), &request.people)?,
    };
    if read.len() > MOST_LINES {
        return Err(MfaError::Invalid(format!("an import holds at most {MOST_LINES} tokens: split the file")));
    }
    Ok(read)
}

/// How many tokens a file holds, for the fuzz targets (`fuzz/`): compiled with `--cfg fuzzing` and never shipped.
#[cfg(fuzzing)]
pub fn count(request: &ImportRequest) -> Result<usize, MfaError> {
    read(request).map(|read| read.len())
}

fn wrong_with(token: &Token, provider: &Provider) -> Option<String> {
    let other = token.tenant.as_deref().is_some_and(|tenant| {
        Uuid::parse_str(tenant.trim()).ok().is_none_or(|id| id != provider.entra_id && id != provider.tenant.0)
    });
    let Shape { digits, period, .. } = token.shape;
    let bytes = token.seed.expose().len();
    let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > 100);
    let texts = [&token.serial, &token.manufacturer, &token.model, &token.name, &token.label];
    if other {
        Some("it is of another tenant".to_owned())
    } else if token.person.trim().is_empty() {
        Some("it does not say whose it is".to_owned())
    } else if !SEED.contains(&bytes) {
        Some(format!("the key has {bytes} bytes; it must have {} to {}", SEED.start(), SEED.end()))
    } else if !(6..=8).contains(&digits) {
        Some(format!("{digits} digits: it must be 6 to 8"))
    } else if period != 0 && !(15..=300).contains(&period) {
        Some(format!("a step of {period} s: it must be 15 to 300"))
    } else if token.counter < -1 {
        Some("the counter is negative".to_owned())
    } else if token.counter > LARGEST_COUNTER {
        Some(format!("the counter is larger than {LARGEST_COUNTER}"))
    } else if texts.into_iter().any(long) || token.person.chars().count() > 300 {
        Some("a text is too long".to_owned())
    } else {
        None
    }
}

fn report(planned: &[Planned], written: bool) -> ImportReport {
    let lines = |named: fn(&ImportLine) -> bool| planned.iter().filter(|planned| named(&planned.line)).count();
    ImportReport {
        written,
        imported: planned.iter().filter(|planned| planned.token.is_some()).count(),
        known: lines(|line| line.known),
        errors: lines(|line| line.error.is_some()),
        guests: lines(|line| line.guest == Some(true)),
        strangers: lines(|line| line.in_directory == Some(false)),
        lines: planned.iter().map(|planned| planned.line.clone()).collect(),
    }
}

#[cfg(test)]
mod tests;
