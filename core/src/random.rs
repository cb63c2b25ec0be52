//! The random source, as an argument.

use std::{cell::RefCell, sync::Mutex};

use zeroize::Zeroize;

/// Where randomness comes from. One that gives out secrets must be cryptographically secure.
pub trait Random: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// A fixed number of random bytes.
pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut buffer = [0; N];
    random.fill(&mut buffer);
    buffer
}

/// The random source of the operating system, through aws-lc.
///
/// A request needs five or six small numbers (identifiers, its trace, a salt), and each question to the source costs as much
/// as a thousand bytes of answer: up to 16 bytes are taken from what was drawn ahead. What is longer may be a secret, and is
/// never drawn before it is needed.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

/// The longest that is taken from what was drawn ahead.
const SMALL: usize = 16;

/// Bytes of one thread that were drawn ahead. INVARIANT: each is given out once; it is wiped where it was.
struct Drawn {
    bytes: [u8; 512],
    used: usize,
}

thread_local! {
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn { bytes: [0; 512], used: 512 }) };
}

impl Drawn {
    /// Whether it could.
    fn give(&mut self, buffer: &mut [u8]) -> bool {
        if self.bytes.len() - self.used < buffer.len() {
            draw(&mut self.bytes);
            self.used = 0;
        }
        let end = self.used + buffer.len();
        let Some(given) = self.bytes.get_mut(self.used..end) else {
            return false;
        };
        buffer.copy_from_slice(given);
        given.zeroize();
        self.used = end;
        true
    }
}

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) {
        let give = |buffer: &mut [u8]| DRAWN.try_with(|drawn| drawn.borrow_mut().give(buffer));
        // A thread that ends has nothing drawn ahead any more.
        let given = buffer.len() <= SMALL && give(buffer).unwrap_or(false);
        if !given {
            draw(buffer);
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "without randomness no secret can be made: stopping is the safe answer"
)]
fn draw(buffer: &mut [u8]) {
    aws_lc_rs::rand::fill(buffer).expect("the operating system gives randomness");
}

/// A reproducible sequence (SplitMix64): for tests only, never for secrets.
#[derive(Debug)]
pub struct SeededRandom(Mutex<u64>);

impl SeededRandom {
    /// The sequence that belongs to a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for chunk in buffer.chunks_mut(8) {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^= word >> 31;
            for (to, from) in chunk.iter_mut().zip(word.to_le_bytes()) {
                *to = from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn some<const N: usize>() -> Vec<[u8; N]> {
        (0..1_000).map(|_| bytes(&SystemRandom)).collect()
    }

    fn all_differ<const N: usize>() {
        let elsewhere = std::thread::spawn(some::<N>).join().unwrap();
        let drawn: HashSet<_> = some::<N>().into_iter().chain(elsewhere).collect();
        assert_eq!(drawn.len(), 2_000, "{N} bytes");
        assert!(!drawn.contains(&[0; N]), "{N} bytes");
    }

    /// Lengths that fill what is drawn ahead to the end, that do not, and that are never drawn ahead.
    #[test]
    fn nothing_is_given_out_twice() {
        all_differ::<8>();
        all_differ::<10>();
        all_differ::<15>();
        all_differ::<16>();
        all_differ::<17>();
        all_differ::<32>();
    }

    #[test]
    fn what_was_given_out_is_not_kept() {
        let given: [u8; 16] = bytes(&SystemRandom);
        DRAWN.with_borrow(|drawn| {
            assert!(!drawn.bytes.windows(16).any(|kept| kept == given));
            assert!(drawn.bytes[..drawn.used].iter().all(|byte| *byte == 0));
        });
    }
}
