//! Numbers from a seed: the same seed chooses the same. Pure; xorshift, good enough to choose pairs and moments.

/// The numbers still to come.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// From that seed.
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number below the limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }

    /// Puts them into any order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let chosen = self.below(last as u64 + 1) as usize;
            items.swap(last, chosen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn a_seed_chooses_the_same_and_leaves_nothing_out() {
        let order = |seed| {
            let mut items: Vec<u32> = (0..50).collect();
            Chance::new(seed).shuffle(&mut items);
            items
        };
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(9));
        let mut sorted = order(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..50).collect::<Vec<_>>());
        assert!((0..1_000).all(|_| Chance::new(3).below(4) < 4));
    }
}
