//! Judging what somebody shows.

use kernel::Timestamp;
use store::Tx;

use super::model::{Factor, Means};
use super::otp::{Fit, Shape, Standing};
use super::typed::typed;
use super::written::Written;
use super::{Refusal, Shown, Verdict};
use crate::accounts::{InTurn, suspension};
use crate::error::MfaError;
use crate::lockout::{gate, source_of};
use crate::model::{Account, FactorId, FactorKind, FactorState, Origin, Provider};
use crate::outofband::Message;
use crate::service::Mfa;
use crate::store::{codes, factors as rows, failures, messages};

/// The factor that proved, or why none did.
pub(super) type Judged = Result<Factor, Refusal>;

/// What a code can be of, by its form.
enum Form {
    OneTime(String),
    Written(Written),
    None,
}

impl Mfa {
    /// Judges what somebody shows. Commit the unit of work whatever the verdict is: failures, steps, codes and ceremonies
    /// count once and for ever.
    pub(crate) async fn verify(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &InTurn,
        shown: &Shown,
        origin: &Origin,
    ) -> Result<Verdict, MfaError> {
        let sent = match shown {
            Shown::Entered { holder, .. } => messages::find(tx, account.id, *holder).await?,
            _ => None,
        };
        let note = sent.as_ref().map(Message::told);
        match self.judge(tx, provider, account, (shown, sent.as_ref()), origin).await? {
            Ok(means) => {
                let means = Means { note, ..means };
                Ok(Verdict::Proven(self.passed(tx, provider, account, means, origin).await?))
            }
            Err(refusal) => {
                self.refused(tx, provider, account, (&refusal, note), origin).await?;
                Ok(Verdict::Refused(refusal))
            }
        }
    }

    async fn judge(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        (shown, sent): (&Shown, Option<&Message>),
        origin: &Origin,
    ) -> Result<Result<Means, Refusal>, MfaError> {
        if suspension(tx, account).await?.is_some() {
            self.forget_devices(tx, account, "suspended").await?;
            return Ok(Err(Refusal::Suspended));
        }
        match shown {
            Shown::Passkey { ceremony, holder, credential } => {
                let judged = self.judge_passkey(tx, provider, account, (*ceremony, *holder), credential).await?;
                Ok(judged.map(Means::from))
            }
            Shown::Device { ceremony, holder, public_key, signature } => {
                self.judge_device(tx, provider, account, (*ceremony, *holder), (public_key, signature)).await
            }
            Shown::Push { holder } => self.judge_push(tx, provider, account, *holder).await,
            Shown::Code(code) | Shown::Entered { code, .. } => {
                self.judge_code(tx, provider, account, (code.expose(), sent), origin).await
            }
            Shown::Tried { factor, code } => {
                self.judge_tried(tx, provider, account, (*factor, code.expose()), origin).await
            }
        }
    }

    /// Why no code is looked at now.
    async fn why_closed(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        origin: &Origin,
    ) -> Result<Option<Refusal>, MfaError> {
        let (now, source) = (self.env().now(), source_of(origin.address.as_deref()));
        let standing = failures::standing(tx, account, &source, now).await?;
        Ok(gate(&provider.settings.lockout, &standing, now).err().map(Refusal::from))
    }

    /// A code of one factor, unless none is looked at now. What has not the form of its codes is no guess, and uses up none of
    /// another.
    async fn judge_tried(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        (factor, code): (FactorId, &str),
        origin: &Origin,
    ) -> Result<Result<Means, Refusal>, MfaError> {
        if let Some(refusal) = self.why_closed(tx, provider, account, origin).await? {
            return Ok(Err(refusal));
        }
        let now = self.env().now();
        let mut tried = rows::of(tx, account.id).await?;
        tried.retain(|known| known.id == factor);
        let is_token = tried.iter().any(|known| known.otp().is_some());
        let is_written = tried.iter().any(|known| matches!(known.kind, FactorKind::Recovery | FactorKind::Temporary));
        let judged = match form(code) {
            Form::OneTime(code) if is_token => self.judge_tokens(tx, provider, tried, &code, now).await?,
            Form::Written(code) if is_written => self.judge_written(tx, provider, tried, &code, now).await?,
            _ => Err(Refusal::Malformed),
        };
        Ok(judged.map(Means::from))
    }

    /// A code, unless none is looked at now.
    async fn judge_code(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        account: &Account,
        (code, sent): (&str, Option<&Message>),
        origin: &Origin,
    ) -> Result<Result<Means, Refusal>, MfaError> {
        if let Some(refusal) = self.why_closed(tx, provider, account, origin).await? {
            return Ok(Err(refusal));
        }
        let now = self.env().now();
        match form(code) {
            Form::OneTime(code) => {
                let judged = match sent {
                    Some(message) => self.judge_sent(tx, provider, message, &code).await?,
                    None => Err(Refusal::NoFactor),
                };
                match judged {
                    Ok(means) => Ok(Ok(means)),
                    Err(refusal) => {
                        let tokens = rows::of(tx, account.id).await?;
                        let other = self.judge_tokens(tx, provider, tokens, &code, now).await?.map(Means::from);
                        let says_more = matches!(refusal, Refusal::Used | Refusal::Expired);
                        let keep = other.is_err() && says_more || other == Err(Refusal::NoFactor);
                        Ok(if keep { Err(refusal) } else { other })
                    }
                }
            }
            Form::Written(code) => {
                let factors = rows::of(tx, account.id).await?;
                Ok(self.judge_written(tx, provider, factors, &code, now).await?.map(Means::from))
            }
            Form::None => Ok(Err(Refusal::Malformed)),
        }
    }

