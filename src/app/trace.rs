//! Which request something belongs to: W3C Trace Context, level 1. Drawn at random, never derived from a person.

use std::fmt;

use sluis_core::random::{self, Random};

/// The identifier of one request through all systems that it passes: 16 bytes, not all zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId([u8; 16]);

impl TraceId {
    /// The bytes, as records keep them.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where we are in a trace: the trace, and our own step in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace: TraceId,
    span: [u8; 8],
    sampled: bool,
}

impl TraceContext {
    /// Starts a trace.
    pub fn start(random: &dyn Random) -> Self {
        Self {
            trace: TraceId(not_zero(random)),
            span: not_zero(random),
            sampled: false,
        }
    }

    /// Goes on with the trace that a `traceparent` header names, as a new step; starts one when it names none.
    pub fn follow(traceparent: Option<&str>, random: &dyn Random) -> Self {
        let Some((trace, sampled)) = traceparent.and_then(parse) else {
            return Self::start(random);
        };
        Self {
            trace,
            span: not_zero(random),
            sampled,
        }
    }

    /// The trace.
    pub const fn id(&self) -> TraceId {
        self.trace
    }

    /// The header for what we ask of others, and for our answer.
    pub fn traceparent(&self) -> String {
        format!(
            "00-{}-{}-{:02x}",
            self.trace,
            hex::encode(self.span),
            u8::from(self.sampled)
        )
    }
}

/// W3C Trace Context, 3.2.2: lower-case hex; all zeros are void; a later version may append fields.
fn parse(header: &str) -> Option<(TraceId, bool)> {
    let mut parts = header.trim_ascii().split('-');
    let version = lower_hex::<1>(parts.next()?)?;
    let trace = lower_hex::<16>(parts.next()?)?;
    let parent = lower_hex::<8>(parts.next()?)?;
    let [flags] = lower_hex::<1>(parts.next()?)?;
    let void = version == [0xff] || trace == [0; 16] || parent == [0; 8];
    let surplus = version == [0] && parts.next().is_some();
    (!void && !surplus).then_some((TraceId(trace), flags & 1 == 1))
}

fn lower_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (!text.bytes().any(|byte| byte.is_ascii_uppercase())).then_some(bytes)
}

fn not_zero<const N: usize>(random: &dyn Random) -> [u8; N] {
    loop {
        let bytes = random::bytes(random);
        if bytes != [0; N] {
            return bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluis_core::random::SeededRandom;

    const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_trace_goes_on_with_a_step_of_our_own() {
        let context = TraceContext::follow(Some(HEADER), &SeededRandom::new(1));
        assert_eq!(context.id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let answer = context.traceparent();
        assert!(answer.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && answer.ends_with("-01"));
        assert!(!answer.contains("00f067aa0ba902b7"));
    }

    #[test]
    fn what_is_not_a_traceparent_starts_a_new_trace() {
        for header in [
            "",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        ] {
            assert!(parse(header).is_none(), "`{header}`");
        }
        let random = SeededRandom::new(1);
        assert_ne!(
            TraceContext::follow(None, &random).id(),
            TraceContext::follow(None, &random).id()
        );
    }
}
