//! Chance that is the same everywhere: SplitMix64, whose algorithm is fixed and short.

pub struct Random(u64);

impl Random {
    /// Each stream of a seed is a sequence of its own, so that document 7 needs nothing of documents 1 to 6.
    pub fn stream(seed: u64, stream: u64) -> Random {
        Random(mixed(seed ^ mixed(stream.wrapping_add(GOLDEN))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mixed(self.0)
    }

    /// From 0 up to and without `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of a product: no bias worth speaking of for bounds as small as ours.
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// Both ends included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    pub fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len() as u64) as usize]
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for place in (1..list.len()).rev() {
            list.swap(place, self.below(place as u64 + 1) as usize);
        }
    }
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
