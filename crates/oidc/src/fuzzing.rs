//! What is otherwise reached over HTTP alone, for the fuzz targets (`fuzz/`): compiled with `--cfg fuzzing` and never shipped.

use crate::hint::{checked, key_id};
use crate::published::Listed;
use crate::{ExpectedHint, HintClaims, HintRefused};

/// Checks a hint by a list of keys as it is published.
pub fn check_hint(list: &[u8], hint: &str, expected: &ExpectedHint<'_>, now: i64) -> Result<HintClaims, HintRefused> {
    let list: Listed = serde_json::from_slice(list).map_err(|_| HintRefused::UnknownKey)?;
    let kid = key_id(hint)?;
    let key = list.understood().into_iter().find(|key| key.jwk.common.key_id.as_deref() == Some(&kid));
    checked(hint, &key.ok_or(HintRefused::UnknownKey)?, expected, now)
}
