//! How much may be lost without asking (NET-01): one rule for every source, whether it is read or pushes.
//!
//! What it deliberately does not do: count, or know what is lost.

/// What is about to be lost, what was lost in the 24 hours before, and of how many now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Toll {
    /// About to be lost.
    pub lost: u64,
    /// Lost in the 24 hours before.
    pub lost_before: u64,
    /// How many there are now.
    pub of: u64,
}

impl Toll {
    /// Whether a limit is reached, by count or in per cent of what there was before the day's losses. Where nothing is about
    /// to be lost, none is; a single loss in a small directory reaches none by per cent alone.
    pub const fn reaches(self, limit: u64, percent: u64) -> bool {
        let total = self.lost.saturating_add(self.lost_before);
        self.lost > 0 && (total >= limit || total > 1 && self.part_reaches(percent))
    }

    /// Whether so many per cent are lost of what there was before the day's losses.
    pub const fn part_reaches(self, percent: u64) -> bool {
        let total = self.lost.saturating_add(self.lost_before);
        total.saturating_mul(100) >= self.of.saturating_add(self.lost_before).saturating_mul(percent)
    }
}

#[cfg(test)]
mod tests {
    use super::Toll;

    #[test]
    fn a_limit_is_reached_by_count_or_by_part_whichever_comes_first() {
        // (lost, before, of, limit, per cent, reached)
        let cases = [
            (0, 500, 1_000, 25, 5, false),
            (1, 0, 1, 25, 5, false),
            (1, 0, 10, 25, 5, false),
            (2, 0, 10, 25, 5, true),
            (1, 1, 9, 25, 5, true),
            (24, 0, 10_000, 25, 5, false),
            (25, 0, 10_000, 25, 5, true),
            (1, 24, 9_976, 25, 5, true),
            (49, 0, 1_000, 100, 5, false),
            (50, 0, 1_000, 100, 5, true),
            (1, 49, 951, 100, 5, true),
            (1, 48, 952, 100, 5, false),
            (1, 0, 0, 1, 100, true),
            (u64::MAX, u64::MAX, u64::MAX, 25, 100, true),
        ];
        for (lost, lost_before, of, limit, percent, reached) in cases {
            let toll = Toll { lost, lost_before, of };
            assert_eq!(toll.reaches(limit, percent), reached, "{toll:?} against {limit} or {percent} %");
        }
    }
}
