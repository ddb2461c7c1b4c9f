//! Registering an authenticator app: a key that is shown once, and one code to confirm it.

use std::fmt::Write as _;

use kernel::Secret;
use qrcode::QrCode;
use qrcode::render::svg;
use signals::Entry;
use store::Tx;
use url::form_urlencoded::byte_serialize;

use super::enrol::PendingTotp;
use super::model::{Details, Factor, Means, Otp};
use super::typed::typed;
use super::{FactorView, Refusal, Verdict};
use crate::accounts::suspension;
use crate::error::MfaError;
use crate::model::{Account, FactorId, FactorKind, FactorState, Origin, Provider};
use crate::notices::{News, Notice};
use crate::service::Mfa;
use crate::store::factors as rows;

/// Bytes of a seed: what RFC 4226 §4 recommends.
const SEED: usize = 20;
/// Wrong codes after which a key that is being confirmed is given up.
const MOST_TRIES: u32 = 5;
/// What a new one is called until the person says.
const NAME: &str = "Authenticator app";
/// RFC 4648 §6.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

impl Mfa {
    /// Makes the key of an authenticator app, which counts once it was confirmed. One that was begun before is given up.
    pub(crate) async fn begin_enrol_totp(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
    ) -> Result<PendingTotp, MfaError> {
        let account = self.turn_of(tx, account.id).await?;
        self.may_enrol(tx, provider, &account, FactorKind::Totp).await?;
        for factor in rows::of(tx, account.id).await? {
            if factor.kind == FactorKind::Totp && factor.state == FactorState::Pending {
                rows::delete(tx, factor.id).await?;
            }
        }
        let seed = Secret::new(self.env().rng.bytes::<SEED>());
        let id: FactorId = self.env().new_id();
        let factor = Factor {
            id,
            organisation: account.organisation,
            account: account.id,
            kind: FactorKind::Totp,
            name: NAME.to_owned(),
            state: FactorState::Pending,
            secret: self.sealer().seal(rows::place(id), seed.expose()),
            details: Details::Otp(Otp::default()),
            last_step: -1,
            drift: 0,
            created_at: self.env().now(),
            last_used_at: None,
            expires_at: None,
        };
        rows::insert(tx, &factor, None).await?;
        self.pending(&account, id, seed.expose())
    }

    /// The key of an authenticator app that still waits to be confirmed, to be shown once more.
    pub(crate) async fn pending_totp(
        &self,
        tx: &mut Tx,
        account: &Account,
        factor: FactorId,
    ) -> Result<PendingTotp, MfaError> {
        let known = self.unconfirmed(tx, account, factor).await?;
        let seed = self.sealer().open(rows::place(factor), &known.secret)?;
        self.pending(account, factor, seed.expose())
    }

    /// An authenticator app that waits to be confirmed. What else waits is none.
    async fn unconfirmed(&self, tx: &mut Tx, account: &Account, factor: FactorId) -> Result<Factor, MfaError> {
        let waits = |known: &Factor| known.state == FactorState::Pending && known.kind == FactorKind::Totp;
        let known = rows::of(tx, account.id).await?.into_iter().find(|known| known.id == factor && waits(known));
        known.ok_or(MfaError::NotFound("factor that waits to be confirmed"))
    }

    fn pending(&self, account: &Account, factor: FactorId, seed: &[u8]) -> Result<PendingTotp, MfaError> {
        let secret = Secret::new(base32(seed));
        let issuer = self.parts.url.split("://").last().unwrap_or_default().to_owned();
        let uri = Secret::new(key_uri(&issuer, &account.label, secret.expose()));
        let qr_svg = qr_svg(uri.expose())?;
        Ok(PendingTotp { factor, secret, uri, qr_svg })
    }

    /// Confirms an authenticator app by one of its codes, which counts as a proof. The limits of guessing do not apply: who
    /// confirms knows the key.
    pub(crate) async fn confirm_totp(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        factor: FactorId,
        code: &str,
        origin: &Origin,
    ) -> Result<Verdict, MfaError> {
        let account = self.turn_of(tx, account.id).await?;
        if suspension(tx, &account).await?.is_some() {
            return Ok(Verdict::Refused(Refusal::Suspended));
        }
        let pending = self.unconfirmed(tx, &account, factor).await?;
        let code: String = typed(code).filter(char::is_ascii_digit).take(9).collect();
        let (now, window) = (self.env().now(), provider.settings.window);
        match self.try_token(tx, pending, window, &code, now).await? {
            Err(refusal) => self.not_confirmed(tx, &account, factor, refusal).await,
            Ok(mut confirmed) => {
                confirmed.state = FactorState::Active;
                rows::set_state(tx, factor, FactorState::Active).await?;
                self.enrolled(tx, &account, &confirmed, origin).await?;
                Ok(Verdict::Proven(self.passed(tx, provider, &account, Means::registered(confirmed), origin).await?))
            }
        }
    }

