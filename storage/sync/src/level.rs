//! How much is held, and the most that ever was: kept inside the lock of whatever holds it.

/// An amount and its high-water mark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Level {
    now: usize,
    high_water: usize,
}

impl Level {
    /// How much it is now.
    pub fn now(self) -> usize {
        self.now
    }

    /// The most it ever was.
    pub fn high_water(self) -> usize {
        self.high_water
    }

    pub(crate) fn add(&mut self, amount: usize) {
        self.now += amount;
        self.high_water = self.high_water.max(self.now);
    }

    pub(crate) fn subtract(&mut self, amount: usize) {
        self.now -= amount;
    }
}

/// A bound on how many and how large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How many at most.
    pub count_max: usize,
    /// How many bytes at most, all together.
    pub size_bytes_max: usize,
}

/// How many and how large.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// How many.
    pub count: Level,
    /// How many bytes, all together.
    pub size_bytes: Level,
}

impl Load {
    pub(crate) fn has_room(&self, bounds: &Bounds, size_bytes: usize) -> bool {
        let total = self.size_bytes.now().checked_add(size_bytes);
        self.count.now() < bounds.count_max && total.is_some_and(|total| total <= bounds.size_bytes_max)
    }

    pub(crate) fn add(&mut self, size_bytes: usize) {
        self.count.add(1);
        self.size_bytes.add(size_bytes);
    }

    pub(crate) fn subtract(&mut self, size_bytes: usize) {
        self.count.subtract(1);
        self.size_bytes.subtract(size_bytes);
    }
}
