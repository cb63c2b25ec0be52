//! `evidence`: the record of every passage.

use std::num::NonZeroUsize;

use super::{key::section, period::Period};

section! {
    /// The record of every passage.
    Evidence = "evidence" {
        /// The name in the first line of checkpoints; without a value, the host of `server.public_url`.
        origin: Option<String>,
        /// Records that may wait to be written; when more come, requests get a 503.
        queue: NonZeroUsize = 1024,
        /// Records that one commit may hold.
        batch: NonZeroUsize = 256,
        /// How long a request waits for its record to be durable; after that there is no release and a 503.
        timeout: Period = "5s",
    }
}

impl Evidence {
    fn check(&self) -> Vec<(&'static str, &'static str)> {
        if self.batch > self.queue {
            vec![(
                "evidence.batch",
                "a commit holds no more than `evidence.queue` can keep",
            )]
        } else {
            Vec::new()
        }
    }
}