    async fn not_confirmed(
        &self,
        tx: &mut Tx,
        account: &Account,
        factor: FactorId,
        refusal: Refusal,
    ) -> Result<Verdict, MfaError> {
        let pending = rows::of(tx, account.id).await?.into_iter().find(|known| known.id == factor);
        if let Some(Details::Otp(mut otp)) = pending.map(|known| known.details) {
            otp.tries += 1;
            if otp.tries >= MOST_TRIES {
                rows::delete(tx, factor).await?;
                return Ok(Verdict::Refused(Refusal::TooManyTries));
            }
            rows::set_details(tx, factor, &Details::Otp(otp)).await?;
        }
        Ok(Verdict::Refused(refusal))
    }

    /// What follows when a person has one more usual factor: codes that were to help until then are over, and it is in the
    /// place of one that was reported lost.
    pub(super) async fn enrolled(
        &self,
        tx: &mut Tx,
        account: &Account,
        factor: &Factor,
        origin: &Origin,
    ) -> Result<FactorView, MfaError> {
        for other in rows::of(tx, account.id).await? {
            if other.kind == FactorKind::Temporary {
                rows::delete(tx, other.id).await?;
            } else if other.kind.is_usual() && other.state == FactorState::Suspended {
                self.drop_factor(tx, account, other.id, origin).await?;
            }
        }
        let view = factor.clone().view(None);
        self.tell_of_person(tx, account, origin, Entry::act("mfa.factor_added").after(&view)).await?;
        let news = Notice::new(News::FactorAdded, self.env().now()).about(factor).origin(origin);
        self.notify(tx, account, news).await?;
        Ok(view)
    }
}

/// RFC 4648 base32, without padding: how keys are typed.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let bit = |place: usize| chunk.get(place / 8).is_some_and(|byte| byte >> (7 - place % 8) & 1 == 1);
        for first in (0..chunk.len() * 8).step_by(5) {
            let value = (first..first + 5).fold(0, |value, place| value << 1 | usize::from(bit(place)));
            text.push(char::from(BASE32[value]));
        }
    }
    text
}

/// A key as an address: the form that apps read (Key Uri Format). SHA-1, 6 digits and 30 seconds are what every app can.
/// A colon parts the issuer from the account, so that none may stand in the issuer, as it does before a port.
fn key_uri(issuer: &str, label: &str, secret: &str) -> String {
    let issuer = &issuer.replace(':', " ");
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let mut uri = format!("otpauth://totp/{}:{}?secret={secret}", encode(issuer), encode(label));
    // Writing to a string cannot fail.
    let _ = write!(uri, "&issuer={}&algorithm=SHA1&digits=6&period=30", encode(issuer));
    uri
}

fn qr_svg(text: &str) -> Result<String, MfaError> {
    let code =
        QrCode::new(text).map_err(|_| MfaError::Invalid("the account's name is too long for a picture".to_owned()))?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(240, 240).quiet_zone(true).build())
}

#[cfg(test)]
mod tests {
    use super::{base32, key_uri};

    #[test]
    fn keys_are_written_as_rfc_4648_has_it() {
        let cases =
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")];
        for (plain, text) in cases {
            assert_eq!(base32(plain.as_bytes()), text, "{plain}");
        }
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
    }

    #[test]
    fn the_address_of_a_key_is_what_apps_read() {
        assert_eq!(
            key_uri("mfa.example", "ana@contoso.com", "JBSWY3DP"),
            "otpauth://totp/mfa.example:ana%40contoso.com?secret=JBSWY3DP&issuer=mfa.example&algorithm=SHA1&digits=6&period=30"
        );
        let odd = key_uri("a b", "Zoë&secret=X:?#", "JBSWY3DP");
        let port = key_uri("mfa.example:8443", "ana", "JBSWY3DP");
        assert!(
            port.starts_with("otpauth://totp/mfa.example%208443:ana?") && port.contains("&issuer=mfa.example%208443&")
        );
        assert!(odd.starts_with("otpauth://totp/a%20b:Zo%C3%AB%26secret%3DX%3A%3F%23?secret=JBSWY3DP&"), "{odd}");
    }
}
