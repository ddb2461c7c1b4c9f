//! Writing what was planned: accounts and factors in one unit of work.

use kernel::{May, Timestamp};
use signals::Entry;
use store::Tx;

use super::model::{Planned, Token};
use crate::error::MfaError;
use crate::events::object;
use crate::factors::model::{Details, Factor, Otp};
use crate::model::{Account, FactorId, FactorKind, FactorState, Person, Provider};
use crate::notices::{News, Notice};
use crate::permissions::ImportFactors;
use crate::service::Mfa;
use crate::store::{accounts, factors as rows};

/// What an imported token is called that has no name.
const NAME: &str = "Hardware token";

impl Mfa {
    pub(super) async fn write_import(
        &self,
        mut tx: Tx,
        may: &May<ImportFactors>,
        provider: &Provider,
        planned: &[Planned],
    ) -> Result<(), MfaError> {
        let (mut factors, mut entries) = (Vec::new(), Vec::new());
        for Planned { line, token, label } in planned {
            let Some((token, object_id)) = token.as_ref().zip(line.object_id) else { continue };
            let known = accounts::find(&mut tx, provider.tenant, object_id).await?;
            let account = if let Some(account) = known {
                account
            } else {
                let guest = line.guest.unwrap_or(false);
                let person = Person { object_id, label: label.clone(), name: None, guest };
                self.make_account(&mut tx, provider, &person).await?
            };
            let factor = self.imported(&account, token);
            let view = factor.clone().view(None);
            entries.push(Entry::act("mfa.factor_added").object(object(&account)).reason("imported").after(&view));
            self.notify(&mut tx, &account, told_of(&factor, self.env().now())).await?;
            factors.push(factor);
        }
        rows::insert_all(&mut tx, &factors).await?;
        let after = serde_json::json!({ "tenant": provider.tenant, "factors": factors.len() });
        entries.push(Entry::act("mfa.factors_imported").after(&after));
        signals::append(&mut tx, self.env(), may.actor(), entries).await?;
        Ok(tx.commit().await?)
    }

    fn imported(&self, account: &Account, token: &Token) -> Factor {
        let id: FactorId = self.env().new_id();
        let kind = if token.shape.period == 0 { FactorKind::Hotp } else { FactorKind::Totp };
        let text = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        Factor {
            id,
            organisation: account.organisation,
            account: account.id,
            kind,
            name: text(&token.name).or_else(|| text(&token.model)).unwrap_or_else(|| NAME.to_owned()),
            state: FactorState::Active,
            secret: self.sealer().seal(rows::place(id), token.seed.expose()),
            details: Details::Otp(Otp {
                shape: token.shape,
                serial: text(&token.serial),
                manufacturer: text(&token.manufacturer),
                model: text(&token.model),
                ..Otp::default()
            }),
            // Of a token that counts by time, the time is the counter.
            last_step: if kind == FactorKind::Hotp { token.counter - 1 } else { -1 },
            drift: 0,
            created_at: self.env().now(),
            last_used_at: None,
            expires_at: None,
        }
    }
}

/// What the person is told of an imported factor.
fn told_of(factor: &Factor, now: Timestamp) -> Notice {
    Notice::new(News::FactorAdded, now).about(factor).by_administrator("imported")
}