    /// A one-time code and the tokens among some factors.
    async fn judge_tokens(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        mut tokens: Vec<Factor>,
        code: &str,
        now: Timestamp,
    ) -> Result<Judged, MfaError> {
        let kinds = &provider.settings.kinds;
        tokens.retain(|token| token.otp().is_some() && token.usable(now) && kinds.contains(&token.kind));
        let window = provider.settings.window;
        if tokens.is_empty() {
            // The work of one that has a factor.
            let nobody = Standing { last_step: 0, drift: 0, far: Vec::new() };
            Shape::default().judge(&[0; 20], &nobody, window, now.seconds(), code);
            return Ok(Err(Refusal::NoFactor));
        }
        let mut best = Err(Refusal::WrongCode);
        for token in tokens {
            let judged = self.try_token(tx, token, window, code, now).await?;
            let better = matches!(
                (&best, &judged),
                (Err(_), Ok(_))
                    | (Err(Refusal::WrongCode), Err(_))
                    | (Err(Refusal::ClockOff { .. }), Err(Refusal::Used))
            );
            if better {
                best = judged;
            }
        }
        Ok(best)
    }

    /// A code and one token. Counts the step, or notes how far out it is.
    pub(super) async fn try_token(
        &self,
        tx: &mut Tx,
        mut token: Factor,
        window: u32,
        code: &str,
        now: Timestamp,
    ) -> Result<Judged, MfaError> {
        let Some(otp) = token.otp().cloned() else { return Ok(Err(Refusal::WrongCode)) };
        let seed = self.sealer().open(rows::place(token.id), &token.secret)?;
        let standing = Standing { last_step: token.last_step, drift: token.drift, far: otp.far.clone() };
        match otp.shape.judge(seed.expose(), &standing, window, now.seconds(), code) {
            Fit::Wrong => Ok(Err(Refusal::WrongCode)),
            Fit::Used => Ok(Err(Refusal::Used)),
            Fit::Far { step } => {
                token.details =
                    super::model::Details::Otp(super::model::Otp { far: standing.with_far(step).far, ..otp });
                rows::set_details(tx, token.id, &token.details).await?;
                let shape = token.otp().map(|otp| otp.shape).unwrap_or_default();
                Ok(Err(Refusal::ClockOff { seconds: shape.seconds_off(step, now.seconds()) }))
            }
            Fit::Fits { step } => {
                let timed = token.kind == FactorKind::Totp;
                let drift = if timed { step - otp.shape.step_at(now.seconds()) } else { 0 };
                let counted = rows::take_step(tx, token.id, step, drift, now).await?;
                Ok(if counted { Ok(token) } else { Err(Refusal::Used) })
            }
        }
    }

    /// A written code and those of some of a person's factors.
    async fn judge_written(
        &self,
        tx: &mut Tx,
        provider: &Provider,
        factors: Vec<Factor>,
        code: &Written,
        now: Timestamp,
    ) -> Result<Judged, MfaError> {
        let row = match factors.first() {
            Some(first) => codes::find(tx, first.account, &code.place).await?,
            None => None,
        };
        let found = row.and_then(|row| Some((factors.into_iter().find(|factor| factor.id == row.factor)?, row)));
        let Some((factor, row)) = found else {
            code.is_nothing();
            return Ok(Err(Refusal::WrongCode));
        };
        let salt = self.sealer().open(rows::place(factor.id), &factor.secret)?;
        let right = code.is(salt.expose(), &row.hash);
        let refusal = if !right {
            Some(Refusal::WrongCode)
        } else if row.used_at.is_some() {
            Some(Refusal::Used)
        } else if factor.state == FactorState::Pending {
            Some(Refusal::NotApproved)
        } else if !provider.settings.kinds.contains(&factor.kind) || factor.state != FactorState::Active {
            Some(Refusal::NoFactor)
        } else if !factor.usable(now) {
            Some(Refusal::Expired)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            return Ok(Err(refusal));
        }
        let several = factor.temporary().is_some_and(|code| !code.once);
        if !several && !codes::take(tx, factor.account, &code.place, now).await? {
            return Ok(Err(Refusal::Used));
        }
        rows::used(tx, factor.id, now).await?;
        Ok(Ok(factor))
    }
}

fn form(text: &str) -> Form {
    let text = &typed(text).collect::<String>();
    let digits: String = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').take(9).collect();
    if (6..=8).contains(&digits.len()) && digits.bytes().all(|letter| letter.is_ascii_digit()) {
        return Form::OneTime(digits);
    }
    Written::parse(text).map_or(Form::None, Form::Written)
}
