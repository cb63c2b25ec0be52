//! Limits on the number of requests: per client once its token is verified, per network address before that.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use governor::{
    RateLimiter,
    clock::{Clock as GovernorClock, Reference},
    middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};
use sluis_core::{id::ClientId, time::Clock};

use crate::http::{code::Code, problem::Problem, settings::Rate};

/// Our clock as `governor` wants it.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl GovernorClock for Ticks {
    type Instant = Duration;
    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().as_millis()).unwrap_or(0))
    }
}

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, Ticks, NoOpMiddleware<Duration>>;

/// The limits of one process.
pub(super) struct Limits {
    clock: Ticks,
    by_address: Option<Keyed<IpAddr>>,
    by_client: Option<Keyed<ClientId>>,
    asked: AtomicU64,
}

/// Above this many keys, those that have no debt are forgotten.
const MANY_KEYS: usize = 10_000;

/// After so many questions it is looked how many keys there are: to count them stops all who ask for a moment.
const LOOK_AFTER: u64 = 256;

impl Limits {
    /// Nothing counted yet.
    pub(super) fn new(address: Option<Rate>, client: Option<Rate>, clock: Arc<dyn Clock>) -> Self {
        let clock = Ticks(clock);
        Self {
            by_address: address.map(|rate| RateLimiter::dashmap_with_clock(rate.into(), clock.clone())),
            by_client: client.map(|rate| RateLimiter::dashmap_with_clock(rate.into(), clock.clone())),
            clock,
            asked: AtomicU64::new(0),
        }
    }

    /// Counts a request of this address.
    pub(super) fn check_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.by_address
            .as_ref()
            .map_or(Ok(()), |limiter| self.check(limiter, &network(address)))
    }

    /// Counts a request of this client.
    pub(super) fn check_client(&self, client: ClientId) -> Result<(), Problem> {
        self.by_client
            .as_ref()
            .map_or(Ok(()), |limiter| self.check(limiter, &client))
    }

    fn check<K: std::hash::Hash + Eq + Clone>(&self, limiter: &Keyed<K>, key: &K) -> Result<(), Problem> {
        let looks = self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK_AFTER);
        if looks && limiter.len() > MANY_KEYS {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|early| {
            let wait = early.earliest_possible().duration_since(self.clock.now());
            let secs = Duration::from(wait).as_millis().div_ceil(1_000);
            Problem::new(Code::TooManyRequests).retry_after(u64::try_from(secs).unwrap_or(u64::MAX).max(1))
        })
    }
}

/// Who has one IPv6 address usually has its whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use sluis_core::time::{FixedClock, Timestamp};

    #[test]
    fn the_limit_holds_per_network_and_time_restores_it() {
        let clock = Arc::new(FixedClock::new(Timestamp::from_millis(1_000_000)));
        let rate = Rate {
            per_second: NonZeroU32::new(1).unwrap(),
            burst: NonZeroU32::new(2).unwrap(),
        };
        let limits = Limits::new(Some(rate), None, clock.clone());
        let home: IpAddr = "2001:db8::1".parse().unwrap();
        let same_home: IpAddr = "2001:db8::2".parse().unwrap();
        let elsewhere: IpAddr = "2001:db8:1::1".parse().unwrap();
        assert!(limits.check_address(home).is_ok());
        assert!(limits.check_address(same_home).is_ok());
        assert_eq!(limits.check_address(home).unwrap_err().code(), Code::TooManyRequests);
        assert!(limits.check_address(elsewhere).is_ok());
        clock.advance_secs(1);
        assert!(limits.check_address(home).is_ok());
    }
}
