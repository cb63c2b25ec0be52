//! A queue with a lane per priority, between the tasks and the database threads.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use crate::storage::{
    error::{Fault, StorageError},
    executor::Priority,
};

/// More than this waiting in one lane means that the disk does not keep up: refusing is better than a longer queue.
const LANE_LENGTH: usize = 65_536;

/// First the evidence, then what a person waits for, then the rest; within a lane first in, first out.
pub(super) struct Lanes<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
}

struct State<T> {
    evidence: VecDeque<T>,
    interactive: VecDeque<T>,
    bulk: VecDeque<T>,
    closed: bool,
}

impl<T> State<T> {
    fn lane(&mut self, priority: Priority) -> &mut VecDeque<T> {
        match priority {
            Priority::Evidence => &mut self.evidence,
            Priority::ForActs | Priority::Interactive => &mut self.interactive,
            Priority::Bulk => &mut self.bulk,
        }
    }
}

impl<T> Lanes<T> {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                evidence: VecDeque::new(),
                interactive: VecDeque::new(),
                bulk: VecDeque::new(),
                closed: false,
            }),
            filled: Condvar::new(),
        }
    }

    /// Puts one in its lane.
    ///
    /// # Errors
    /// [`StorageError::Unavailable`] when the lane is full or the queue is closed.
    pub(super) fn put(&self, priority: Priority, item: T) -> Result<(), StorageError> {
        let mut state = self.state();
        let lane = state.lane(priority);
        if lane.len() >= LANE_LENGTH {
            return Err(StorageError::Unavailable {
                cause: Fault::own("too much work is waiting for the database"),
            });
        }
        lane.push_back(item);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits for one; nothing when the queue is closed and empty.
    pub(super) fn take(&self) -> Option<(Priority, T)> {
        let mut state = self.state();
        loop {
            for priority in [Priority::Evidence, Priority::Interactive, Priority::Bulk] {
                if let Some(item) = state.lane(priority).pop_front() {
                    return Some((priority, item));
                }
            }
            if state.closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next of this priority, if one waits already.
    pub(super) fn take_waiting(&self, priority: Priority) -> Option<T> {
        self.state().lane(priority).pop_front()
    }

    /// Lets the takers finish what waits, and then end.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_overtakes_and_order_holds_within_a_lane() {
        let lanes = Lanes::new();
        for (priority, item) in [
            (Priority::Bulk, 1),
            (Priority::Interactive, 2),
            (Priority::Evidence, 3),
            (Priority::Evidence, 4),
        ] {
            lanes.put(priority, item).unwrap();
        }
        lanes.close();
        let order: Vec<_> = std::iter::from_fn(|| lanes.take()).map(|(_, item)| item).collect();
        assert_eq!(order, [3, 4, 2, 1]);
    }

    #[test]
    fn a_full_lane_refuses() {
        let lanes = Lanes::new();
        for item in 0..LANE_LENGTH {
            lanes.put(Priority::Bulk, item).unwrap();
        }
        assert!(matches!(
            lanes.put(Priority::Bulk, 0),
            Err(StorageError::Unavailable { .. })
        ));
        assert!(lanes.put(Priority::Evidence, 0).is_ok());
    }
}
