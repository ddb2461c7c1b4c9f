//! Which items of a plan somebody has picked, over all pages of it: they travel in the address, so that they hold while one
//! pages, narrows the list and goes back, with scripts and without.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// The most that can be picked one by one; the address would be too long for more.
pub const MOST: usize = 1_000;

/// Places in a plan. As text: the differences of the sorted places, seven bits to a byte, in URL-safe base64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picks(BTreeSet<i64>);

impl Picks {
    /// Reads what was written; what is not ours is nothing.
    pub fn parse(text: &str) -> Self {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else { return Self::default() };
        let (mut places, mut place, mut difference, mut shift) = (BTreeSet::new(), 0_i64, 0_i64, 0_u32);
        for byte in bytes {
            if shift > 56 {
                return Self::default();
            }
            difference |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 != 0 {
                shift += 7;
                continue;
            }
            let Some(next) = place.checked_add(difference) else { return Self::default() };
            places.insert(next);
            (place, difference, shift) = (next, 0, 0);
        }
        Self(places)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one is among them.
    pub fn has(&self, place: i64) -> bool {
        self.0.contains(&place)
    }

    /// The places, in order.
    pub fn places(&self) -> impl Iterator<Item = i64> {
        self.0.iter().copied()
    }
}

impl FromIterator<i64> for Picks {
    fn from_iter<T: IntoIterator<Item = i64>>(places: T) -> Self {
        Self(places.into_iter().filter(|place| *place >= 0).collect())
    }
}

impl fmt::Display for Picks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut bytes, mut last) = (Vec::with_capacity(self.0.len()), 0);
        for place in &self.0 {
            let mut rest = u64::try_from(place - last).unwrap_or(0);
            last = *place;
            while rest > 0x7f {
                bytes.push(0x80 | u8::try_from(rest & 0x7f).unwrap_or(0));
                rest >>= 7;
            }
            bytes.push(u8::try_from(rest).unwrap_or(0));
        }
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// What a page of a list sends of its boxes.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Picking {
    /// The boxes that are ticked.
    #[serde(default, rename = "id")]
    ticked: Vec<i64>,
    /// What was picked before this page was shown.
    picks: Option<String>,
    /// The same as the fields above the list know it: older, where the list has been narrowed since.
    kept: Option<String>,
    /// The boxes that this page shows, ticked or not.
    #[serde(default)]
    shown: String,
}

impl Picking {
    /// What is picked now: what was before, without what this page shows, and with what is ticked on it.
    pub fn now(&self) -> Picks {
        let before = Picks::parse(self.picks.as_deref().or(self.kept.as_deref()).unwrap_or_default());
        let shown = Picks::parse(&self.shown);
        let stay = before.places().filter(|place| !shown.has(*place));
        stay.chain(self.ticked.iter().copied()).collect()
    }

    /// What was picked before this page.
    pub fn before(&self) -> Picks {
        Picks::parse(self.picks.as_deref().or(self.kept.as_deref()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
